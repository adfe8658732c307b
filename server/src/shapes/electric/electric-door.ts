/** `GET /v1/shape` where an Electric service answers in our stead: who may ask for what is settled here as ever. */
import { request as askHttp, type IncomingMessage } from 'node:http';
import { request as askHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { type Log, Problem } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';
import { clientConfig } from '../../authority/postgres/pool.ts';
import { readAsk } from '../door/ask.ts';
import { definitionOf, type ShapeAsker } from '../door/asker.ts';
import { HEALTH_CACHE, OWN_VARY, ownCache } from '../door/headers.ts';
import { refuseOtherMethods, SHAPE_PATH, sayToPages } from '../door/path.ts';
import { Readers } from '../door/readers.ts';
import { passedBack } from '../passed-on.ts';
import { noTable } from '../prepare-shape.ts';
import { PUBLICATION } from '../replication/publication.ts';
import { describeTable, type Table } from '../sources/describe.ts';
import { shownTable } from '../sources/who-may.ts';
import { electricQuestion } from './electric-question.ts';

/** Longer than Electric is silent while a reader waits. */
const SILENT_MS = 45_000;
/** A table's form is asked for as often, however many read it. */
const FORM_MS = 10_000;
const FORMS_MAX = 1_000;

export interface ElectricDoorOptions {
  /** Of its `/v1/shape`, with `?secret=…` where it wants one. */
  readonly electricUrl: string;
  /** The database that it reads too. */
  readonly databaseUrl: string;
  readonly log: Log;
}

/** @param askerOf who asks, where that is proved. @throws Problem */
export function electricDoor(
  app: FastifyInstance,
  { electricUrl, databaseUrl, log }: ElectricDoorOptions,
  askerOf: (request: FastifyRequest) => ShapeAsker,
): void {
  const pool = new pg.Pool({ ...clientConfig(databaseUrl, 'tallystick-shapes'), max: 2 });
  pool.on('error', (err) => log.warn({ err }, 'an idle connection of the shapes broke'));
  const forms = new Map<string, { readonly table: Promise<Table | undefined>; readonly untilMs: number }>();
  const stop = new AbortController();
  const readers = new Readers();
  app.addHook('preClose', async () => {
    stop.abort();
    await pool.end();
  });

  const formOf = (schema: string, name: string): Promise<Table | undefined> => {
    const key = JSON.stringify([schema, name]);
    const known = forms.get(key);
    if (known !== undefined && known.untilMs > performance.now()) return known.table;
    if (forms.size >= FORMS_MAX) forms.clear();
    const table = describeTable(pool, PUBLICATION, schema, name);
    forms.set(key, { table, untilMs: performance.now() + FORM_MS });
    table.catch(() => forms.delete(key));
    return table;
  };

  const ask = (url: URL, ifNoneMatch: string | undefined, gone: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = (url.protocol === 'https:' ? askHttps : askHttp)(url, {
        headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
        signal: AbortSignal.any([gone, stop.signal]),
        timeout: SILENT_MS,
      });
      asked.once('timeout', () => asked.destroy(new Error('Electric said nothing for too long.')));
      asked.once('response', resolve);
      asked.on('error', (err) => {
        log.debug({ err }, 'Electric could not be asked');
        reject(
          new Problem('authority_unreachable', 'Electric cannot be reached now. Try again in a moment.'),
        );
      });
      asked.end();
    });

  sayToPages(app);
  app.post(SHAPE_PATH, { config: { knowsItsCallers: true } }, (request) => {
    askerOf(request);
    throw noSubset();
  });
  refuseOtherMethods(app);
  app.get(SHAPE_PATH, { config: { knowsItsCallers: true } }, async (request, reply) => {
    const asked = readAsk(request.query);
    if (asked.subset !== undefined) throw noSubset();
    const asker = askerOf(request);
    const { client, isForAll } = definitionOf(asked, asker);
    const shown = shownTable(asked.table);
    const table = shown && (await formOf(shown.schema, shown.name));
    if (shown === undefined || table === undefined) throw noTable(asked.table);
    const url = new URL(electricUrl);
    const question = electricQuestion(asked, request.query as Record<string, unknown>, shown, table, client);
    for (const [name, value] of question) url.searchParams.set(name, value);
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const leave = readers.enter(asker.caller);
    try {
      const answer = await ask(url, request.headers['if-none-match'], gone.signal);
      return await passOn(answer, isForAll, reply);
    } finally {
      leave();
    }
  });

  app.get('/v1/health', { config: { knowsItsCallers: true } }, async (_request, reply) => {
    const url = new URL('/v1/health', electricUrl);
    const answer = await ask(url, undefined, new AbortController().signal).catch(() => undefined);
    answer?.resume();
    reply.header('cache-control', HEALTH_CACHE);
    return answer?.statusCode === 200 ? { status: 'active' } : reply.code(202).send({ status: 'waiting' });
  });
}

function noSubset(): Problem {
  const message = 'Subsets are not passed on to Electric: follow a shape with this where instead.';
  return new Problem('invalid_request', message, { errors: [{ pointer: '/subset__where', message }] });
}

async function passOn(
  answer: IncomingMessage,
  isForAll: boolean,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const headers = passedBack(answer.headers);
  if (!isForAll) {
    // Electric takes all that it says for public: only a proxy knows better.
    headers['cache-control'] = ownCache(headers['cache-control'] ?? 'no-store');
    headers.vary = OWN_VARY;
  }
  reply.hijack();
  reply.raw.writeHead(answer.statusCode ?? 502, {
    ...(reply.getHeaders() as Record<string, string>),
    ...headers,
  });
  await pipeline(answer, reply.raw).catch(() => reply.raw.destroy());
  return reply;
}
