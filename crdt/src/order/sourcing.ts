/**
 * Sourcing: which location's pool serves which line of an order.
 *
 * Fewest parcels first, then the locations' order of preference. A line that names
 * its location is served there or not at all; one that may be split comes in pieces
 * only where no chosen location has all of it. Lines of one SKU are served from what
 * is free together, never each from the whole of it (T5). Nothing is promised here:
 * the guards decide on what is chosen.
 */
import type { LineId, LocationId, Sku } from '../ids.ts';
import { chooseLocations } from './cover.ts';
import { type PackedLine, type Placed, pack, type SkuGroup } from './packing.ts';

export interface SourcingLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly quantityBase: number;
  readonly locationId?: LocationId;
  /** Whether it may come in pieces from several locations. */
  readonly maySplit?: boolean;
}

/** `available`: what this line could have had where it may be served, after the lines that were served. */
export interface ShortLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly requested: number;
  readonly available: number;
}

export interface SourcedPart {
  readonly lineId: LineId;
  readonly locationId: LocationId;
  readonly quantityBase: number;
}

export type Sourced =
  | { readonly ok: true; readonly assignment: ReadonlyMap<LineId, LocationId> }
  | { readonly ok: false; readonly short: readonly ShortLine[] };

export type SourcedInParts =
  | { readonly ok: true; readonly parts: readonly SourcedPart[] }
  | { readonly ok: false; readonly short: readonly ShortLine[] };

type FreeAt = (sku: Sku, location: LocationId) => number;

/** One location for each line, or the lines that no location can serve whole. `candidates`: best first. */
export function source(
  lines: readonly SourcingLine[],
  candidates: readonly LocationId[],
  free: FreeAt,
): Sourced {
  const whole = lines.some(({ maySplit }) => maySplit === true)
    ? lines.map((line) => ({ ...line, maySplit: false }))
    : lines;
  const sourced = sourceInParts(whole, candidates, free);
  if (!sourced.ok) return sourced;
  const assignment = new Map(sourced.parts.map(({ lineId, locationId }) => [lineId, locationId]));
  return { ok: true, assignment };
}

/** Like `source`, but a line that may be split comes in pieces where it must. Parts stand in the lines' order. */
export function sourceInParts(
  lines: readonly SourcingLine[],
  candidates: readonly LocationId[],
  free: FreeAt,
): SourcedInParts {
  // Most orders at a till are one line served by the first location: no search for those.
  const only = lines.length === 1 ? lines[0] : undefined;
  if (only !== undefined && only.locationId === undefined) {
    const location = candidates.find((each) => free(only.sku, each) >= only.quantityBase);
    if (location !== undefined) return { ok: true, parts: [part(only, location, only.quantityBase)] };
  }
  const locations = [...new Set(candidates)];
  const { fixed, groups, short } = readLines(lines, locations, free);
  const all = locations.map((_, index) => index);
  for (const group of groups) {
    if (pack(group, all) === undefined) short.push(...shortLines(group, lines));
  }
  if (short.length > 0) {
    const places = new Map(lines.map(({ lineId }, index) => [lineId, index]));
    const place = ({ lineId }: ShortLine) => places.get(lineId) as number;
    return { ok: false, short: short.sort((a, b) => place(a) - place(b)) };
  }
  const sends = new Set(fixed.map(({ locationId }) => locationId));
  const chosen = chooseLocations({
    groups,
    usable: all.filter((at) => !sends.has(locations[at] as LocationId) && groups.some(canUse(at))),
    given: all.filter((at) => sends.has(locations[at] as LocationId)),
    serves: (group, some) => pack(group, some) !== undefined,
  });
  const placed = groups.flatMap((group) => pack(group, chosen) as Placed[]);
  const open = placed.map(({ index, location, units }) => ({
    index,
    part: part(lines[index] as SourcingLine, locations[location] as LocationId, units),
  }));
  const parts = [...fixed.map(({ index, part }) => ({ index, part })), ...open];
  return { ok: true, parts: parts.sort((a, b) => a.index - b.index).map((each) => each.part) };
}

/** Serves the lines that name their location, and groups the others by SKU with what that leaves. */
function readLines(lines: readonly SourcingLine[], locations: readonly LocationId[], free: FreeAt) {
  const fixed: { index: number; locationId: LocationId; part: SourcedPart }[] = [];
  const short: ShortLine[] = [];
  const used = new Map<Sku, Map<LocationId, number>>();
  const open = new Map<Sku, PackedLine[]>();
  lines.forEach((line, index) => {
    const { sku, locationId, quantityBase: units } = line;
    if (locationId === undefined) {
      const same = open.get(sku);
      const packed = { index, units, maySplit: line.maySplit === true };
      if (same === undefined) open.set(sku, [packed]);
      else same.push(packed);
      return;
    }
    const taken = used.get(sku) ?? new Map<LocationId, number>();
    used.set(sku, taken);
    const before = taken.get(locationId) ?? 0;
    const available = Math.max(0, free(sku, locationId) - before);
    if (available < units) short.push({ lineId: line.lineId, sku, requested: units, available });
    else {
      taken.set(locationId, before + units);
      fixed.push({ index, locationId, part: part(line, locationId, units) });
    }
  });
  const groups = [...open].map(([sku, same]): SkuGroup => {
    const taken = used.get(sku);
    const left = locations.map((at) => Math.max(0, free(sku, at) - (taken?.get(at) ?? 0)));
    const total = same.reduce((sum, { units }) => sum + units, 0);
    return { sku, lines: same.sort(wholeThenLargest), total, left };
  });
  return { fixed, groups, short };
}

function wholeThenLargest(a: PackedLine, b: PackedLine): number {
  return Number(a.maySplit) - Number(b.maySplit) || b.units - a.units || a.index - b.index;
}

/** Serves what it can, in the order of packing, and names the rest. */
function shortLines(group: SkuGroup, lines: readonly SourcingLine[]): ShortLine[] {
  const left = [...group.left];
  const short: ShortLine[] = [];
  for (const { index, units, maySplit } of group.lines) {
    const at = left.findIndex((room) => room >= units);
    const sum = left.reduce((a, b) => a + b, 0);
    if (at >= 0) left[at] = (left[at] as number) - units;
    else if (maySplit && sum >= units) takeAcross(left, units);
    else {
      const { lineId, sku } = lines[index] as SourcingLine;
      const available = maySplit ? sum : left.reduce((a, b) => Math.max(a, b), 0);
      short.push({ lineId, sku, requested: units, available });
    }
  }
  return short;
}

function takeAcross(left: number[], units: number): void {
  let open = units;
  left.forEach((room, at) => {
    const piece = Math.min(open, room);
    left[at] = room - piece;
    open -= piece;
  });
}

function canUse(location: number): (group: SkuGroup) => boolean {
  return ({ left, lines }) =>
    lines.some(({ units, maySplit }) => (left[location] as number) >= (maySplit ? 1 : units));
}

function part({ lineId }: SourcingLine, locationId: LocationId, quantityBase: number): SourcedPart {
  return { lineId, locationId, quantityBase };
}
