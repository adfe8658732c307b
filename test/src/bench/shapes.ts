/** shapes: tables followed by the stock client of Electric, straight at the authority's door. */
import { openPool } from '@tallystick/server/test-kit';
import type { Bench, Case, Place, Round } from './bench.ts';
import { openServer } from './books.ts';
import { memoryOf } from './cpu.ts';
import { startHelper } from './helper.ts';
import type { OpenReaders } from './processes/shape-readers.ts';
import { openRoot } from './root.ts';
import type { Target } from './target.ts';

const ROWS = 100_000;
const POLLS = 10_000;

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const root = await openRoot(place, server.url);
  const pool = await openPool(server.url, { connectionsMax: 1 });
  await pool.query(
    'create table public.bench_items (id bigint primary key, lane int not null, name text, n int)',
  );
  await pool.query(
    'create table public.bench_large (id int primary key, name text, at timestamptz default now(), n int)',
  );
  await pool.query(
    `insert into public.bench_large select i, 'item number ' || i, now(), i % 100 from generate_series(1, $1) i`,
    [ROWS],
  );
  await pool.end();
  const readers = () => startHelper(place, './processes/shape-readers.ts');
  const asked: OpenReaders = {
    url: `http://127.0.0.1:${root.port}/v1/shape`,
    token: root.operatorToken,
    databaseUrl: server.url,
    pid: root.pid,
  };
  const memory = () => {
    const found = memoryOf(root.pid);
    return found === undefined
      ? ''
      : `authority at ${found.nowMiB.toFixed(0)} MiB, ${found.mostMiB.toFixed(0)} at most`;
  };
  const noted = async (round: Promise<Round>): Promise<Round> => ({ ...(await round), note: memory() });
  const latency = (shapes: number): Case => {
    const helper = readers();
    return {
      name: `latency-${shapes}`,
      note: `${shapes} shapes, each with a stock client; one row a commit, from sending the statement until the client has it`,
      round: (seconds) => noted(helper.ask<Round>('latency', { ...asked, shapes, seconds })),
      settle: () => helper.ask('stop', {}),
    };
  };
  const [changes, snapshot, polls] = [readers(), readers(), readers()];
  return [
    latency(10),
    latency(1_000),
    {
      name: 'changes',
      note: 'row changes a second, 100 a commit, as fast as Postgres takes them, until one stock client has them all',
      round: (seconds) => noted(changes.ask<Round>('changes', { ...asked, seconds })),
      settle: () => changes.ask('stop', {}),
    },
    {
      name: 'snapshot',
      note: `${ROWS} rows of a shape that nobody asked for before, read over HTTP; rows a second`,
      round: () => noted(snapshot.ask<Round>('snapshot', { ...asked, rows: ROWS })),
    },
    {
      name: 'polls',
      note: `${POLLS} live long polls of 100 shapes at once; one row changes, until all of those that it concerns are answered`,
      round: () => noted(polls.ask<Round>('polls', { ...asked, polls: POLLS })),
      settle: () => polls.ask('stop', {}),
      warmsUp: false,
    },
  ];
}

function atMost(text: string, name: string, figure: 'p50Ms' | 'p99Ms', bound: number): Target {
  return { text, bound, is: 'at most', value: (results) => results.get(name)?.[figure]?.median };
}

function atLeast(text: string, name: string, bound: number): Target {
  return { text, bound, is: 'at least', value: (results) => results.get(name)?.perSecond?.median };
}

export const shapes: Bench = {
  name: 'shapes',
  about: 'tables followed live by the stock client of Electric',
  rounds: 2,
  seconds: 2,
  open,
  targets: [10, 1_000]
    .flatMap((n) => [
      atMost(`ms from commit to client, ${n} shapes, half`, `latency-${n}`, 'p50Ms', 15),
      atMost(`ms from commit to client, ${n} shapes, 99 of 100`, `latency-${n}`, 'p99Ms', 100),
    ])
    .concat([
      atLeast('row changes a second, one shape', 'changes', 6_000),
      atLeast('rows of a snapshot a second', 'snapshot', 100_000),
    ]),
};
