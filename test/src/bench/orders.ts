/** orders: four lines each over ten thousand SKUs, the popular ones in most of them. */
import type { Bench } from './bench.ts';
import { saleCases, WARM_UP_SECONDS } from './sale-cases.ts';
import { ratio } from './target.ts';
import type { Trade } from './trade.ts';

const TRADE: Trade = { skus: 10_000, linesPerOrder: 4 };

export const orders: Bench = {
  name: 'orders',
  about: 'orders of 4 lines over 10,000 SKUs, drawn by Zipf’s law',
  rounds: 3,
  seconds: 2,
  warmUpSeconds: WARM_UP_SECONDS,
  open: (place) => saleCases(place, TRADE),
  targets: [ratio('http', 'pg-best', 5)],
};
