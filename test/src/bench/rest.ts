/** rest: what the REST doors of a region can do, beside what they would be compared with. */
import { randomBytes } from 'node:crypto';
import { request } from '../chaos/http.ts';
import type { Bench, Case, Place, Round } from './bench.ts';
import { openBooks } from './books.ts';
import { startHelper } from './helper.ts';
import type { OpenEndpoint } from './processes/endpoints.ts';
import type { Flood } from './processes/flood.ts';
import type { Import } from './processes/importer.ts';
import type { HttpLoad, Load } from './processes/load.ts';
import { CONNECTIONS, DURABLE, httpCase, POOL_SIZE } from './sale-cases.ts';
import { SERVER_FLAGS } from './server-flags.ts';
import { ratio, type Target } from './target.ts';
import { openTown, type Town } from './town.ts';
import { drawOrders, type Trade } from './trade.ts';

/** What the region has; batches go through all of it. */
const GOODS: Trade = { skus: 1_000, linesPerOrder: 4 };
/** As in hot-sku. */
const HOT: Trade = { skus: 1, linesPerOrder: 1 };
const BATCH_ORDERS = 2_500;
const BATCH_MS = 60_000;
const PRODUCTS = 100_000;
const SEED = 13;

async function open(place: Place): Promise<Case[]> {
  const books = await openBooks(place, GOODS);
  const town = await openTown(place, books.url, GOODS);
  const load = startHelper(place, './processes/load.ts');
  const endpoint = (asked: OpenEndpoint) =>
    startHelper(place, './processes/endpoints.ts', SERVER_FLAGS).ask<number>('open', asked);
  const best = await endpoint({ kind: 'pg-best', databaseUrl: books.peersUrl, poolSize: POOL_SIZE });
  const echo = await endpoint({ kind: 'echo' });
  const region = `a region process whose line to its authority is cut, limits asked: ${DURABLE}`;
  const read = (name: string, port: number, note: string): Case => ({
    name,
    note: `${note}, ${CONNECTIONS} connections`,
    round: (seconds) =>
      load.ask<Round>('stock', { port, connections: CONNECTIONS, seconds, trade: GOODS } satisfies Load),
  });
  return [
    httpCase(load, { name: 'order', port: town.ports.cut, note: region, trade: HOT }),
    httpCase(load, {
      name: 'pg-best',
      port: best,
      note: `Fastify, Zod, one prepared statement; pool of ${POOL_SIZE}; ${books.note}`,
      trade: HOT,
    }),
    read('stock', town.ports.cut, 'GET /v1/inventory/{sku} of the same region'),
    read('echo', echo, 'bare Fastify, gives the SKU back'),
    batchCase(town),
    ...floodCases(place, town, () =>
      load.ask<Round>('http', {
        port: town.ports.cut,
        path: '/v1/orders',
        connections: CONNECTIONS,
        seconds: 2,
        trade: GOODS,
      } satisfies HttpLoad),
    ),
    importCase(place, town),
  ];
}

/** All of it in one commit, or none of it: more than one commit is an error. */
function batchCase({ ports, worked }: Town): Case {
  const lines = BATCH_ORDERS * GOODS.linesPerOrder;
  return {
    name: 'batch',
    note: `POST /v1/orders/batch, ${BATCH_ORDERS} orders of ${lines} lines, all or nothing, one after the other; lines a second, and each batch from first byte to last`,
    async round(seconds) {
      const tookMs: number[] = [];
      const startMs = performance.now();
      let size = 0;
      do {
        const series = randomBytes(8).toString('hex');
        const orders = drawOrders(GOODS, BATCH_ORDERS, SEED).map((each, i) => ({
          id: `${series}-${i}`,
          lines: each,
        }));
        size = JSON.stringify({ orders }).length;
        const before = await worked(ports.cut);
        const askedMs = performance.now();
        const { status, body } = await request(ports.cut, 'POST', '/v1/orders/batch', { orders }, BATCH_MS);
        tookMs.push(performance.now() - askedMs);
        if (status !== 201) throw new Error(`${status} ${JSON.stringify(body).slice(0, 500)}`);
        const after = await worked(ports.cut);
        const turns = after.turns - before.turns;
        if (turns !== 1) throw new Error(`A batch took ${turns} commits.`);
      } while (performance.now() - startMs < seconds * 1_000);
      tookMs.sort((a, b) => a - b);
      return {
        perSecond: (1_000 * lines * tookMs.length) / tookMs.reduce((sum, ms) => sum + ms, 0),
        p50Ms: tookMs[tookMs.length >> 1] as number,
        p99Ms: tookMs.at(-1) as number,
        note: `${(size / 1_024).toFixed(0)} KiB, one commit each`,
      };
    },
  };
}

