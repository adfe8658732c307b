/** Answers: what one request for a shape is told, once and for all whom a cache serves with it. */
import { randomInt } from 'node:crypto';
import { Problem } from '@tallystick/store-agent';
import type { Scope } from '../../access/scopes.ts';
import { noTable } from '../prepare-shape.ts';
import type { ShapeDefinition } from '../shape/definition.ts';
import { isBehind, type Offset, offsetText, SNAPSHOT_END } from '../shape/offset.ts';
import type { Shape } from '../shape/shape.ts';
import type { Chunk } from '../shape/snapshot-file.ts';
import type { Shapes } from '../shapes.ts';
import { type Shown, shownTable } from '../sources/who-may.ts';
import type { Subset } from '../subset/read-subset.ts';
import type { Asked } from './ask.ts';
import { type CacheOf, cacheControl, EXPOSED, nextCursor, POLL_MS, schemaHeader } from './headers.ts';

/** What is parsed at a time at the other end. */
export const PIECE_BYTES = 1_000_000;

export interface ShapeAsker {
  /** The business client whose rows alone it sees; undefined where it sees everybody's. */
  readonly client: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
}

export interface Answer {
  readonly status: 200 | 304 | 409;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Chunk;
}

const MUST_REFETCH = '[{"headers":{"control":"must-refetch"}}]';

/** What may be asked for, and whose rows it is. @throws Problem */
export function definitionOf(
  asked: Asked,
  { client, scopes }: ShapeAsker,
): ShapeDefinition & { isForAll: boolean } {
  const shown = shownTable(asked.table);
  const scope = shown?.is === 'public' ? shown.table.scope : 'tables:read';
  if (!scopes.has(scope))
    throw new Problem('forbidden', `This needs the scope ${scope}, which the token does not have.`);
  if (shown === undefined || !isFor(shown, client)) throw noTable(asked.table);
  const { table, where, params, columns, replica, log } = asked;
  const isOwn = shown.is === 'public' && !shown.table.isShared;
  const isForAll = shown.is === 'public' && shown.table.of === 'catalogue';
  return { table, where, params, columns, replica, log, client: isOwn ? client : undefined, isForAll };
}

function isFor(shown: Shown, client: string | undefined): boolean {
  if (client === undefined) return true;
  return shown.is === 'public' && (shown.table.isShared || shown.table.owner !== undefined);
}

export class ShapeAnswers {
  readonly #shapes: Shapes;
  readonly #pollMs: number;

  constructor(shapes: Shapes, pollMs = POLL_MS) {
    this.#shapes = shapes;
    this.#pollMs = pollMs;
  }

  /**
   * @param gone aborted where nobody waits for the answer any more
   * @throws Problem
   */
  async answer(
    asked: Asked,
    asker: ShapeAsker,
    ifNoneMatch: string | undefined,
    gone: AbortSignal,
  ): Promise<Answer> {
    const definition = definitionOf(asked, asker);
    const shape = await this.shapeOf(asked, definition);
    if (shape === undefined || isFromAnother(asked, shape)) return this.refetch(asked, definition);
    if (asked.subset !== undefined) return this.#subset(asked, asked.subset, shape, definition);
    const told = new Told(asked, definition.isForAll, shape);
    if (asked.from === 'now')
      return told.of('start', `[${upToDate(this.#shapes.seenLsn)}]`, shape.log.last, true);
    const from = asked.from === 'start' ? { lsn: 0n, op: -1 } : asked.from;
    if (from.lsn === 0n && from.op !== Number.POSITIVE_INFINITY) {
      if (shape.snapshot === undefined) return told.of('start', '[]', SNAPSHOT_END, false);
      const chunk = await shape.snapshot.chunk(from.op + 1).catch(() => undefined);
      if (shape.isEnded) return this.refetch(asked, definition);
      if (chunk === undefined) throw outOfBounds();
      const to = chunk.isLast ? SNAPSHOT_END : { lsn: 0n, op: from.op + 1 };
      return told.unlessKnown(ifNoneMatch, told.of('start', chunk, to, false));
    }
    await this.#untilThere(shape, from, gone);
    const answer = await this.#changes(told, shape, from, asked.mode === 'live' ? this.#pollMs : 0, gone);
    if (answer === undefined) return this.refetch(asked, definition);
    return asked.mode === 'read' ? told.unlessKnown(ifNoneMatch, answer) : answer;
  }

