/** Readers of shapes, and who writes what they read. Started as a helper. */
import { setMaxListeners } from 'node:events';
import { Agent, request } from 'node:http';
import { type Message, ShapeStream } from '@electric-sql/client';
import pg from 'pg';
import type { Round } from '../bench.ts';
import { answer } from '../helper.ts';

export interface OpenReaders {
  readonly url: string;
  readonly token: string;
  readonly databaseUrl: string;
  /** Of the authority. */
  readonly pid: number;
}

/** Between two commits whose way is measured. */
const PAUSE_MS = 5;
const ROWS_A_COMMIT = 100;
/** A reader that is far behind reads everything anew, which is another thing to measure. */
const ROWS_AHEAD_MAX = 10_000;

let stop = newStop();
let client: pg.Client | undefined;
/** Several of these processes write into one table. */
let nextId = process.pid * 100_000_000;

async function database({ databaseUrl }: OpenReaders): Promise<pg.Client> {
  if (client === undefined) {
    client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
  }
  return client;
}

/** Resolves once it has all that is there. */
function follow(
  asked: OpenReaders,
  where: string,
  heard: (messages: readonly Message[]) => void,
): Promise<void> {
  const stream = new ShapeStream({
    url: asked.url,
    params: { table: 'public.bench_items', where },
    headers: { authorization: `Bearer ${asked.token}` },
    signal: stop.signal,
  });
  return new Promise((resolve, reject) => {
    stream.subscribe((messages) => {
      heard(messages as readonly Message[]);
      if (messages.some(({ headers }) => headers.control === 'up-to-date')) resolve();
    }, reject);
  });
}

async function latency(asked: OpenReaders & { shapes: number; seconds: number }): Promise<Round> {
  const sentMs = new Map<number, number>();
  const tookMs: number[] = [];
  const heard = (messages: readonly Message[]) => {
    for (const message of messages) {
      if (!('value' in message)) continue;
      const id = Number(message.value.id);
      const sent = sentMs.get(id);
      if (sent === undefined) continue;
      sentMs.delete(id);
      tookMs.push(performance.now() - sent);
    }
  };
  const lanes = Array.from({ length: asked.shapes }, (_, lane) => lane);
  // Some at a time: browsers do not come all at once either.
  for (let at = 0; at < lanes.length; at += 50)
    await Promise.all(lanes.slice(at, at + 50).map((lane) => follow(asked, `lane = ${lane}`, heard)));
  const db = await database(asked);
  const untilMs = performance.now() + asked.seconds * 1_000;
  while (performance.now() < untilMs) {
    nextId += 1;
    sentMs.set(nextId, performance.now());
    await db.query('insert into public.bench_items values ($1, $2, $3, 0)', [
      nextId,
      nextId % asked.shapes,
      'item',
    ]);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await untilTrue(() => sentMs.size === 0, 'all changes are heard');
  tookMs.sort((a, b) => a - b);
  const at = (part: number) =>
    tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * part))] as number;
  stopAll();
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function changes(asked: OpenReaders & { seconds: number }): Promise<Round> {
  let [heardRows, lane] = [0, 0];
  lane = 1_000_000 + (nextId % 1_000_000);
  await follow(asked, `lane = ${lane}`, (messages) => {
    for (const message of messages) if ('value' in message) heardRows += 1;
  });
  const db = await database(asked);
  const startMs = performance.now();
  let written = 0;
  while (performance.now() - startMs < asked.seconds * 1_000) {
    await db.query(
      'insert into public.bench_items select i, $1, $3, 0 from generate_series($2::bigint, $2::bigint + $4::bigint - 1) i',
      [lane, nextId + 1, 'a name of common length', ROWS_A_COMMIT],
    );
    nextId += ROWS_A_COMMIT;
    written += ROWS_A_COMMIT;
    if (written - heardRows > ROWS_AHEAD_MAX)
      await untilTrue(() => written - heardRows <= ROWS_AHEAD_MAX, 'the reader follows');
  }
  await untilTrue(() => heardRows >= written, 'all rows are heard');
  const seconds = (performance.now() - startMs) / 1_000;
  stopAll();
  if (heardRows !== written) throw new Error(`${written} rows were written and ${heardRows} heard.`);
  return { perSecond: written / seconds };
}

async function snapshot(asked: OpenReaders & { rows: number }): Promise<Round> {
  nextId += 1;
  const startMs = performance.now();
  let [rows, offset, handle] = [0, '-1', ''];
  for (;;) {
    const query = {
      table: 'public.bench_large',
      where: `id <> -${nextId}`,
      offset,
      ...(handle === '' ? {} : { handle }),
    };
    const response = await fetch(`${asked.url}?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${asked.token}` },
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    rows += ((await response.json()) as unknown[]).filter((one) => 'key' in (one as object)).length;
    offset = response.headers.get('electric-offset') as string;
    handle = response.headers.get('electric-handle') as string;
    if (offset.endsWith('_inf')) break;
  }
  if (rows !== asked.rows) throw new Error(`${rows} rows came.`);
  return { perSecond: rows / ((performance.now() - startMs) / 1_000) };
}

async function polls(asked: OpenReaders & { polls: number }): Promise<Round> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const shapes = 100;
  const places: { lane: number; query: string }[] = [];
  for (let shape = 0; shape < shapes; shape += 1) {
    const lane = 2_000_000 + shape;
    const query = { table: 'public.bench_items', where: `lane = ${lane}` };
    const first = await fetch(`${asked.url}?${new URLSearchParams({ ...query, offset: '-1' })}`, {
      headers: { authorization: `Bearer ${asked.token}` },
    });
    await first.arrayBuffer();
    const handle = first.headers.get('electric-handle') as string;
    const live = { ...query, offset: '0_inf', handle, live: 'true', cursor: '0' };
    places.push({ lane, query: String(new URLSearchParams(live)) });
  }
  const answered = new Map<number, number>();
  let open = 0;
  const poll = ({ lane, query }: { lane: number; query: string }) => {
    const asking = request(`${asked.url}?${query}`, {
      agent,
      headers: { authorization: `Bearer ${asked.token}` },
      signal: stop.signal,
    });
    asking.on('error', () => {});
    asking.on('socket', (socket) => socket.once('connect', () => (open += 1)));
    asking.on('response', (response) => {
      response.resume();
      response.on('end', () => answered.set(lane, (answered.get(lane) ?? 0) + 1));
    });
    asking.end();
  };
  for (let i = 0; i < asked.polls; i += 1) {
    poll(places[i % shapes] as (typeof places)[0]);
    if (i % 500 === 499) await untilTrue(() => open >= i - 100, 'polls are under way');
  }
  await untilTrue(() => open === asked.polls, 'all polls are under way');
  const db = await database(asked);
  nextId += 1;
  const startMs = performance.now();
  await db.query('insert into public.bench_items values ($1, $2, $3, 0)', [nextId, places[0]?.lane, 'item']);
  await untilTrue(
    () => (answered.get(places[0]?.lane ?? 0) ?? 0) >= asked.polls / shapes,
    'those of its shape are answered',
  );
  const ms = performance.now() - startMs;
  return { p50Ms: ms };
}

async function untilTrue(isSo: () => boolean, what: string): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > untilMs) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** All readers listen to one. */
function newStop(): AbortController {
  const made = new AbortController();
  setMaxListeners(0, made.signal);
  return made;
}

function stopAll(): void {
  stop.abort();
  stop = newStop();
}

answer({ latency, changes, snapshot, polls, stop: stopAll });
