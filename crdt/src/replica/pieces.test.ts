/** A line that comes from several places is several lines, and asked again the one that was asked for: T5, T8. */
import { describe, expect, test } from 'vitest';
import type { LineId, LocationId, Sku } from '../ids.ts';
import type { SellLine } from './command.ts';
import { sell } from './commands.test-kit.ts';
import { inPieces, isSameGoods, sourceOrders } from './pieces.ts';

const [BERLIN, ROME] = ['berlin' as LocationId, 'rome' as LocationId];
const [usual] = sell('o1', { lamp: 1 }).lines as [SellLine];

/** So many lamps that may come from anywhere. */
function lamps(n: number, lineId = '1', change: object = {}): SellLine {
  const { locationId: _, ...line } = usual;
  return { ...line, lineId: lineId as LineId, quantityBase: n, quantityUnits: n, ...change };
}

const whole = (...lines: SellLine[]) => ({ lines });
const split = (...lines: SellLine[]) => ({ lines, allowSplit: true });

/** What is free of everything in Berlin and in Rome. */
const free = (berlin: number, rome: number) => (_: Sku, at: LocationId) => (at === BERLIN ? berlin : rome);

/** Where it comes from, order by order, or what is short. */
function sourced(orders: Parameters<typeof sourceOrders>[0], berlin: number, rome: number) {
  const result = sourceOrders(orders, [BERLIN, ROME], free(berlin, rome));
  if (!result.ok)
    return result.short.map(({ requested, available }) => `short of ${requested}: ${available}`);
  return result.parts.map((parts) =>
    parts.map(({ locationId, quantityBase }) => `${quantityBase} ${locationId}`),
  );
}

describe('[T5] a line that may be split', () => {
  test('[T5] comes in pieces where no place has all of it, and only where its order allows it', () => {
    expect(sourced([split(lamps(5))], 3, 2)).toEqual([['3 berlin', '2 rome']]);
    expect(sourced([split(lamps(5))], 3, 5)).toEqual([['5 rome']]);
    expect(sourced([whole(lamps(5))], 3, 2)).toEqual(['short of 5: 3']);
    expect(sourced([{ ...whole(lamps(5)), allowSplit: false }], 3, 2)).toEqual(['short of 5: 3']);
  });

  test.each<[string, object]>([
    ['a case', { quantityUnits: 1 }],
    ['a line with an amount off', { discounts: [{ kind: 'amount', amountMinor: 5 }] }],
    [
      'a line with an amount and a rate off',
      {
        discounts: [
          { kind: 'rate', rateBp: 5 },
          { kind: 'amount', amountMinor: 5 },
        ],
      },
    ],
    ['a line whose name leaves no room', { lineId: 'x'.repeat(121) }],
    ['a line that names its place', { locationId: BERLIN }],
  ])('[T5] is not %s', (_, change) => {
    expect(sourced([split(lamps(5, '1', change))], 3, 2)).toEqual(['short of 5: 3']);
  });

  test.each<[string, object]>([
    ['a line with a rate off', { discounts: [{ kind: 'rate', rateBp: 5 }] }],
    ['a line with a long name', { lineId: 'x'.repeat(120) }],
  ])('[T5] is %s', (_, change) => {
    expect(sourced([split(lamps(5, '1', change))], 3, 2)).toEqual([['3 berlin', '2 rome']]);
  });

  test('[T5] is named where it is short', () => {
    const short = (order: Parameters<typeof sourceOrders>[0][number]) => {
      const result = sourceOrders([order], [BERLIN, ROME], free(3, 1));
      return result.ok ? [] : result.short.map(({ lineId }) => lineId);
    };
    expect(short(split(lamps(5, 'a'), lamps(1, 'b', { sku: 'bulb' })))).toEqual(['a']);
    expect(short(whole(lamps(5, 'a'), lamps(4, 'b', { sku: 'bulb' })))).toEqual(['a', 'b']);
  });

  test('[T8] stays whole where a piece of it would have the name of another line', () => {
    expect(sourced([split(lamps(5), lamps(1, '1~2'))], 3, 3)).toEqual(['short of 5: 3']);
    expect(sourced([split(lamps(5), lamps(1, '1~12'))], 3, 3)).toEqual(['short of 5: 3']);
    expect(sourced([split(lamps(5, '1~3'), lamps(1, '1~3~2'))], 3, 3)).toEqual(['short of 5: 3']);
    expect(sourced([split(lamps(5), lamps(1, '1~2b'))], 3, 3)).toEqual([['3 berlin', '2 rome', '1 rome']]);
    expect(sourced([split(lamps(5), lamps(1, '2~2'))], 3, 3)).toEqual([['3 berlin', '2 rome', '1 rome']]);
  });

  test('[L7] is not split where that makes too many pieces', () => {
    const places = Array.from({ length: 21 }, (_, i) => `p${i}` as LocationId);
    // Fifty lines of 21 pieces each: a thousand pieces more than lines.
    const lines = Array.from({ length: 50 }, (_, i) => lamps(21, `${i}`, { sku: `lamp${i}` }));
    const of = (...all: SellLine[]) => sourceOrders([split(...all)], places, () => 1);
    expect(of(...lines).ok).toBe(true);
    expect(of(...lines, lamps(1, 'x', { sku: 'bulb' })).ok).toBe(true);
    const tooMany = of(...lines, lamps(2, 'x', { sku: 'bulb' }));
    const short = tooMany.ok ? [] : tooMany.short;
    expect(short).toHaveLength(51);
    expect(short.at(-1)).toEqual({ lineId: 'x', sku: 'bulb', requested: 2, available: 1 });
  });
});

