/**
 * The plan of a replay: every sale, return, write-off, delivery, cut and kill, in the order of trading
 * time. It is pure and follows from the trade and the seed alone, so that two runs do the same things
 * to the fleet, whatever the fleet answers.
 *
 *   const plan = createPlan(await collectTrade(readInvoices(path)), { seed: 1 });
 *   stock(plan.opening);
 *   for (const step of plan.steps()) await perform(step);
 */
import { createHash } from 'node:crypto';
import { scheduleCuts, scheduleKills } from './disturbances.ts';
import { createFleetShape, type FleetShape } from './fleet-shape.ts';
import { returnKey } from './return-matcher.ts';
import { createSourcing, type Source, type Sourcing } from './sourcing.ts';
import type { DeliveryStep, ReturnStep, SaleLine, SaleStep, ShrinkageStep, Step } from './steps.ts';
import { openingStock, type PlannedPool, scheduleDeliveries, supplyOf } from './supply.ts';
import { ReplayInputError } from './trade.ts';
import type { TableInvoice, TableLine, TradeTable } from './trade-table.ts';
import { createTradingClock } from './trading-clock.ts';

export interface PlanOptions {
  readonly seed?: number;
  /** In all regions together. */
  readonly stores?: number;
  /** Share of trading time that each store has no uplink, 0 to 0.9. */
  readonly cutShare?: number;
  readonly kills?: number;
  /** Each replica is a program of its own: see fleet-shape.ts. */
  readonly apart?: boolean;
}

export interface ReplayPlan {
  readonly shape: FleetShape;
  readonly seed: number;
  /** Rows of all kinds. */
  readonly lineCount: number;
  readonly saleLineCount: number;
  readonly contendedLineCount: number;
  readonly returnLineCount: number;
  readonly shrinkageLineCount: number;
  readonly invoiceCount: number;
  readonly cutCount: number;
  readonly killCount: number;
  readonly fromDate: number;
  readonly toDate: number;
  readonly catalogue: readonly {
    readonly sku: string;
    readonly name: string;
    readonly unitPriceMinor: number;
  }[];
  readonly pools: readonly PlannedPool[];
  /** Received before the first step. */
  readonly opening: readonly DeliveryStep[];
  /** What will be brought back, as `returnKey` writes it: the ledger need remember no other sales. */
  readonly returnKeys: ReadonlySet<string>;
  /** Fresh from the start at every call. */
  steps(): Generator<Step>;
}

export const CUT_SHARE_DEFAULT = 0.2;
/** Above this a store would hardly ever hear of a delivery. */
const CUT_SHARE_MAX = 0.9;
/** The issue asks for at least 20; with 24 every store and warehouse of the default fleet has its turn or a neighbour's. */
const KILLS_DEFAULT = 24;

