/** How an answer is told: the place where its reader goes on, and who may keep it for how long. */
import { randomInt } from 'node:crypto';
import { type Offset, offsetText } from '../shape/offset.ts';
import type { Shape } from '../shape/shape.ts';
import type { Chunk } from '../shape/snapshot-file.ts';
import type { Asked } from './ask.ts';
import { type CacheOf, CORS, cacheControl, nextCursor, OWN_VARY, schemaHeader } from './headers.ts';

export interface Answer {
  readonly status: 200 | 304 | 400 | 409;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Chunk;
}

export function upToDate(seenLsn: bigint): string {
  return `{"headers":{"control":"up-to-date","global_last_seen_lsn":"${seenLsn}"}}`;
}

/** One answer's headers. */
export class Told {
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

export function headersOf(of: CacheOf, isForAll: boolean): Record<string, string> {
  return {
    'cache-control': cacheControl(of, isForAll),
    ...(isForAll ? {} : { vary: OWN_VARY }),
    ...CORS,
  };
}

const NOT_HERE = '{"message":"Invalid request","errors":{"offset":["out of bounds for this shape"]}}';

/** An offset that the shape never gave; in the protocol's own words. */
export function outOfBounds(): Answer {
  return {
    status: 400,
    headers: { 'cache-control': 'no-store', 'surrogate-control': 'no-store', ...CORS },
    body: NOT_HERE,
  };
}
