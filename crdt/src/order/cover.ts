/**
 * Cover: the fewest locations that together serve an order, the preferred ones first.
 *
 * This is set cover, so it is exact only where that is cheap: sets are tried by size,
 * then by preference, as long as no size has more than `SETS_MAX` of them. That is
 * every size for up to 10 locations, and up to two parcels for up to 23. Beyond it
 * the location that serves most of what is open goes next, which needs at most
 * 1 + ln(lines) times the fewest (Chvátal, 1979), and what turns out needless is
 * dropped again. Cost: locations² × lines at worst.
 */
import type { PackedLine, SkuGroup } from './packing.ts';

/** Of one size. */
export const SETS_MAX = 256;

export interface CoverRequest {
  readonly groups: readonly SkuGroup[];
  /** Locations that may be added, best first, by index. */
  readonly usable: readonly number[];
  /** Locations that send a parcel anyway: they cost nothing more. */
  readonly given: readonly number[];
  readonly serves: (group: SkuGroup, chosen: readonly number[]) => boolean;
}

/** Chosen locations, best first. All of them together are known to serve the order. */
export function chooseLocations(request: CoverRequest): number[] {
  const { groups, usable, given, serves } = request;
  // The groups with the fewest ways to be served come first: they rule a set out soonest.
  const ways = (group: SkuGroup) => usable.filter((location) => serves(group, [location])).length;
  const hardest = groups
    .map((group) => ({ group, ways: ways(group) }))
    .sort((a, b) => a.ways - b.ways)
    .map(({ group }) => group);
  const servesAll = (added: readonly number[]) => {
    const chosen = merge(given, added);
    return hardest.every((group) => serves(group, chosen));
  };
  for (let size = 0; size <= usable.length && choices(usable.length, size) <= SETS_MAX; size += 1) {
    const found = firstSet(usable, size, servesAll);
    if (found !== undefined) return merge(given, found);
  }
  const added = greedy(request);
  return merge(given, servesAll(added) ? withoutNeedless(added, servesAll) : usable);
}

/** The first set of this size, in order of preference, that will do. */
function firstSet(
  usable: readonly number[],
  size: number,
  isEnough: (set: readonly number[]) => boolean,
  from = 0,
  set: readonly number[] = [],
): readonly number[] | undefined {
  if (set.length === size) return isEnough(set) ? set : undefined;
  for (let i = from; i <= usable.length - (size - set.length); i += 1) {
    const found = firstSet(usable, size, isEnough, i + 1, [...set, usable[i] as number]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Adds the location that serves most of the open lines, until none is open or none helps. */
function greedy({ groups, usable, given }: CoverRequest): number[] {
  let open = groups.map((group) => ({ group, lines: group.lines as readonly OpenLine[] }));
  const take = (location: number) => {
    open = open
      .map(({ group, lines }) => ({ group, lines: rest(lines, group.left[location] as number) }))
      .filter(({ lines }) => lines.length > 0);
  };
  given.forEach(take);
  const added = new Set<number>();
  while (open.length > 0) {
    let best: { location: number; gain: number } | undefined;
    for (const location of usable) {
      if (added.has(location)) continue;
      let gain = 0;
      for (const { group, lines } of open) gain += served(lines, group.left[location] as number);
      if (gain > (best?.gain ?? 0)) best = { location, gain };
    }
    if (best === undefined) break;
    added.add(best.location);
    take(best.location);
  }
  return [...added];
}

type OpenLine = Pick<PackedLine, 'units' | 'maySplit'>;

/** How many lines `left` units serve; a piece of a line counts as its share. */
function served(open: readonly OpenLine[], left: number): number {
  let room = left;
  let lines = 0;
  for (const { units, maySplit } of open) {
    if (room >= units) {
      room -= units;
      lines += 1;
    } else if (maySplit) return lines + room / units;
  }
  return lines;
}

/** What stays open of these lines after `left` units served them. */
function rest(lines: readonly OpenLine[], left: number): OpenLine[] {
  let room = left;
  const open: OpenLine[] = [];
  for (const { units, maySplit } of lines) {
    const used = room >= units ? units : maySplit ? room : 0;
    room -= used;
    if (used < units) open.push({ units: units - used, maySplit });
  }
  return open;
}

/** Drops, least preferred first, what the others can do without. */
function withoutNeedless(added: readonly number[], isEnough: (set: readonly number[]) => boolean): number[] {
  let kept = [...added].sort((a, b) => b - a);
  for (const location of [...kept]) {
    const fewer = kept.filter((each) => each !== location);
    if (isEnough(fewer)) kept = fewer;
  }
  return kept;
}

function merge(given: readonly number[], added: readonly number[]): number[] {
  return [...new Set([...given, ...added])].sort((a, b) => a - b);
}

/** How many sets of `size` out of `n`; past the bound its exact value does not matter. */
function choices(n: number, size: number): number {
  let count = 1;
  for (let i = 0; i < size; i += 1) count = (count * (n - i)) / (i + 1);
  return count;
}
