import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LineId, LocationId, Sku } from '../ids.ts';
import { oneForAll, type SourcedPart, type SourcingLine, source, sourceInParts } from './sourcing.ts';

/** What is free, location by location, which is also the order of preference. */
type Shelves = Record<string, Record<string, number>>;

const freeIn = (shelves: Shelves) => (sku: Sku, location: LocationId) => shelves[location]?.[sku] ?? 0;
const names = (shelves: Shelves) => Object.keys(shelves) as LocationId[];

/** `['lamp', 2]` is a line of two lamps; a third member names its location. Line ids count from l0. */
function order(...lines: [sku: string, units: number, location?: string | undefined][]): SourcingLine[] {
  return lines.map(([sku, quantityBase, location], i) => ({
    lineId: `l${i}` as LineId,
    sku: sku as Sku,
    quantityBase,
    ...(location === undefined ? {} : { locationId: location as LocationId }),
  }));
}

const split = (lines: SourcingLine[], shelves: Shelves) =>
  sourceInParts(
    lines.map((line) => ({ ...line, maySplit: true })),
    names(shelves),
    freeIn(shelves),
  );

function places(shelves: Shelves, lines: SourcingLine[]) {
  const sourced = source(lines, names(shelves), freeIn(shelves));
  return sourced.ok ? lines.map((line) => sourced.assignment.get(line.lineId)) : sourced.short;
}

const short = (lineId: string, sku: string, requested: number, available: number) => ({
  lineId,
  sku,
  requested,
  available,
});

test.each<[string, Shelves, SourcingLine[], string[]]>([
  [
    'one line: the first location that has enough',
    { a: { lamp: 1 }, b: { lamp: 2 }, c: { lamp: 9 } },
    order(['lamp', 2]),
    ['b'],
  ],
  [
    'one parcel from a less liked location beats two',
    { a: { lamp: 1 }, b: { bulb: 1 }, c: { lamp: 1, bulb: 1 } },
    order(['lamp', 1], ['bulb', 1]),
    ['c', 'c'],
  ],
  [
    'of two single locations, the preferred',
    { a: { lamp: 2, bulb: 2 }, b: { lamp: 2, bulb: 2 } },
    order(['lamp', 2], ['bulb', 1]),
    ['a', 'a'],
  ],
  [
    'of two pairs, the preferred',
    { a: { lamp: 1 }, b: { bulb: 1 }, c: { bulb: 1 } },
    order(['bulb', 1], ['lamp', 1]),
    ['b', 'a'],
  ],
  [
    'a line that names its location stays there',
    { a: { lamp: 5 }, b: { lamp: 5 } },
    order(['lamp', 1, 'b']),
    ['b'],
  ],
  [
    'what is sent anyway takes the others along',
    { a: { bulb: 5 }, b: { lamp: 5, bulb: 5 } },
    order(['lamp', 1, 'b'], ['bulb', 1]),
    ['b', 'b'],
  ],
  [
    'a line may name a location that is no candidate',
    { a: { bulb: 5 } },
    order(['bulb', 1, 'a'], ['bulb', 4]),
    ['a', 'a'],
  ],
  [
    'the same SKU twice needs both locations',
    { a: { lamp: 3 }, b: { lamp: 2 } },
    order(['lamp', 2], ['lamp', 3]),
    ['b', 'a'],
  ],
  [
    'lines are shuffled until they fit',
    { a: { lamp: 8 }, b: { lamp: 5 } },
    order(['lamp', 5], ['lamp', 4], ['lamp', 4]),
    ['b', 'a', 'a'],
  ],
])('[T5] %s', (_, shelves, lines, expected) => {
  expect(places(shelves, lines)).toEqual(expected);
});