export function createPlan(table: TradeTable, options: PlanOptions = {}): ReplayPlan {
  const { seed = 1, cutShare = CUT_SHARE_DEFAULT, kills = KILLS_DEFAULT } = options;
  if (!(cutShare >= 0 && cutShare <= CUT_SHARE_MAX)) {
    throw new ReplayInputError(`--cut-share must be a number from 0 to ${CUT_SHARE_MAX}.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw new ReplayInputError('--seed must be a whole number.');
  if (table.lineCount === 0) throw new ReplayInputError('There is no line to replay: every row was skipped.');
  const shape = createFleetShape(options.stores, options.apart);
  const sourcing = createSourcing(shape, table.skus, seed);
  const clock = createTradingClock(table.invoices.map((invoice) => invoice.at));
  const surveyed = survey(table, sourcing);
  const fromDate = clock.dateAt(0);
  const cuts = scheduleCuts(shape, clock, cutShare, seed);
  const killSteps = scheduleKills(shape, clock, kills, seed);
  const scheduled = inOrder([...cuts, ...killSteps, ...scheduleDeliveries(surveyed.pools, clock, seed)]);
  return {
    ...surveyed,
    shape,
    seed,
    lineCount: table.lineCount,
    invoiceCount: table.invoiceNumberCount,
    cutCount: cuts.length / 2,
    killCount: killSteps.length,
    fromDate,
    toDate: clock.dateAt(clock.tradingMs),
    catalogue: table.skus.map(({ sku, name, unitPriceMinor }) => ({
      sku,
      name: name || sku,
      unitPriceMinor,
    })),
    opening: openingStock(surveyed.pools, fromDate, seed),
    steps: () => mergeSteps(table, sourcing, scheduled, seed),
  };
}

/** One look over all lines: what each pool will be asked for, and what will come back. */
function survey(table: TradeTable, sourcing: Sourcing) {
  const demandOf = new Map<string, { sku: string; source: Source; demand: number }>();
  const returnKeys = new Set<string>();
  const counts = { sale: 0, return: 0, shrinkage: 0 };
  let contendedLineCount = 0;
  for (const invoice of table.invoices) {
    for (const line of linesOf(table, invoice)) {
      counts[line.kind]++;
      const source = sourcing.sourceOf(line.skuIndex, invoice.store, shopperOf(invoice));
      const { sku } = table.skus[line.skuIndex] as { sku: string };
      const key = `${sku}@${source.location}`;
      const pool = demandOf.get(key) ?? { sku, source, demand: 0 };
      if (pool.demand === 0) demandOf.set(key, pool);
      if (line.kind === 'sale') {
        pool.demand += line.quantity;
        if (source.contended) contendedLineCount++;
      } else if (line.kind === 'return') {
        returnKeys.add(returnKey(invoice.customer, sku, source.location));
      }
    }
  }
  const found = [...demandOf.values()];
  const supplies = supplyOf(found.map((pool) => pool.demand));
  const pools: PlannedPool[] = found.map(({ sku, source, demand }, i) => ({
    sku,
    location: source.location,
    contended: source.contended,
    sellers: source.sellers,
    demand,
    ...(supplies[i] as { supply: number; opening: number }),
  }));
  return {
    pools,
    returnKeys,
    contendedLineCount,
    saleLineCount: counts.sale,
    returnLineCount: counts.return,
    shrinkageLineCount: counts.shrinkage,
  };
}

/** At one moment a line comes back and goods arrive before it is cut, and all of that before a sale. */
const RANK = { heal: 0, delivery: 1, cut: 2, kill: 3, return: 4, shrinkage: 4, sale: 4 } as const;

function inOrder(steps: Step[]): Step[] {
  return steps.sort((a, b) => a.at - b.at || RANK[a.kind] - RANK[b.kind]);
}

function* mergeSteps(
  table: TradeTable,
  sourcing: Sourcing,
  scheduled: readonly Step[],
  seed: number,
): Generator<Step> {
  let next = 0;
  for (const invoice of table.invoices) {
    for (let step = scheduled[next]; step !== undefined && step.at <= invoice.at; step = scheduled[next]) {
      yield step;
      next++;
    }
    yield* stepsOf(table, sourcing, invoice, seed);
  }
  yield* scheduled.slice(next);
}

/** One invoice has one buyer but may be served by several sellers: each gets a sale of its own. */
function* stepsOf(
  table: TradeTable,
  sourcing: Sourcing,
  invoice: TableInvoice,
  seed: number,
): Generator<SaleStep | ReturnStep | ShrinkageStep> {
  const { at, customer, invoiceNo } = invoice;
  const bySeller = new Map<string, SaleLine[]>();
  for (const { kind, lineNo, quantity, skuIndex, unitPriceMinor } of linesOf(table, invoice)) {
    const source = sourcing.sourceOf(skuIndex, invoice.store, shopperOf(invoice));
    const { location, contended } = source;
    const { sku } = table.skus[skuIndex] as { sku: string };
    if (kind === 'sale') {
      const seller = sourcing.sellerOf(source, invoiceNo);
      const lines = bySeller.get(seller);
      const line: SaleLine = { lineNo, sku, location, quantity, unitPriceMinor, contended };
      if (lines === undefined) bySeller.set(seller, [line]);
      else lines.push(line);
      continue;
    }
    const goods = { at, keeper: location, lineNo, sku, location, quantity };
    if (kind === 'return') yield { kind, returnId: `return-${lineNo}-seed-${seed}`, customer, ...goods };
    else yield { kind, docId: `shrinkage-${lineNo}-seed-${seed}`, ...goods };
  }
  for (const [seller, lines] of bySeller) {
    // The first line's number keeps two invoices of one number apart.
    const saleId = saleIdOf(at, `${seed} ${invoiceNo} ${lines[0]?.lineNo} ${seller}`);
    yield { kind: 'sale', at, saleId, invoiceNo, customer, seller, lines };
  }
}

/** Who shops: what is brought back comes back to the shop that sold it. */
function shopperOf({ customer, invoiceNo }: TableInvoice): string {
  return customer === '' ? invoiceNo : customer;
}

function* linesOf(table: TradeTable, invoice: TableInvoice): Generator<TableLine> {
  for (let i = 0; i < invoice.lineCount; i++) yield table.line(invoice.firstLine + i);
}

/** A UUIDv7 of the sale's date whose random bits are a hash of its name, so that a repeat has the same id. */
function saleIdOf(at: number, name: string): string {
  const time = at.toString(16).padStart(12, '0').slice(-12);
  const hash = createHash('sha256').update(name).digest('hex');
  const variant = '89ab'[Number.parseInt(hash.slice(3, 4), 16) % 4];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}
