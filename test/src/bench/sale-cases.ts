/** The cases of a sale: ours in process and over HTTP, and what people would compare it with. */
import { join } from 'node:path';
import type { Absent, Case, Place, Round } from './bench.ts';
import { openBooks } from './books.ts';
import { withProcessorTime } from './cpu.ts';
import { type Helper, startHelper } from './helper.ts';
import type { EndpointKind, OpenEndpoint } from './processes/endpoints.ts';
import type { HttpLoad, PgLoad, RedisLoad } from './processes/load.ts';
import { openRedis } from './redis-server.ts';
import { SERVER_FLAGS } from './server-flags.ts';
import { openTown } from './town.ts';
import type { Trade } from './trade.ts';

export const CONNECTIONS = 32;
/**
 * Of all cases alike: V8 compiles what serves an order over tens of thousands of them. With one second the first of
 * three rounds was slower by a third, and half of its processor time was the compiler's.
 */
export const WARM_UP_SECONDS = 3;
/** Sales under way at once in the process itself: every caller waits for its receipt. */
const TILLS = 1_024;
/**
 * A hot row is a queue: more sessions than this wait for each other, and for two cores. Of 4, 8, 16 and
 * 32 this was the fastest for both endpoints, and it is what Postgres's wiki works out for such a machine.
 */
export const POOL_SIZE = 8;
const PATH = '/v1/orders';
export const DURABLE = 'SQLite journal, WAL, synchronous FULL';

export async function saleCases(place: Place, trade: Trade): Promise<(Case | Absent)[]> {
  const books = await openBooks(place, trade);
  const town = await openTown(place, books.url, trade);
  const load = startHelper(place, './processes/load.ts');
  const http = (name: string, port: number, note: string, settle?: () => Promise<void>) =>
    httpCase(load, { name, port, note, trade }, settle);
  /** A region's round, with how many sales shared a commit. */
  const region = (name: string, id: 'cut' | 'linked', note: string, settle?: () => Promise<void>): Case => {
    const port = town.ports[id];
    const one = withProcessorTime(http(name, port, note, settle), town.pids[id], load.pid);
    return {
      ...one,
      round: async (seconds) => {
        const before = await town.worked(port);
        const round = await one.round(seconds);
        const after = await town.worked(port);
        const sales = (after.entries - before.entries) / (after.turns - before.turns);
        return { ...round, note: `${sales.toFixed(1)} sales a commit` };
      },
    };
  };
  const endpoint = async (kind: EndpointKind, note: string): Promise<Case> => {
    const asked: OpenEndpoint = { kind, databaseUrl: books.peersUrl, poolSize: POOL_SIZE };
    const server = startHelper(place, './processes/endpoints.ts', SERVER_FLAGS);
    return withProcessorTime(http(kind, await server.ask<number>('open', asked), note), server.pid, load.pid);
  };
  return [
    await sellCase(place, trade),
    region('http', 'cut', `a region process whose line to its authority is cut: ${DURABLE}`),
    region(
      'http-linked',
      'linked',
      'the same, while authority and Postgres take in what it sells on the same cores',
      () => town.settled(town.ports.linked),
    ),
    {
      name: 'pg-update',
      note: `the bare conditional update, ${CONNECTIONS} sessions; ${books.note}`,
      round: (seconds) =>
        load.ask<Round>('postgres', {
          databaseUrl: books.peersUrl,
          connections: CONNECTIONS,
          seconds,
          trade,
        } satisfies PgLoad),
    },
    await endpoint('pg-endpoint', `Fastify, Zod, begin, update, insert, commit; pool of ${POOL_SIZE}`),
    await endpoint('pg-best', `the same with one prepared statement; pool of ${POOL_SIZE}`),
    await endpoint('echo', 'bare Fastify, gives the body back, stores nothing'),
    await redisCase(place, load, trade),
  ];
}

interface HttpCase {
  readonly name: string;
  readonly port: number;
  readonly note: string;
  readonly trade: Trade;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `POST /v1/orders` at a port, by as many connections as every such case has. */
export function httpCase(
  load: Helper,
  { name, port, note, trade, headers }: HttpCase,
  settle?: () => Promise<void>,
): Case {
  const asked = { port, path: PATH, connections: CONNECTIONS, trade, headers };
  return {
    name,
    note: `${note}, ${CONNECTIONS} connections`,
    round: (seconds) => load.ask<Round>('http', { ...asked, seconds } satisfies HttpLoad),
    ...(settle === undefined ? {} : { settle }),
  };
}

async function sellCase(place: Place, trade: Trade): Promise<Case> {
  const shop = startHelper(place, './processes/shop.ts', SERVER_FLAGS);
  await shop.ask('open', { folder: join(place.folder, 'shop'), trade });
  const sell: Case = {
    name: 'sell',
    note: `in process, ${TILLS} sales under way; ${DURABLE}`,
    round: (seconds) => shop.ask<Round>('fast', { tills: TILLS, seconds }),
  };
  return withProcessorTime(sell, shop.pid, shop.pid);
}

async function redisCase(place: Place, load: Helper, trade: Trade): Promise<Case | Absent> {
  const redis = await openRedis(place, trade);
  if (redis === undefined) return { name: 'redis', absent: 'there is no redis-server on the PATH' };
  return {
    name: 'redis',
    note: redis.note,
    round: (seconds) =>
      load.ask<Round>('redis', {
        port: redis.port,
        connections: CONNECTIONS,
        seconds,
        trade,
      } satisfies RedisLoad),
  };
}

/** A thousand sales a second, beside the flush that each turn of them waits for. */
export async function pacedCases(place: Place, trade: Trade, perSecond: number): Promise<Case[]> {
  const shop = startHelper(place, './processes/shop.ts');
  await shop.ask('open', { folder: join(place.folder, 'paced-shop'), trade });
  const disk = startHelper(place, './processes/fsync.ts');
  const file = join(place.folder, 'flushed');
  return [
    {
      name: 'sell-paced',
      note: `in process, ${perSecond} sales a second, each measured from when it was due; ${DURABLE}`,
      round: (seconds) => shop.ask<Round>('paced', { perSecond, seconds }),
    },
    {
      name: 'fsync',
      note: `4 KiB appended to a file and fdatasync, at most ${perSecond} times a second`,
      round: (seconds) => disk.ask<Round>('fsync', { file, perSecond, seconds }),
    },
  ];
}