test.each<[string, Shelves, SourcingLine[], object[]]>([
  [
    'no location has enough of it',
    { a: { lamp: 1 }, b: { lamp: 2 } },
    order(['lamp', 3]),
    [short('l0', 'lamp', 3, 2)],
  ],
  ['no candidate at all', {}, order(['lamp', 3]), [short('l0', 'lamp', 3, 0)]],
  [
    'the same SKU counts twice',
    { a: { lamp: 5 } },
    order(['lamp', 3], ['lamp', 3]),
    [short('l1', 'lamp', 3, 2)],
  ],
  [
    'a named location counts what it already gave',
    { a: { lamp: 5 } },
    order(['lamp', 3, 'a'], ['lamp', 3, 'a']),
    [short('l1', 'lamp', 3, 2)],
  ],
  [
    'units at another location do not help a line that names its own',
    { a: { lamp: 1 }, b: { lamp: 9 } },
    order(['lamp', 3, 'a']),
    [short('l0', 'lamp', 3, 1)],
  ],
  [
    'only the short lines are named',
    { a: { lamp: 1, bulb: 1 } },
    order(['bulb', 2], ['lamp', 1]),
    [short('l0', 'bulb', 2, 1)],
  ],
])('[T5] short: %s', (_, shelves, lines, expected) => {
  expect(places(shelves, lines)).toEqual(expected);
});

const at = (lineId: string, locationId: string, quantityBase: number) => ({
  lineId,
  locationId,
  quantityBase,
});

test.each<[string, Shelves, SourcingLine[], object[]]>([
  [
    'whole where one location has enough',
    { a: { lamp: 2 }, b: { lamp: 3 } },
    order(['lamp', 3]),
    [at('l0', 'b', 3)],
  ],
  [
    'in pieces where none has',
    { a: { lamp: 2 }, b: { lamp: 3 } },
    order(['lamp', 4]),
    [at('l0', 'a', 2), at('l0', 'b', 2)],
  ],
  [
    'from as few as will do',
    { a: { lamp: 1 }, b: { lamp: 2 }, c: { lamp: 4 } },
    order(['lamp', 5]),
    [at('l0', 'a', 1), at('l0', 'c', 4)],
  ],
])('[T5] a split line comes %s', (_, shelves, lines, parts) => {
  expect(split(lines, shelves)).toEqual({ ok: true, parts });
});

test('[T5] a line that may be split is short only of the sum', () => {
  const shelves = { a: { lamp: 2 }, b: { lamp: 3 } };
  expect(split(order(['lamp', 6]), shelves)).toEqual({
    ok: false,
    short: [short('l0', 'lamp', 6, 5)],
    served: [],
  });
});

test('[T5] of two lines of one SKU the one that must stay whole is placed first', () => {
  const shelves = { a: { lamp: 3 }, b: { lamp: 4 } };
  const [whole, pieces] = order(['lamp', 3], ['lamp', 4]) as [SourcingLine, SourcingLine];
  const sourced = sourceInParts([{ ...pieces, maySplit: true }, whole], names(shelves), freeIn(shelves));
  expect(sourced).toEqual({ ok: true, parts: [at('l1', 'b', 4), at('l0', 'a', 3)] });
  const tooFew = { a: { lamp: 2 }, b: { lamp: 6 } };
  const inPieces = { ...order(['lamp', 5])[0], maySplit: true } as SourcingLine;
  const big = { ...whole, lineId: 'big' as LineId, quantityBase: 4 };
  expect(sourceInParts([inPieces, big], names(tooFew), freeIn(tooFew))).toEqual({
    ok: false,
    short: [short('l0', 'lamp', 5, 4)],
    served: [at('big', 'b', 4)],
  });
});

