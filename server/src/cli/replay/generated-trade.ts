/**
 * Trade without a file: a year in the life of a made-up wholesaler, the same for everyone with one seed.
 *
 * The shape is that of the UCI file. A few articles sell all the time and most hardly ever (Zipf);
 * quantities come in singles, half-dozens and dozens; the shops open from eight to six on six days a
 * week; one invoice in eight is partly cancelled later; now and then something breaks.
 */
import { createPrng, type Prng } from './prng.ts';
import type { Invoice, TradeLine } from './trade.ts';

export interface TradeShape {
  readonly seed: number;
  readonly lines: number;
  readonly skus: number;
  readonly customers: number;
  readonly days: number;
}

const TRADE_SHAPE_DEFAULT: TradeShape = {
  seed: 1,
  lines: 100_000,
  skus: 2_000,
  customers: 2_000,
  days: 365,
};

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A Monday; the year does not matter, only that it never changes. */
const FIRST_DAY = Date.UTC(2024, 0, 1);
const OPENS_MINUTE = 8 * 60;
const OPEN_MINUTES = 10 * 60;
/** As in the UCI file: the mean is some twenty lines, the largest invoices are a thousand. */
const INVOICE_LINES_MEAN = 20;
const INVOICE_LINES_MAX = 1_000;
const CANCELLED_SHARE = 0.12;
const WRITTEN_OFF_SHARE = 0.0025;
/** Pieces in an inner box, and how often each is bought. */
const LOTS = [1, 1, 1, 1, 2, 2, 3, 4, 6, 6, 8, 10, 12, 12, 24, 48] as const;

export function* generateTrade(options: Partial<TradeShape> = {}): Generator<Invoice> {
  const shape = { ...TRADE_SHAPE_DEFAULT, ...options };
  const prng = createPrng(`trade ${shape.seed}`);
  const pickSku = createZipf(shape.skus, prng);
  const times = openingTimes(shape, prng);
  const bought: Invoice[] = [];
  let lineNo = 1;
  let number = 100_000;

  for (const at of times) {
    const left = shape.lines - (lineNo - 1);
    if (left <= 0) return;
    number++;
    const earlier = prng() < CANCELLED_SHARE ? bought[Math.floor(prng() * bought.length)] : undefined;
    if (earlier !== undefined) {
      const line = earlier.lines[Math.floor(prng() * earlier.lines.length)] as TradeLine;
      const quantity = 1 + Math.floor(prng() * line.quantity);
      const { customer } = earlier;
      lineNo++;
      yield {
        invoiceNo: `C${number}`,
        at,
        customer,
        store: '',
        lines: [{ ...line, lineNo, kind: 'return', quantity }],
      };
      continue;
    }
    const kind = prng() < WRITTEN_OFF_SHARE ? 'shrinkage' : 'sale';
    const lineCount = kind === 'sale' ? Math.min(left, invoiceLines(prng)) : 1;
    const lines: TradeLine[] = [];
    for (let i = 0; i < lineCount; i++) {
      const rank = pickSku();
      lineNo++;
      lines.push({ lineNo, kind, ...articleOf(rank), quantity: lotOf(prng) });
    }
    const customer = kind === 'sale' ? String(10_000 + Math.floor(prng() * shape.customers)) : '';
    const invoice: Invoice = { invoiceNo: String(number), at, customer, store: '', lines };
    // The last thousand purchases are those that may still be brought back.
    if (kind === 'sale') bought[number % 1_000 < bought.length ? number % 1_000 : bought.length] = invoice;
    yield invoice;
  }
}

/** Rising moments in opening hours: enough for all lines even if every invoice were short. */
function* openingTimes(shape: TradeShape, prng: Prng): Generator<number> {
  const invoices = Math.max(1, shape.lines / (INVOICE_LINES_MEAN * (1 - CANCELLED_SHARE)));
  const openDays: number[] = [];
  for (let day = 0; day < shape.days; day++) if (day % 7 !== 6) openDays.push(FIRST_DAY + day * DAY_MS);
  const stepMinutes = (openDays.length * OPEN_MINUTES) / invoices;
  let passedMinutes = 0;
  for (;;) {
    passedMinutes += stepMinutes * 2 * prng();
    // A generation that outlasts its days stays on the last minute of the last one.
    const day = Math.min(openDays.length - 1, Math.floor(passedMinutes / OPEN_MINUTES));
    const minute = Math.min(OPEN_MINUTES, passedMinutes - day * OPEN_MINUTES);
    yield (openDays[day] ?? FIRST_DAY) + Math.floor(OPENS_MINUTE + minute) * MINUTE_MS;
  }
}

/** Many small invoices and a few huge ones: exponential, with a heavy tail. */
function invoiceLines(prng: Prng): number {
  const usual = -Math.log(1 - prng()) * INVOICE_LINES_MEAN * 0.8;
  const tail = prng() < 0.02 ? usual * 10 : usual;
  return Math.min(INVOICE_LINES_MAX, 1 + Math.floor(tail));
}

function lotOf(prng: Prng): number {
  const lot = LOTS[Math.floor(prng() * LOTS.length)] as number;
  return prng() < 0.005 ? lot * 50 : lot;
}

function articleOf(rank: number): { sku: string; name: string; unitPriceMinor: number } {
  // 7,919 is prime: neighbouring ranks get prices far apart, from 0.29 to 24.28.
  return {
    sku: `A${10_000 + rank}`,
    name: `Article ${rank + 1}`,
    unitPriceMinor: 29 + ((rank * 7_919) % 2_400),
  };
}

/** The nth article sells in proportion to 1/(n+5)^0.9: near the UCI file, whose best seller has 0.4 % of lines. */
function createZipf(count: number, prng: Prng): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += 1 / (rank + 5) ** 0.9;
    sums[rank] = sum;
  }
  return () => {
    const wanted = prng() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
