/**
 * Level relay: hands levels on to children, gathered, so that each shop and till has what it shows while it is
 * cut off. Where nothing changed it says since when that holds: so the age of a level is that of the last word
 * from the books, and not that of the last sale.
 */
import type { PoolId, ReplicaId } from '@tallystick/crdt';
import type { LevelItem, Levels as LevelsFrame } from '@tallystick/crdt/wire';
import type { Levels } from './levels.ts';

/** A till shows them to people: what changes at once comes together. */
export const LEVELS_EVERY_MS = 1_000;
/**
 * Who was told many rests before it is told again, for a time that grows with how many they were: where thousands
 * of levels move, each till in a large tree would else hear, fold and store all of them each second.
 */
const ITEMS_PER_REST = 50;
const RESTS_MAX = 60;
/** Of one frame: some tens of kilobytes. */
const ITEMS_PER_FRAME = 1_000;
export const LEVELS_WAITING_BYTES_MAX = 256 * 1024;
/** The root's core gathers levels for less than this, and they travel on the same line. */
const ROOT_BEHIND_MS = 1_000;

/**
 * Whoever comes back and still has what it was told hears what it missed. But what was told in whole longer ago than
 * this is told in whole again: a word that got lost on the way is then put right.
 */
const ALL_ANEW_MS = 600_000;
/** A child says with it, as its link begins, that it runs since it heard levels last. */
export const LEVELS_HEADER = 'tallystick-levels';
export const LEVELS_KEPT = 'kept';

export interface LevelRelayPorts {
  /** Undefined at the root: its core sends the levels, and here it is only said that they hold. */
  readonly levels: Levels | undefined;
  /** Wall clock: the age of a level is told by it. */
  nowMs(): number;
  monotonicMs(): number;
  /** False where a child is too slow now: what it lacks waits, each pool once. */
  takes(child: ReplicaId): boolean;
  /** What was sent before this moment of the monotonic clock has arrived there. */
  arrivedBeforeMs(child: ReplicaId): number;
  send(to: ReplicaId, frame: LevelsFrame): void;
}

interface Child {
  readonly pools: Set<PoolId>;
  /** When it was begun to be told everything. */
  readonly allAtMs: number;
  /** What was sent and may not have arrived. */
  underWay: { readonly atMs: number; readonly pools: readonly PoolId[] }[];
  toldAsOfMs: number;
  /** Of the next passes of `send`, how many leave it out. */
  rests: number;
}

export class LevelRelay {
  readonly #ports: LevelRelayPorts;
  readonly #children = new Map<ReplicaId, Child>();
  /** Children without a link that may come back soon. */
  readonly #left = new Map<ReplicaId, Child>();

  constructor(ports: LevelRelayPorts) {
    this.#ports = ports;
  }

  /** @param keeps whether it still has what it was told over the link before */
  opened(child: ReplicaId, keeps: boolean): void {
    this.closed(child, Number.NEGATIVE_INFINITY);
    this.#forgetOld();
    const before = keeps ? this.#left.get(child) : undefined;
    this.#left.delete(child);
    const { levels, monotonicMs } = this.#ports;
    const pools = before?.pools ?? new Set(levels?.pools);
    const allAtMs = before?.allAtMs ?? monotonicMs();
    this.#children.set(child, { pools, allAtMs, underWay: [], toldAsOfMs: 0, rests: 0 });
  }

  /** @param arrivedBeforeMs what was sent before this moment has arrived */
  closed(replica: ReplicaId, arrivedBeforeMs: number): void {
    const child = this.#children.get(replica);
    if (child === undefined) return;
    this.#children.delete(replica);
    for (const { atMs, pools } of child.underWay)
      if (atMs >= arrivedBeforeMs) for (const pool of pools) child.pools.add(pool);
    child.underWay = [];
    this.#left.set(replica, child);
  }

  #forgetOld(): void {
    const fromMs = this.#ports.monotonicMs() - ALL_ANEW_MS;
    for (const [replica, { allAtMs }] of this.#left) if (allAtMs < fromMs) this.#left.delete(replica);
  }

  changed(items: readonly LevelItem[]): void {
    for (const children of [this.#children, this.#left])
      for (const { pools } of children.values()) for (const { pool } of items) pools.add(pool);
  }

  /** Called each `LEVELS_EVERY_MS`. */
  send(): void {
    this.#forgetOld();
    const { levels, nowMs, takes, send } = this.#ports;
    const asOfMs = levels === undefined ? nowMs() - ROOT_BEHIND_MS : levels.asOfMs;
    if (asOfMs === null) return;
    for (const [replica, child] of this.#children) {
      if (child.rests > 0) {
        child.rests -= 1;
        continue;
      }
      if ((child.pools.size === 0 && asOfMs === child.toldAsOfMs) || !takes(replica)) continue;
      const items = [...child.pools].flatMap((pool) => levels?.at(pool) ?? []);
      this.#noteSent(replica, child);
      child.toldAsOfMs = asOfMs;
      child.rests = Math.min(RESTS_MAX, Math.floor(items.length / ITEMS_PER_REST));
      for (let at = 0; at === 0 || at < items.length; at += ITEMS_PER_FRAME)
        send(replica, { kind: 'levels', asOfMs, items: items.slice(at, at + ITEMS_PER_FRAME) });
    }
  }

  #noteSent(replica: ReplicaId, child: Child): void {
    const { monotonicMs, arrivedBeforeMs } = this.#ports;
    const arrivedMs = arrivedBeforeMs(replica);
    child.underWay = child.underWay.filter(({ atMs }) => atMs >= arrivedMs);
    if (child.pools.size > 0) child.underWay.push({ atMs: monotonicMs(), pools: [...child.pools] });
    child.pools.clear();
  }
}
