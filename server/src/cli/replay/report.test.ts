import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';
import { createProgress } from './progress.ts';
import { brokenPromises, createReport, formatReport, type RunFigures } from './report.ts';

const run: RunFigures = {
  invoices: 2,
  malformedRows: 1,
  localLines: 3,
  localLinesContended: 1,
  soldLinesContended: 2,
  messages: 5,
  kills: 24,
  crashes: 0,
  cuts: 60,
  oversoldInBooks: 0,
  booksEqualJournals: true,
  sellingMs: 500,
  settleMs: 1_234.5,
};
const clean = { lostSales: 0, doubledSales: 0, unknownSales: 0, findings: [] };

function ledgerOfFourLines(): Ledger {
  const ledger = new Ledger(new Set());
  const line = (lineNo: number) => {
    return { lineNo, sku: 'lamp', location: 'berlin', quantity: 500, unitPriceMinor: 1, contended: false };
  };
  ledger.shelved('berlin', [{ sku: 'lamp', quantity: 2_000 }]);
  const lines = [line(2), line(3), line(4), line(5)];
  const step = {
    kind: 'sale',
    at: 0,
    saleId: 's',
    invoiceNo: '1',
    customer: '',
    seller: 'berlin',
    lines,
  } as const;
  ledger.sold(step, 's', lines);
  ledger.refused(line(6));
  return ledger;
}

test('a report joins what the ledger counted with what the run measured', () => {
  expect(createReport(ledgerOfFourLines(), clean, run)).toMatchObject({
    lines: 5,
    unitsAsked: 2_500,
    unitsSold: 2_000,
    unitsRefused: 500,
    localShare: 0.75,
    localShareContended: 0.5,
    messagesPerSale: 5,
    oversold: 0,
    linesPerSecond: 10,
    settleMs: 1_235,
  });
});

test('an empty run divides nothing by nothing', () => {
  const report = createReport(new Ledger(new Set()), clean, { ...run, sellingMs: 0, soldLinesContended: 0 });
  expect(report).toMatchObject({
    localShare: 0,
    localShareContended: 0,
    messagesPerSale: 0,
    linesPerSecond: 0,
  });
});

test('each broken promise is said, and the last line says whether all were kept', () => {
  const kept = createReport(ledgerOfFourLines(), clean, run);
  expect(brokenPromises(kept)).toEqual([]);
  expect(formatReport(kept)).toMatch(
    /Units sold +2,000 +80\.0 % of what was asked for\n[\s\S]*All promises were kept/,
  );

  const found = { lostSales: 1, doubledSales: 2, unknownSales: 3, findings: [] };
  const broken = createReport(ledgerOfFourLines(), found, {
    ...run,
    oversoldInBooks: 4,
    booksEqualJournals: false,
    crashes: 1,
  });
  expect(brokenPromises(broken)).toHaveLength(6);
  expect(formatReport(broken)).toMatch(/PROMISES WERE BROKEN: 4 units were sold that were never there;/);
});

function watched(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const output = { isTTY, columns: 200, write: (text: string) => written.push(text) };
  const progress = createProgress(output, 1_000, () => nowMs);
  const at = Date.UTC(2011, 5, 1);
  for (let lines = 1; lines <= 1_000; lines++) {
    nowMs += 10;
    progress.update({ lines, at, unitsSold: lines * 2, unitsRefused: 3 });
  }
  progress.done();
  return written;
}

test('into a file it writes a line every tenth', () => {
  const written = watched(false);
  expect(written).toHaveLength(10);
  expect(written[4]).toBe(
    '[############............]  50 %  2011-06-01  100 lines/s  sold 1000  refused 3  0:05 left\n',
  );
});

test('on a terminal it redraws one line, not more than five times a second', () => {
  const written = watched(true);
  expect(written.length).toBeLessThanOrEqual(52);
  expect(written.slice(0, -1).every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
  expect(written.at(-2)).toContain('100 %');
  expect(written.at(-1)).toBe('\n');
});