describe('[T5] several orders', () => {
  test('[T5] share what is free, and each is split as it allows', () => {
    expect(sourced([whole(lamps(3)), whole(lamps(3))], 3, 3)).toEqual([['3 berlin'], ['3 rome']]);
    expect(sourced([whole(lamps(3)), whole(lamps(3))], 3, 2)).toEqual(['short of 3: 2']);
    expect(sourced([whole(lamps(3)), split(lamps(3))], 4, 2)).toEqual([['3 berlin'], ['1 berlin', '2 rome']]);
    expect(sourced([whole(lamps(1)), whole(lamps(3))], 2, 2)).toEqual(['short of 3: 2']);
  });

  test('[L7] may name lines alike', () => {
    const twice = whole(lamps(2), lamps(1, '1', { sku: 'bulb', locationId: ROME }));
    expect(sourced([twice, whole(lamps(2))], 4, 1)).toEqual([['2 berlin', '1 rome'], ['2 berlin']]);
    // What is short is told in the order in which it was asked for.
    const both = whole(lamps(9, '1', { sku: 'bulb' }), lamps(8, '2'));
    const third = whole(lamps(1, '1', { sku: 'nail' }));
    expect(sourced([both, third], 3, 1)).toEqual(['short of 9: 3', 'short of 8: 3']);
  });

  test('[T5] leave a line where it says', () => {
    const inRome = whole(lamps(1, '1', { locationId: ROME }));
    expect(sourced([inRome, inRome], 9, 9)).toEqual([['1 rome'], ['1 rome']]);
    expect(sourced([inRome, inRome], 9, 1)).toEqual(['short of 1: 0']);
  });
});

test('[T5] the first piece has the name of its line, the others names made from it, and a whole line stays as it is', () => {
  const part = (lineId: string, locationId: LocationId, quantityBase: number) => ({
    lineId: lineId as LineId,
    locationId,
    quantityBase,
  });
  const cases = lamps(6, '2', { quantityUnits: 1, unit: 'case' });
  const pieces = inPieces(
    [lamps(5), cases],
    [part('1', BERLIN, 2), part('1', ROME, 1), part('1', BERLIN, 2), part('2', ROME, 6)],
  );
  expect(pieces).toEqual([
    { ...lamps(2), locationId: BERLIN },
    { ...lamps(1, '1~2'), locationId: ROME },
    { ...lamps(2, '1~3'), locationId: BERLIN },
    { ...cases, locationId: ROME },
  ]);
});

describe('[T8] what was sold is what is asked', () => {
  const asked = [lamps(5), lamps(2, '2')];

  test('[T8] line by line, whole or in pieces', () => {
    expect(isSameGoods(asked, asked)).toBe(true);
    expect(isSameGoods([lamps(3), lamps(2, '1~2'), lamps(2, '2')], asked)).toBe(true);
    expect(isSameGoods([], [])).toBe(true);
  });

  test('[T8] at another price, or where a case has another size by now', () => {
    expect(isSameGoods([lamps(5, '1', { unitPriceMinor: 7, quantityBase: 60 }), lamps(2, '2')], asked)).toBe(
      true,
    );
  });

  test.each<[string, SellLine[]]>([
    ['less', [lamps(4), lamps(2, '2')]],
    ['more', [lamps(6), lamps(2, '2')]],
    ['a line less', [lamps(5)]],
    ['a line more', [lamps(5), lamps(2, '2'), lamps(1, '3')]],
    ['another order of lines', [lamps(2, '2'), lamps(5)]],
    ['pieces with other names', [lamps(3), lamps(2, '1~3'), lamps(2, '2')]],
    ['pieces that are too many', [lamps(3), lamps(3, '1~2'), lamps(2, '2')]],
    ['other goods', [lamps(5, '1', { sku: 'bulb' }), lamps(2, '2')]],
    ['another unit', [lamps(5, '1', { unit: 'case' }), lamps(2, '2')]],
  ])('[T8] and not %s', (_, known) => {
    expect(isSameGoods(known, asked)).toBe(false);
  });
});
