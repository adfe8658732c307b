/**
 * What happens to the fleet and when, all from one seed. Kinds and targets are dealt in
 * turn, so that also a short run hits every kind of process.
 */
import { Prng } from '../sim/prng.ts';
import { AUTHORITY, ofKind, SMALL_DISK_TILL, TREE } from './tree.ts';

export const POSTGRES = 'postgres';

export type Disturbance =
  | { readonly kind: 'kill'; readonly atMs: number; readonly target: string }
  | { readonly kind: 'stop'; readonly atMs: number; readonly target: string; readonly forMs: number }
  /** `broken`: the sockets end. `silent`: they stay open and nothing comes through. */
  | {
      readonly kind: 'cut';
      readonly atMs: number;
      readonly child: string;
      readonly forMs: number;
      readonly way: 'broken' | 'silent';
    }
  /** An image is taken at `atMs` and put back `afterMs` later. */
  | { readonly kind: 'restore'; readonly atMs: number; readonly till: string; readonly afterMs: number }
  | { readonly kind: 'full-disk'; readonly atMs: number; readonly forMs: number };

/** A minute of ten is 100 kills and 180 cuts: twice what the run has to reach. */
const PER_MINUTE = { kill: 10, stop: 5, cut: 18, restore: 1.5, 'full-disk': 1 } as const;

/** Who is killed or stopped, in this order over and over. */
const DECK = [
  'terminal',
  'store',
  AUTHORITY,
  'region',
  'terminal',
  POSTGRES,
  'warehouse',
  'store',
  'terminal',
  'region',
] as const;

export function createSchedule(seed: number, spanMs: number): Disturbance[] {
  const minutes = spanMs / 60_000;
  const times = (kind: keyof typeof PER_MINUTE, prng: Prng, share = 1): number[] => {
    const count = Math.max(1, Math.round(PER_MINUTE[kind] * minutes));
    return Array.from({ length: count }, (_, i) =>
      Math.round((spanMs * share * (i + 0.1 + 0.8 * prng.spanMs(0, 1))) / count),
    );
  };
  const kills = new Prng(seed, 'kills');
  const stops = new Prng(seed, 'stops');
  const cuts = new Prng(seed, 'cuts');
  const restores = new Prng(seed, 'restores');
  const disks = new Prng(seed, 'disks');
  const tills = ofKind('terminal').filter((id) => id !== SMALL_DISK_TILL);
  const all: Disturbance[] = [
    ...times('kill', kills).map((atMs, i) => ({ kind: 'kill', atMs, target: dealt(i, kills) }) as const),
    ...times('stop', stops).map((atMs, i) => {
      return { kind: 'stop', atMs, target: dealt(i + 3, stops), forMs: stops.between(500, 5_000) } as const;
    }),
    ...times('cut', cuts).map((atMs, i) => {
      const child = (TREE[(i * 7 + cuts.below(3)) % TREE.length] as (typeof TREE)[number]).id;
      const way = cuts.chance(0.3) ? 'silent' : 'broken';
      return { kind: 'cut', atMs, child, forMs: cuts.between(200, 10_000), way } as const;
    }),
    // Early enough that the image is put back while the others still trade.
    ...times('restore', restores, 0.8).map((atMs, i) => {
      const till = tills[i % tills.length] as string;
      return { kind: 'restore', atMs, till, afterMs: restores.between(3_000, 8_000) } as const;
    }),
    ...times('full-disk', disks, 0.9).map(
      (atMs) => ({ kind: 'full-disk', atMs, forMs: disks.between(1_000, 4_000) }) as const,
    ),
  ];
  return all.sort((a, b) => a.atMs - b.atMs);
}

function dealt(turn: number, prng: Prng): string {
  const kind = DECK[turn % DECK.length] as (typeof DECK)[number];
  return kind === AUTHORITY || kind === POSTGRES ? kind : prng.pick(ofKind(kind));
}
