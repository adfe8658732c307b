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
import { chooseLocations, SETS_MAX } from './cover.ts';
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

/** `served`: what the other lines of those SKUs would have had, so that all of a SKU can be asked for together (R4). */
interface TooFew {
  readonly ok: false;
  readonly short: readonly ShortLine[];
  readonly served: readonly SourcedPart[];
}

export type Sourced = { readonly ok: true; readonly assignment: ReadonlyMap<LineId, LocationId> } | TooFew;

export type SourcedInParts = { readonly ok: true; readonly parts: readonly SourcedPart[] } | TooFew;

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
  const location = oneForAll(lines, candidates, free);
  if (location !== undefined)
    return { ok: true, parts: lines.map((line) => part(line, location, line.quantityBase)) };
  const locations = [...new Set(candidates)];
  const { fixed, groups, short } = readLines(lines, locations, free);
  const all = locations.map((_, index) => index);
  const toPart = ({ index, location, units }: Placed) => ({
    index,
    part: part(lines[index] as SourcingLine, locations[location] as LocationId, units),
  });
  const full = groups.map((group) => pack(group, all) ?? packSome(group, lines, short));
  if (short.length > 0) return tooFew(lines, short, [...fixed, ...full.flat().map(toPart)]);
  const sends = new Set(fixed.map(({ locationId }) => locationId));
  const chosen = chooseLocations({
    groups,
    usable: all.filter((at) => !sends.has(locations[at] as LocationId) && groups.some(canUse(at))),
    given: all.filter((at) => sends.has(locations[at] as LocationId)),
    serves: (group, some) => pack(group, some) !== undefined,
  });
  const open = groups.flatMap((group) => pack(group, chosen) as Placed[]).map(toPart);
  const parts = [...fixed.map(({ index, part }) => ({ index, part })), ...open];
  return { ok: true, parts: parts.sort((a, b) => a.index - b.index).map((each) => each.part) };
}

/**
 * The location that serves all of an order in one parcel, the preferred one where there are several: what the search
 * would find, for nearly all orders and without it. Undefined where a line names its location, or none has everything.
 */
export function oneForAll(
  lines: readonly Pick<SourcingLine, 'sku' | 'quantityBase' | 'locationId'>[],
  candidates: readonly LocationId[],
  free: FreeAt,
): LocationId | undefined {
  if (lines.some(namesLocation) || candidates.length > SETS_MAX) return undefined;
  const [only] = lines;
  if (only === undefined) return undefined;
  if (lines.length === 1) return candidates.find((each) => free(only.sku, each) >= only.quantityBase);
  const wanted = new Map<Sku, number>();
  for (const { sku, quantityBase } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantityBase);
  const skus = [...wanted.keys()];
  return candidates.find((each) => skus.every((sku) => free(sku, each) >= (wanted.get(sku) as number)));
}

function namesLocation({ locationId }: Pick<SourcingLine, 'locationId'>): boolean {
  return locationId !== undefined;
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

function tooFew(
  lines: readonly SourcingLine[],
  short: ShortLine[],
  served: readonly { readonly index: number; readonly part: SourcedPart }[],
): TooFew {
  const places = new Map(lines.map(({ lineId }, index) => [lineId, index]));
  const place = ({ lineId }: ShortLine) => places.get(lineId) as number;
  const skus = new Set(short.map(({ sku }) => sku));
  const same = served.filter(({ index }) => skus.has((lines[index] as SourcingLine).sku));
  return {
    ok: false,
    short: short.sort((a, b) => place(a) - place(b)),
    served: same.map((each) => each.part),
  };
}

/** Serves what it can, in the order of packing, and names the rest. */
function packSome(group: SkuGroup, lines: readonly SourcingLine[], short: ShortLine[]): Placed[] {
  const left = [...group.left];
  const placed: Placed[] = [];
  for (const { index, units, maySplit } of group.lines) {
    const at = left.findIndex((room) => room >= units);
    const sum = left.reduce((a, b) => a + b, 0);
    if (at >= 0) {
      left[at] = (left[at] as number) - units;
      placed.push({ index, location: at, units });
    } else if (maySplit && sum >= units) placed.push(...takeAcross(left, index, units));
    else {
      const { lineId, sku } = lines[index] as SourcingLine;
      const available = maySplit ? sum : left.reduce((a, b) => Math.max(a, b), 0);
      short.push({ lineId, sku, requested: units, available });
    }
  }
  return placed;
}

function takeAcross(left: number[], index: number, units: number): Placed[] {
  const placed: Placed[] = [];
  let open = units;
  left.forEach((room, location) => {
    const piece = Math.min(open, room);
    if (piece === 0) return;
    left[location] = room - piece;
    open -= piece;
    placed.push({ index, location, units: piece });
  });
  return placed;
}

function canUse(location: number): (group: SkuGroup) => boolean {
  return ({ left, lines }) =>
    lines.some(({ units, maySplit }) => (left[location] as number) >= (maySplit ? 1 : units));
}

function part({ lineId }: SourcingLine, locationId: LocationId, quantityBase: number): SourcedPart {
  return { lineId, locationId, quantityBase };
}
