import { expect, test } from 'vitest';
import { generateTrade } from './generated-trade.ts';
import { createPlan, type PlanOptions } from './plan.ts';
import type { SaleStep, Step } from './steps.ts';
import type { Invoice, TradeLine } from './trade.ts';
import { collectTrade } from './trade-table.ts';
import { createTradingClock } from './trading-clock.ts';

const HOUR_MS = 3_600_000;
const table = await collectTrade(generateTrade({ lines: 20_000, skus: 400 }));
const planned = (options?: PlanOptions) => createPlan(table, options);
const sales = (steps: Iterable<Step>) => [...steps].filter((step): step is SaleStep => step.kind === 'sale');

test('one seed gives one plan, twice and after reading the trade again; another seed another', async () => {
  const first = [...planned({ seed: 7 }).steps()];
  const again = createPlan(await collectTrade(generateTrade({ lines: 20_000, skus: 400 })), { seed: 7 });
  expect([...again.steps()]).toEqual(first);
  expect([...again.steps()]).toEqual(first);
  expect([...planned({ seed: 8 }).steps()]).not.toEqual(first);
});

test('the default fleet is two regions, eight stores of two terminals, and a warehouse in each region', () => {
  const { replicas, stores, terminalsOf } = planned().shape;
  const count = (kind: string) => replicas.filter((replica) => replica.kind === kind).length;
  expect([count('region'), count('store'), count('terminal'), count('warehouse')]).toEqual([2, 8, 16, 2]);
  expect(stores.map((store) => terminalsOf(store).length)).toEqual(stores.map(() => 2));
  expect(new Set(replicas.map(({ id }) => id)).size).toBe(replicas.length);
  const ids = ['authority', ...replicas.map(({ id }) => id)];
  expect(replicas.every(({ id, parent }) => ids.indexOf(parent) < ids.indexOf(id))).toBe(true);
});

test('half of the lines are contended, each of those SKUs sold by a region, an agent and two other terminals', () => {
  const plan = planned();
  expect(Math.abs(plan.contendedLineCount / plan.saleLineCount - 0.5)).toBeLessThan(0.001);
  const sold = new Map<string, Set<string>>();
  for (const sale of sales(plan.steps())) {
    for (const { sku, location } of sale.lines) {
      const pool = `${sku}@${location}`;
      sold.set(pool, (sold.get(pool) ?? new Set()).add(sale.seller));
    }
  }
  const kinds = new Map(plan.shape.replicas.map(({ id, kind }) => [id, kind]));
  const shopOf = (id: string) => (kinds.get(id) === 'terminal' ? id.replace(/-till-\d$/, '') : id);
  for (const { sku, location, contended, sellers, demand } of plan.pools) {
    const actual = [...(sold.get(`${sku}@${location}`) ?? [])];
    expect(sellers).toEqual(expect.arrayContaining(actual));
    if (contended) {
      expect(sellers.map((id) => kinds.get(id)).sort()).toEqual(['region', 'store', 'terminal', 'terminal']);
      expect(new Set(sellers.map(shopOf)).size).toBe(4);
      expect(kinds.get(location)).toBe('warehouse');
      if (demand > 2_000) expect(actual.length).toBeGreaterThanOrEqual(3);
    } else {
      expect(new Set(sellers.map(shopOf))).toEqual(new Set([location]));
    }
  }
});

test.each([1, 2, 3])('with %i stores a contended SKU still has four different sellers', (stores) => {
  for (const pool of planned({ stores }).pools) {
    expect(new Set(pool.sellers).size).toBe(pool.contended ? 4 : 3);
  }
});

test('opening stock and deliveries come to 95 % of demand, 40 % of it at the opening', () => {
  const plan = planned();
  const arrived = new Map<string, number>();
  const deliveries = [...plan.opening, ...[...plan.steps()].filter((step) => step.kind === 'delivery')];
  for (const { location, keeper, lines } of deliveries) {
    expect(keeper).toBe(location);
    for (const { sku, quantity } of lines) {
      expect(quantity).toBeGreaterThan(0);
      arrived.set(`${sku}@${location}`, (arrived.get(`${sku}@${location}`) ?? 0) + quantity);
    }
  }
  let demanded = 0;
  let supplied = 0;
  for (const { sku, location, demand, supply, opening } of plan.pools) {
    expect(arrived.get(`${sku}@${location}`) ?? 0).toBe(supply);
    expect(Math.abs(supply - demand * 0.95)).toBeLessThanOrEqual(1);
    expect(supply).toBeLessThanOrEqual(demand);
    expect(Math.abs(opening - Math.min(supply, demand * 0.4))).toBeLessThanOrEqual(0.5);
    demanded += demand;
    supplied += supply;
  }
  expect(supplied).toBe(Math.floor((demanded * 95) / 100));
  expect(new Set(deliveries.map(({ docId }) => docId)).size).toBe(deliveries.length);
});

