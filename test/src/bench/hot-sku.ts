/** hot-sku: everybody wants the same thing, and every yes is durable before it is said. */
import type { Bench } from './bench.ts';
import { pacedCases, saleCases, WARM_UP_SECONDS } from './sale-cases.ts';
import { ratio, type Target } from './target.ts';
import type { Trade } from './trade.ts';

const TRADE: Trade = { skus: 1, linesPerOrder: 1 };
const PACE = 1_000;

const lateness: Target = {
  text: 'p99 ms of sell-paced less that of fsync',
  bound: 2,
  is: 'at most',
  value: (results) => {
    const [sell, fsync] = [results.get('sell-paced')?.p99Ms, results.get('fsync')?.p99Ms];
    return sell === undefined || fsync === undefined ? undefined : sell.median - fsync.median;
  },
};

export const hotSku: Bench = {
  name: 'hot-sku',
  about: 'one SKU that everybody buys, every sale durable before it is acked',
  rounds: 3,
  seconds: 2,
  warmUpSeconds: WARM_UP_SECONDS,
  open: async (place) => [...(await saleCases(place, TRADE)), ...(await pacedCases(place, TRADE, PACE))],
  targets: [
    ratio('http', 'pg-endpoint', 20),
    ratio('http', 'pg-best', 8),
    ratio('http', 'echo', 0.6),
    ratio('sell', 'redis', 3),
    ratio('sell', 'pg-update', 40),
    lateness,
  ],
};