  /** Where its reader is already, it goes on: what changed meanwhile and is in the rows, it can tell. */
  async #subset(
    asked: Asked,
    subset: Subset,
    shape: Shape,
    definition: ShapeDefinition & { isForAll: boolean },
  ): Promise<Answer> {
    const at = typeof asked.from === 'string' ? shape.log.last : asked.from;
    const body = await this.#shapes.subset(shape, subset);
    if (body === undefined || shape.isEnded) return this.refetch(asked, definition);
    const headers = shapeHeaders('subset', definition.isForAll, shape, asked, at);
    return { status: 200, headers: { ...headers, 'electric-snapshot': 'true' }, body };
  }

  /** @returns undefined where the handle is none, not any more, or another shape's */
  async shapeOf(asked: Asked, definition: ShapeDefinition): Promise<Shape | undefined> {
    const shape =
      typeof asked.from === 'string'
        ? this.#shapes.current(definition)
        : this.#shapes.find(asked.handle as string, definition);
    await shape?.ready;
    return shape;
  }

  /** Start anew, with another handle: made now, so that all who must agree on it. */
  refetch(asked: Asked, definition: ShapeDefinition & { isForAll: boolean }): Answer {
    const { handle } = this.#shapes.current(definition);
    const of = asked.handle === undefined ? 'refetch-unknown' : 'refetch';
    return {
      status: 409,
      headers: { ...headersOf(of, definition.isForAll), 'electric-handle': handle },
      body: MUST_REFETCH,
    };
  }

  /** Ahead of what was read: so far only where another process was quicker. */
  async #untilThere(shape: Shape, from: Offset, gone: AbortSignal): Promise<void> {
    if (from.lsn <= this.#shapes.seenLsn) return;
    await shape.wait(this.#pollMs / 2, gone);
    if (from.lsn > this.#shapes.seenLsn && !shape.isEnded) throw outOfBounds();
  }

  /** @returns undefined where they are not kept any more */
  async #changes(
    told: Told,
    shape: Shape,
    from: Offset,
    waitMs: number,
    gone: AbortSignal,
  ): Promise<Answer | undefined> {
    const isKept = () => !shape.isEnded && !isBehind(shape.log.floor, from);
    if (!isKept()) return undefined;
    let piece = shape.after(from, PIECE_BYTES);
    if (piece.texts.length === 0 && waitMs > 0) {
      await shape.wait(waitMs, gone);
      if (!isKept()) return undefined;
      piece = shape.after(from, PIECE_BYTES);
    }
    const items = piece.isAll ? [...piece.texts, upToDate(this.#shapes.seenLsn)] : piece.texts;
    return told.of(
      told.isLive ? 'live' : 'read',
      `[${items.join(',\n')}]`,
      piece.last,
      piece.isAll,
      piece.texts.length > 0,
    );
  }
}

/** A handle that a 409 told, with the offset that came with the one before: what lies between never came here. */
export function isFromAnother({ from }: Asked, shape: Shape): boolean {
  return typeof from !== 'string' && from.lsn !== 0n && from.lsn < shape.sinceLsn;
}

export function upToDate(seenLsn: bigint): string {
  return `{"headers":{"control":"up-to-date","global_last_seen_lsn":"${seenLsn}"}}`;
}

/** One answer's headers. */
class Told {
  readonly #asked: Asked;
  readonly #isForAll: boolean;
  readonly #shape: Shape;

  constructor(asked: Asked, isForAll: boolean, shape: Shape) {
    this.#asked = asked;
    this.#isForAll = isForAll;
    this.#shape = shape;
  }

  get isLive(): boolean {
    return this.#asked.mode !== 'read';
  }

  of(of: CacheOf, body: string | Chunk, to: Offset, isUpToDate: boolean, hasData = true): Answer {
    const { offset } = this.#asked;
    // An empty live answer is another one each time: a cache that knew it by its tag would serve it for ever.
    const mark = this.isLive && !hasData ? `:${process.hrtime.bigint()}` : '';
    const etag = `"${this.#shape.handle}:${offset}:${offsetText(to)}${mark}"`;
    return {
      status: 200,
      headers: {
        ...shapeHeaders(of, this.#isForAll, this.#shape, this.#asked, to),
        'content-type': 'application/json; charset=utf-8',
        ...(isUpToDate ? { 'electric-up-to-date': '' } : {}),
        'electric-has-data': String(hasData),
        etag,
      },
      body,
    };
  }

  unlessKnown(ifNoneMatch: string | undefined, answer: Answer): Answer {
    const etag = answer.headers.etag as string;
    const isKnown = ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
    return isKnown === true ? { ...answer, status: 304, body: '' } : answer;
  }
}

export function shapeHeaders(
  of: CacheOf,
  isForAll: boolean,
  shape: Shape,
  asked: Asked,
  to: Offset,
): Record<string, string> {
  const cursor = nextCursor(Date.now(), asked.cursor, randomInt(1_000_000) / 1_000_000);
  return {
    ...headersOf(of, isForAll),
    'electric-handle': shape.handle,
    'electric-offset': offsetText(to),
    ...(asked.mode === 'read' || shape.rows === undefined ? {} : { 'electric-cursor': String(cursor) }),
    ...(asked.mode === 'live' || shape.rows === undefined
      ? {}
      : { 'electric-schema': schemaHeader(shape.rows) }),
  };
}

function headersOf(of: CacheOf, isForAll: boolean): Record<string, string> {
  return {
    'cache-control': cacheControl(of, isForAll),
    ...(isForAll ? {} : { vary: 'authorization' }),
    'access-control-allow-origin': '*',
    'access-control-expose-headers': EXPOSED,
  };
}

function outOfBounds(): Problem {
  const message = 'out of bounds for this shape';
  return new Problem('invalid_request', `The offset is ${message}.`, {
    errors: [{ pointer: '/offset', message }],
  });
}
