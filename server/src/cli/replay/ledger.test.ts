import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';
import { type BookedSaleLine, checkPools, checkSales } from './ledger-check.ts';
import { returnKey } from './return-matcher.ts';
import type { ReturnStep, SaleLine, SaleStep, ShrinkageStep } from './steps.ts';

const location = 'berlin';

function line(lineNo: number, quantity: number, sku = 'lamp'): SaleLine {
  return { lineNo, sku, location, quantity, unitPriceMinor: 100, contended: false };
}

function sell(ledger: Ledger, saleId: string, ...lines: SaleLine[]): void {
  const step: SaleStep = {
    kind: 'sale',
    at: 0,
    saleId,
    invoiceNo: saleId,
    customer: 'ann',
    seller: 'berlin',
    lines,
  };
  ledger.sold(step, saleId, lines);
}

function bringing(lineNo: number, quantity: number, customer = 'ann'): ReturnStep {
  const returnId = `return-${lineNo}`;
  return {
    kind: 'return',
    at: 0,
    returnId,
    keeper: location,
    lineNo,
    customer,
    sku: 'lamp',
    location,
    quantity,
  };
}

function losing(quantity: number): ShrinkageStep {
  return {
    kind: 'shrinkage',
    at: 0,
    docId: 'loss',
    keeper: location,
    lineNo: 9,
    sku: 'lamp',
    location,
    quantity,
  };
}

function stocked(lamps: number): Ledger {
  const ledger = new Ledger(new Set([returnKey('ann', 'lamp', location)]));
  ledger.shelved(location, [{ sku: 'lamp', quantity: lamps }]);
  return ledger;
}

test('a refusal is false exactly if enough units stood there at that moment', () => {
  const ledger = stocked(10);
  sell(ledger, 's1', line(2, 7));
  expect(ledger.refused(line(3, 4))).toBe(false);
  expect(ledger.refused(line(4, 3))).toBe(true);
  expect(ledger.totals()).toMatchObject({
    lines: 3,
    linesSold: 1,
    sales: 1,
    unitsAsked: 14,
    unitsSold: 7,
    unitsRefused: 7,
    falseRefusals: 1,
    strandedUnits: 3,
    oversold: 0,
  });
});

test('a unit sold beyond the shelf is an oversell, and stays one when more goods come', () => {
  const ledger = stocked(5);
  sell(ledger, 's1', line(2, 5));
  expect(ledger.totals().oversold).toBe(0);
  sell(ledger, 's2', line(3, 2));
  ledger.shelved(location, [{ sku: 'lamp', quantity: 100 }]);
  sell(ledger, 's3', line(4, 1));
  expect(ledger.totals().oversold).toBe(2);
});

test('what a write-off took and was sold all the same is a shortage, not an oversell', () => {
  const ledger = stocked(10);
  expect(ledger.shrink(losing(4))).toBe(4);
  sell(ledger, 's1', line(2, 8));
  expect(ledger.shrink(losing(4))).toBe(0);
  expect(ledger.totals()).toMatchObject({ oversold: 0, shortageUnits: 2, shrinkage: 1 });
});

test('goods come back from the latest purchases, at most what was handed over', () => {
  const ledger = stocked(10);
  sell(ledger, 's1', line(2, 3));
  sell(ledger, 's2', line(3, 2));
  expect(ledger.matchReturn(bringing(5, 4))).toEqual([
    { saleId: 's2', lineNo: 3, sold: 2, quantity: 2 },
    { saleId: 's1', lineNo: 2, sold: 3, quantity: 2 },
  ]);
  ledger.returned(location, 'lamp', 4);
  expect(ledger.matchReturn(bringing(6, 9))).toEqual([{ saleId: 's1', lineNo: 2, sold: 3, quantity: 1 }]);
  expect(ledger.matchReturn(bringing(7, 1))).toEqual([]);
  expect(ledger.matchReturn(bringing(8, 1, 'bob'))).toEqual([]);
  expect(ledger.matchReturn(bringing(9, 1, ''))).toEqual([]);
  expect(ledger.totals()).toMatchObject({ returns: 2, unmatchedReturns: 3 });
  expect(ledger.falseRefusal(line(10, 9))).toBe(true);
});

test('telling the ledger one sale twice is a bug of the replay', () => {
  const ledger = stocked(10);
  sell(ledger, 's1', line(2, 1));
  expect(() => sell(ledger, 's1', line(2, 1))).toThrow(/twice/);
});

test('books that say the same pass; lost, doubled, changed and unknown lines are each found', async () => {
  const ledger = stocked(10);
  sell(ledger, 's1', line(2, 3), line(3, 1));
  sell(ledger, 's2', line(4, 2));
  const row = (saleId: string, { lineNo, sku, quantity }: SaleLine): BookedSaleLine => {
    return { saleId, lineNo, sku, location, quantity };
  };
  const right = [row('s1', line(2, 3)), row('s1', line(3, 1)), row('s2', line(4, 2))];
  expect(await checkSales(ledger, right)).toEqual({
    lostSales: 0,
    doubledSales: 0,
    unknownSales: 0,
    findings: [],
  });

  const wrong = [row('s1', line(2, 3)), row('s1', line(2, 3)), row('s1', line(3, 7)), row('s3', line(9, 1))];
  const found = await checkSales(ledger, wrong);
  expect(found).toMatchObject({ lostSales: 2, doubledSales: 1, unknownSales: 1 });
  expect(found.findings.join('\n')).toMatch(/s1 line 3.*otherwise[\s\S]*s2 line 4.*not in the books/);
});

test('conservation: pools must have left what the shelf has left, on both sides', async () => {
  const ledger = stocked(10);
  sell(ledger, 's1', line(2, 3));
  ledger.shrink(losing(2));
  expect(await checkPools(ledger, [{ sku: 'lamp', location, available: 5 }])).toEqual({
    poolsApart: 0,
    findings: [],
  });
  expect(await checkPools(ledger, [{ sku: 'lamp', location, available: 6 }])).toMatchObject({
    poolsApart: 1,
  });
  expect(await checkPools(ledger, [])).toMatchObject({ poolsApart: 1 });
  const invented = { sku: 'chair', location, available: 1 };
  const both = await checkPools(ledger, [{ sku: 'lamp', location, available: 5 }, invented]);
  expect(both.findings).toEqual(['chair@berlin: the books have 1 units to sell, the shelf has 0']);
});