test('[T5] beside the short lines stands what the others of that SKU would have, named places and pieces too', () => {
  const shelves = { a: { lamp: 4, bulb: 1 }, b: { lamp: 3 } };
  const lines = order(['lamp', 3], ['bulb', 1], ['lamp', 2, 'a'], ['lamp', 9, 'b'], ['lamp', 4]);
  const mixed = lines.map((line, i) => ({ ...line, maySplit: i === 4 }));
  expect(sourceInParts(mixed, names(shelves), freeIn(shelves))).toEqual({
    ok: false,
    short: [short('l3', 'lamp', 9, 3), short('l4', 'lamp', 4, 2)],
    served: [at('l2', 'a', 2), at('l0', 'b', 3)],
  });
  const enough = { a: { lamp: 4 }, b: { lamp: 3 } };
  const pieces = order(['lamp', 5], ['lamp', 2], ['lamp', 1]).map((line) => ({ ...line, maySplit: true }));
  expect(sourceInParts(pieces, names(enough), freeIn(enough))).toEqual({
    ok: false,
    short: [short('l2', 'lamp', 1, 0)],
    served: [at('l0', 'a', 4), at('l0', 'b', 1), at('l1', 'b', 2)],
  });
});

test('[T5] lines that may be split and lines that may not, mixed: what is assigned is there, and the whole stay whole', () => {
  let pieces = 0;
  fc.assert(
    fc.property(
      shelvesOf(40),
      ordersOf(6),
      fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      (shelves, lines, may) => {
        const mixed = lines.map((line, i) => ({ ...line, maySplit: may[i] === true }));
        const sourced = sourceInParts(mixed, names(shelves), freeIn(shelves));
        if (!sourced.ok) {
          for (const line of sourced.short) expect(line.available).toBeLessThan(line.requested);
          return;
        }
        expectServed(shelves, lines, sourced.parts);
        for (const { lineId, maySplit } of mixed) {
          const own = sourced.parts.filter((part) => part.lineId === lineId);
          if (!maySplit) expect(own).toHaveLength(1);
          else if (own.length > 1) pieces += 1;
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(pieces).toBeGreaterThan(0);
});

const shelf = fc.dictionary(fc.constantFrom('lamp', 'bulb', 'cord'), fc.nat(8));
const shelvesOf = (max: number) =>
  fc
    .array(shelf, { minLength: 1, maxLength: max })
    .map((all) => Object.fromEntries(all.map((one, i) => [`w${String(i).padStart(2, '0')}`, one])));
const lineOf = fc.tuple(
  fc.constantFrom('lamp', 'bulb', 'cord'),
  fc.integer({ min: 1, max: 6 }),
  fc.option(fc.constantFrom('w00', 'w01'), { nil: undefined, freq: 4 }),
);
const ordersOf = (max: number) =>
  fc.array(lineOf, { minLength: 1, maxLength: max }).map((lines) => order(...lines));

/** Every way to give each line a location: the fewest parcels, or undefined when no way fits. */
function fewestParcels(
  shelves: Shelves,
  lines: SourcingLine[],
  used = new Map<string, number>(),
  from = 0,
): number | undefined {
  const line = lines[from];
  if (line === undefined)
    return new Set([...used].filter(([, n]) => n > 0).map(([key]) => key.split('@')[1])).size;
  let best: number | undefined;
  for (const location of line.locationId === undefined ? names(shelves) : [line.locationId]) {
    const key = `${line.sku}@${location}`;
    const n = (used.get(key) ?? 0) + line.quantityBase;
    if (n > freeIn(shelves)(line.sku, location)) continue;
    const parcels = fewestParcels(shelves, lines, new Map(used).set(key, n), from + 1);
    if (parcels !== undefined && (best === undefined || parcels < best)) best = parcels;
  }
  return best;
}

test('[T5] with few locations no way has fewer parcels, and an order is short only if no way exists', () => {
  let sourcedOrders = 0;
  fc.assert(
    fc.property(shelvesOf(4), ordersOf(4), (shelves, lines) => {
      const sourced = source(lines, names(shelves), freeIn(shelves));
      const fewest = fewestParcels(shelves, lines);
      expect(sourced.ok ? new Set(sourced.assignment.values()).size : undefined).toBe(fewest);
      if (sourced.ok) sourcedOrders += 1;
      else for (const line of sourced.short) expect(line.available).toBeLessThan(line.requested);
    }),
    { numRuns: 500 },
  );
  expect(sourcedOrders).toBeGreaterThan(0);
});

test('[T5] what one location has whole comes from the first such, with and without the search', () => {
  let found = 0;
  fc.assert(
    fc.property(shelvesOf(6), ordersOf(5), fc.boolean(), (shelves, lines, maySplit) => {
      const open = lines.map(({ locationId: _, ...line }) => ({ ...line, maySplit }));
      const one = oneForAll(open, names(shelves), freeIn(shelves));
      const sourced = sourceInParts(open, names(shelves), freeIn(shelves));
      const used = sourced.ok ? new Set(sourced.parts.map(({ locationId }) => locationId)) : undefined;
      expect(one).toBe(used?.size === 1 ? [...used][0] : undefined);
      if (one === undefined) return;
      found += 1;
      // A line of a SKU that lies nowhere else, named to be of that place: the search goes the long way.
      const long = { ...order(['nail', 1, one])[0], lineId: 'nail' as LineId } as SourcingLine;
      const free = (sku: Sku, at: LocationId) =>
        sku === 'nail' ? Number(at === one) : freeIn(shelves)(sku, at);
      const searched = sourceInParts([...open, long], names(shelves), free);
      expect(searched.ok && searched.parts.slice(0, -1)).toEqual(sourced.ok && sourced.parts);
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(100);
});

function expectServed(shelves: Shelves, lines: SourcingLine[], parts: readonly SourcedPart[]): void {
  const given = new Map<string, number>();
  for (const line of lines) {
    const own = parts.filter((part) => part.lineId === line.lineId);
    expect(own.reduce((sum, part) => sum + part.quantityBase, 0)).toBe(line.quantityBase);
    for (const { locationId, quantityBase } of own) {
      if (line.locationId !== undefined) expect(locationId).toBe(line.locationId);
      given.set(`${line.sku}@${locationId}`, (given.get(`${line.sku}@${locationId}`) ?? 0) + quantityBase);
    }
  }
  for (const [key, n] of given) {
    const [sku, location] = key.split('@') as [Sku, LocationId];
    expect(n).toBeLessThanOrEqual(freeIn(shelves)(sku, location));
  }
}

test('[T5] split or whole, over any number of locations, what is assigned is there', () => {
  let served = 0;
  fc.assert(
    fc.property(shelvesOf(40), ordersOf(6), (shelves, lines) => {
      const inParts = split(lines, shelves);
      const whole = source(lines, names(shelves), freeIn(shelves));
      if (inParts.ok) expectServed(shelves, lines, inParts.parts);
      if (!whole.ok) return;
      served += 1;
      const parts = lines.map(({ lineId, quantityBase }) => ({
        lineId,
        quantityBase,
        locationId: whole.assignment.get(lineId) as LocationId,
      }));
      expectServed(shelves, lines, parts);
      expect(inParts.ok).toBe(true);
    }),
    { numRuns: 300 },
  );
  expect(served).toBeGreaterThan(0);
});

test('[T5] ten thousand lines at fifty locations are sourced, each where it is', () => {
  const shelves: Shelves = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`w${i}`, {}]));
  const lines = Array.from({ length: 10_000 }, (_, i) => [`sku-${i}`, 1 + (i % 7)] as [string, number]);
  // Every SKU lies at one of twenty locations and at one of the thirty others: the twenty will do.
  lines.forEach(([sku, units], i) => {
    for (const location of [`w${30 + (i % 20)}`, `w${(i * 7) % 30}`])
      (shelves[location] as Record<string, number>)[sku] = units;
  });
  const sourced = source(order(...lines), names(shelves), freeIn(shelves));
  expect(sourced.ok && sourced.assignment.size).toBe(10_000);
  expect(sourced.ok && new Set(sourced.assignment.values()).size).toBe(20);
});
