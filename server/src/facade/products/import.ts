/** Import: a file of products of any length, read as it comes, with a result a row as it goes. */
import { Readable } from 'node:stream';
import { type Agent, jsonPointer, Problem, readsAsItComes } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { askInName } from '../ask-authority.ts';
import { OWN_COPY_MS } from '../change-item.ts';
import { route } from '../route.ts';
import { importProducts } from './operations.ts';
import { type ReadRow, ROW_TYPES } from './read-rows.ts';
import { newProduct } from './schema.ts';

/** Rows of one call to the books: large enough that the call costs little a row, small enough for a frame. */
const ROWS_PER_CALL = 500;
const CALL_WAIT_MS = 15_000;

interface Result {
  readonly row: number;
  readonly sku?: string;
  readonly result: 'created' | 'changed' | 'same' | 'refused';
  readonly code?: string;
  readonly message?: string;
  readonly pointer?: string;
}

/** What the books say of some rows; the version is that of the last one written. */
interface Told {
  readonly version: number;
  readonly results: readonly Omit<Result, 'row'>[];
}
const NOTHING: Told = { version: 0, results: [] };

/** A row that was read: what the books shall be told, or what was wrong with it. */
type Checked = { readonly row: number; readonly product: { sku: string } } | Result;

export function importRoute(app: FastifyInstance, agent: Agent): void {
  app.register(async (scope) => {
    // Nothing of these bodies is kept: what was read is gone when the next rows come.
    scope.removeAllContentTypeParsers();
    for (const type of Object.keys(ROW_TYPES))
      scope.addContentTypeParser(type, (_, body, done) => done(null, body));
    route(scope, importProducts, ({ request, reply }) => {
      const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() as keyof typeof ROW_TYPES;
      // A request without a body passes by the parsers, whatever type it says it has.
      const file = request.body as Readable | undefined;
      if (file === undefined || !(type in ROW_TYPES))
        throw new Problem('unsupported_media_type', 'Send a file as text/csv or application/x-ndjson.');
      readsAsItComes(request.raw);
      const rows = ROW_TYPES[type](file);
      return reply
        .type('application/x-ndjson')
        .send(Readable.from(results(agent, request, rows, file), { objectMode: false }));
    });
  });
}

async function* results(
  agent: Agent,
  request: FastifyRequest,
  rows: AsyncGenerator<ReadRow>,
  file: Readable,
): AsyncGenerator<string> {
  const counts = { created: 0, changed: 0, same: 0, refused: 0 };
  let waiting: Checked[] = [];
  let version = 0;
  /** Rows that the books are being told, while those behind them are read. One call at a time: the last of one SKU counts. */
  let underWay: Promise<string> | undefined;
  const tell = (rowsToTell: readonly Checked[]) => {
    underWay = written(agent, request, rowsToTell, (reached) => {
      version = Math.max(version, reached);
    }).then((done) => {
      for (const { result } of done) counts[result] += 1;
      return done.map((result) => `${JSON.stringify(result)}\n`).join('');
    });
    // It is heard of when its results are due.
    underWay.catch(() => undefined);
  };
  const dueResults = async () => {
    const due = underWay;
    underWay = undefined;
    return (await due) ?? '';
  };
  /** Who reads it can read what was written, here too, also of a file that broke. */
  const lastLine = async ({ done, ...why }: { done: boolean; code?: string; message?: string }) => {
    await agent.catalogue.whenAt(version, OWN_COPY_MS);
    return `${JSON.stringify({ done, ...counts, ...why })}\n`;
  };
  try {
    for await (const read of rows) {
      waiting.push(checked(read));
      if (waiting.length < ROWS_PER_CALL) continue;
      if (underWay !== undefined) yield await dueResults();
      tell(waiting);
      waiting = [];
    }
    if (underWay !== undefined) yield await dueResults();
    if (waiting.length > 0) tell(waiting);
    if (underWay !== undefined) yield await dueResults();
    yield await lastLine({ done: true });
  } catch (error) {
    // What the books were told before the file went wrong is written, and answered.
    const last = await dueResults().catch(() => '');
    if (last !== '') yield last;
    const code = error instanceof Problem ? error.code : 'malformed_body';
    const message = error instanceof Error ? error.message : String(error);
    // Rows that were answered are written; the file can be sent again from its beginning.
    yield await lastLine({ done: false, code, message });
  } finally {
    // Who sends before they read would wait for ever with what nobody takes any more, and not hear why.
    file.resume();
  }
}

function checked({ row, value, fault }: ReadRow): Checked {
  if (fault !== undefined) return { row, result: 'refused', code: 'malformed_body', message: fault };
  const parsed = newProduct.safeParse(value);
  if (parsed.success) return { row, product: parsed.data };
  const [issue] = parsed.error.issues;
  const sku = (value as { sku?: unknown } | null)?.sku;
  return {
    row,
    ...(typeof sku === 'string' ? { sku: sku.slice(0, 64) } : {}),
    result: 'refused',
    code: 'invalid_request',
    message: issue?.message ?? 'it is no product',
    pointer: jsonPointer(issue?.path ?? []),
  };
}

/** @throws Problem where the books cannot be reached: the import stops there */
async function written(
  agent: Agent,
  request: FastifyRequest,
  waiting: readonly Checked[],
  onVersion: (version: number) => void,
): Promise<Result[]> {
  const products = waiting.flatMap((each) => ('product' in each ? [each.product] : []));
  const told = products.length === 0 ? NOTHING : await toBooks(request, agent, products);
  onVersion(told.version);
  let next = 0;
  return waiting.map((each) => {
    if (!('product' in each)) return each;
    const result = told.results[next] as Omit<Result, 'row'>;
    next += 1;
    return { row: each.row, sku: each.product.sku, ...result };
  });
}

async function toBooks(request: FastifyRequest, agent: Agent, products: readonly object[]): Promise<Told> {
  return (await askInName(request, agent, { call: 'product.import', products }, CALL_WAIT_MS)) as Told;
}
