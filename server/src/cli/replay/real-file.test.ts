/** The whole year of real trade, where its file is at hand: it is not part of the repository. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type MalformedRow, readInvoices } from './invoice-reader.ts';
import { createPlan } from './plan.ts';
import type { SaleStep } from './steps.ts';
import { collectTrade } from './trade-table.ts';

const path = fileURLToPath(new URL('../../../../../shared/data/online-retail-uci.csv.gz', import.meta.url));
const isAbsent = !existsSync(path);
if (isAbsent)
  console.log('Skipped: the UCI online retail file is not in ../shared/data beside the repository.');

test.skipIf(isAbsent)(
  '541,909 real lines are read and planned in seconds',
  { timeout: 240_000 },
  async () => {
    const malformed: MalformedRow[] = [];
    const table = await collectTrade(readInvoices(path, { onMalformed: (row) => malformed.push(row) }));

    // Two invoices of one line each have a price below zero: the write-off of a bad debt.
    expect(malformed.map(({ lineNo }) => lineNo)).toEqual([299_985, 299_986]);
    expect(table.lineCount + malformed.length).toBe(541_909);
    expect(table.invoiceNumberCount + malformed.length).toBe(25_900);
    expect(table.skus).toHaveLength(4_070);
    expect(table.skus.map(({ sku }) => sku)).toContain('BANK%20CHARGES');
    const cancellations = table.invoices.filter(({ invoiceNo }) => invoiceNo.startsWith('C'));
    expect(cancellations).toHaveLength(3_836);

    const plan = createPlan(table);
    expect(plan.returnLineCount).toBe(9_288);
    expect(plan.shrinkageLineCount).toBe(1_336);
    expect(plan.saleLineCount).toBe(531_283);
    expect(Math.abs(plan.contendedLineCount - plan.saleLineCount / 2)).toBeLessThanOrEqual(1);
    expect(plan.cutCount).toBeGreaterThanOrEqual(50);

    const sales = new Set<string>();
    let lines = 0;
    for (const step of plan.steps()) {
      if (step.kind !== 'sale') continue;
      sales.add((step satisfies SaleStep).saleId);
      lines += step.lines.length;
    }
    expect(lines).toBe(plan.saleLineCount);
    expect(sales.size).toBeGreaterThan(60_000);
  },
);