/**
 * Offered in an open loop, in shares of what the same region does in a closed one. Of larger orders, so
 * that the process that offers twice as many as can be carried out is not itself what is measured.
 */
function floodCases(place: Place, { ports }: Town, peak: () => Promise<Round>): Case[] {
  const helper = startHelper(place, './processes/flood.ts');
  let perSecond = 0;
  const flood = (name: string, share: number): Case => ({
    name,
    note: `orders at ${share} times the peak, evenly, whether those before were answered or not; accepted ones, from when they were due`,
    round: (seconds) =>
      helper.ask<Round>('flood', {
        port: ports.cut,
        perSecond: Math.round(share * perSecond),
        seconds,
        trade: GOODS,
      } satisfies Flood),
  });
  return [
    {
      name: 'peak',
      note: `orders of ${GOODS.linesPerOrder} lines over ${GOODS.skus} SKUs in a closed loop, ${CONNECTIONS} connections`,
      async round() {
        const round = await peak();
        perSecond = round.perSecond as number;
        return round;
      },
    },
    flood('half-load', 0.5),
    flood('full-load', 1),
    flood('overload', 2),
  ];
}

function importCase(place: Place, { ports, pids, settled }: Town): Case {
  const helper = startHelper(place, './processes/importer.ts');
  let round = 0;
  return {
    name: 'import',
    note: `POST /v1/products/import at a region whose authority is linked, ${PRODUCTS} new products as NDJSON`,
    warmsUp: false,
    roundsAfter: 3,
    round: () => {
      round += 1;
      return helper.ask<Round>('load', {
        port: ports.linked,
        pids: { region: pids.linked, authority: pids.authority },
        products: PRODUCTS,
        series: `IMPORT-${round}`,
      } satisfies Import);
    },
    settle: () => settled(ports.linked),
  };
}

function figure(text: string, bound: number, is: Target['is'], value: Target['value']): Target {
  return { text, bound, is, value };
}

export const rest: Bench = {
  name: 'rest',
  about: 'the REST doors: orders, stock, batches, imports, and twice as much as they can take',
  // Many and short: where cores are shared, a pace lasts for seconds, and what is compared should meet the same one.
  rounds: 7,
  seconds: 2,
  open,
  targets: [
    ratio('order', 'pg-best', 6),
    ratio('stock', 'echo', 0.5),
    figure('ms for a batch of 10,000 lines', 1_000, 'at most', (of) => of.get('batch')?.p50Ms?.median),
    figure('products imported a second', 10_000, 'at least', (of) => of.get('import')?.perSecond?.median),
    ratio('overload', 'peak', 0.8),
    // Of the crowd alone: the same thousand connections, of which each costs more than one that is always warm.
    ratio('overload', 'full-load', 0.8),
    figure('p99 of overload against half-load', 4, 'at most', (of) => {
      const [over, half] = [of.get('overload')?.p99Ms, of.get('half-load')?.p99Ms];
      return over === undefined || half === undefined ? undefined : over.median / half.median;
    }),
  ],
};