test('every line of the file is in the plan once, with its number, in the order of time', () => {
  const plan = planned();
  const seen: number[] = [];
  let at = 0;
  for (const step of plan.steps()) {
    expect(step.at).toBeGreaterThanOrEqual(at);
    at = step.at;
    if (step.kind === 'sale') seen.push(...step.lines.map(({ lineNo }) => lineNo));
    else if (step.kind === 'return' || step.kind === 'shrinkage') seen.push(step.lineNo);
  }
  expect(seen.length).toBe(plan.lineCount);
  expect(new Set(seen).size).toBe(plan.lineCount);
  expect(plan.saleLineCount + plan.returnLineCount + plan.shrinkageLineCount).toBe(plan.lineCount);
  expect(plan.returnLineCount).toBeGreaterThan(0);
  expect(plan.shrinkageLineCount).toBeGreaterThan(0);
});

test('each store is cut for a fifth of trading time, in stretches of 15 minutes to 6 hours', () => {
  const plan = planned();
  const clock = createTradingClock(table.invoices.map((invoice) => invoice.at));
  const passed = (date: number) => tradingMsAt(clock, date);
  expect(plan.cutCount).toBeGreaterThanOrEqual(50);
  for (const store of plan.shape.stores) {
    const turns = [...plan.steps()].filter(
      (s) => (s.kind === 'cut' || s.kind === 'heal') && s.store === store,
    );
    expect(turns.map(({ kind }) => kind)).toEqual(turns.map((_, i) => (i % 2 === 0 ? 'cut' : 'heal')));
    let cutMs = 0;
    for (let i = 0; i < turns.length; i += 2) {
      const ms = passed(turns[i + 1]?.at ?? 0) - passed(turns[i]?.at ?? 0);
      expect(ms).toBeGreaterThan(0.24 * HOUR_MS);
      expect(ms).toBeLessThan(6.01 * HOUR_MS);
      cutMs += ms;
    }
    expect(cutMs / clock.tradingMs).toBeCloseTo(0.2, 3);
  }
});

test('a short run has 50 cuts and 20 kills all the same; every kind of replica is killed', async () => {
  const short = createPlan(await collectTrade(generateTrade({ skus: 400 }), 500));
  const steps = [...short.steps()];
  expect(short.lineCount).toBe(500);
  expect(steps.filter(({ kind }) => kind === 'cut').length).toBeGreaterThanOrEqual(50);
  const kills = steps.filter((step) => step.kind === 'kill').map(({ replica }) => replica);
  expect(kills.length).toBeGreaterThanOrEqual(20);
  const kinds = new Map(short.shape.replicas.map(({ id, kind }) => [id, kind]));
  expect(new Set(kills.map((id) => kinds.get(id))).size).toBe(4);
});

test('a store column decides whose till serves a line, and one number used twice is two sales', async () => {
  const line = (lineNo: number, sku: string): TradeLine => {
    return { lineNo, kind: 'sale', sku, name: '', quantity: 10, unitPriceMinor: 100 };
  };
  const invoice = (at: number, store: string, lines: TradeLine[]): Invoice => {
    return { invoiceNo: '1', at, customer: '', store, lines };
  };
  const trade = [
    invoice(1, 'Leeds', [line(2, 'a'), line(3, 'b')]),
    invoice(1, 'York', [line(4, 'a'), line(5, 'b')]),
  ];
  const plan = createPlan(await collectTrade(trade), { cutShare: 0 });
  const own = sales(plan.steps()).flatMap((sale) => sale.lines.filter(({ contended }) => !contended));
  expect(own.map(({ location }) => location)).toEqual(plan.shape.stores.slice(0, 2));
  expect(plan.invoiceCount).toBe(1);
  const ids = sales(plan.steps()).map(({ saleId }) => saleId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  [{ stores: 0 }, /--stores/],
  [{ stores: 65 }, /--stores/],
  [{ cutShare: 0.95 }, /--cut-share/],
  [{ cutShare: Number.NaN }, /--cut-share/],
  [{ seed: -1 }, /--seed/],
])('options %j are refused', (options, message) => {
  expect(() => planned(options)).toThrow(message);
});

/** The clock turned round: it only knows the way from trading time to dates. */
function tradingMsAt(clock: ReturnType<typeof createTradingClock>, date: number): number {
  let low = 0;
  let high = clock.tradingMs;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (clock.dateAt(middle) < date) low = middle;
    else high = middle;
  }
  return high;
}
