/** State: three nodes, what is on its way between them, and what the bounds still allow. */
import type { Bounds } from './bounds.ts';
import { Canon, type Lanes } from './canon.ts';
import type { Image, Letter } from './images.ts';

/** A call is a hello on its way: nothing else moves on the link before it is heard. */
export type LinkState = 'down' | 'calling' | 'open';

/** What was spent of each bound. */
export interface Spent {
  readonly acts: number;
  readonly duplicates: number;
  readonly drops: number;
  readonly crashes: number;
  readonly restores: number;
  readonly ticks: number;
}

export interface State {
  readonly images: readonly [Image, Image, Image];
  /** North's link and south's. */
  readonly links: readonly [LinkState, LinkState];
  /** In no order: any of them may arrive next. A frame that was doubled is here twice. */
  readonly letters: readonly Letter[];
  readonly atMs: number;
  readonly spent: Spent;
}

export const UNSPENT: Spent = { acts: 0, duplicates: 0, drops: 0, crashes: 0, restores: 0, ticks: 0 };

type Fault = Exclude<keyof Spent, 'acts'>;

/** Is there one more of this kind within the bounds? */
export function allows(bounds: Bounds, spent: Spent, kind: Fault): boolean {
  return spent[kind] < bounds[kind] && faultsOf(spent) < bounds.faults;
}

function faultsOf({ duplicates, drops, crashes, restores, ticks }: Spent): number {
  return duplicates + drops + crashes + restores + ticks;
}

export function spend(spent: Spent, kind: keyof Spent): Spent {
  return { ...spent, [kind]: spent[kind] + 1 };
}

const LINKS = { down: 1, calling: 2, open: 3 } as const;

/** The state as 64 bits: the same for it and for its mirror image where the children may be exchanged. */
export function keyOf(state: State, isSymmetric: boolean): readonly [number, number] {
  const straight = hashOf(state, 0);
  if (!isSymmetric) return straight;
  const mirrored = hashOf(state, 1);
  const isLess = straight[0] < mirrored[0] || (straight[0] === mirrored[0] && straight[1] < mirrored[1]);
  return isLess ? straight : mirrored;
}

function hashOf({ images, links, letters, atMs, spent }: State, mirror: 0 | 1): readonly [number, number] {
  const canon = new Canon();
  const pair = (lanes: Lanes) =>
    canon.word(lanes[mirror * 2] as number).word(lanes[mirror * 2 + 1] as number);
  pair(images[0].lanes);
  pair(images[1 + mirror]?.lanes as Lanes);
  pair(images[2 - mirror]?.lanes as Lanes);
  canon.word(LINKS[links[mirror] as LinkState]).word(LINKS[links[1 - mirror] as LinkState]);
  let a = 0;
  let b = 0;
  for (const { lanes } of letters) {
    const [x, y] = new Canon().word(lanes[mirror * 2] as number).word(lanes[mirror * 2 + 1] as number).lanes;
    a = (a + x) | 0;
    b = (b + y) | 0;
  }
  canon.word(letters.length).word(a).word(b).word(atMs);
  const { acts, duplicates, drops, crashes, restores, ticks } = spent;
  canon.word(acts).word(duplicates).word(drops).word(crashes).word(restores).word(ticks);
  const [lo, hi] = canon.lanes;
  return [lo, hi];
}
