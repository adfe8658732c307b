/** The headers of answers, word for word as Electric sends them: caches and clients are built on them. */
import type { ShapeRows } from '../shape/rows.ts';
import type { TableColumn } from '../sources/describe.ts';

/** A live answer is held for as long. */
export const POLL_MS = 20_000;
export const SSE_MS = 60_000;

export const HEALTH_CACHE = 'no-cache, no-store, must-revalidate';

export type CacheOf = 'start' | 'read' | 'live' | 'sse' | 'refetch' | 'refetch-unknown' | 'subset';

const CACHE: Readonly<Record<Exclude<CacheOf, 'subset'>, string>> = {
  start: 'max-age=604800, s-maxage=3600, stale-while-revalidate=2629746',
  read: 'max-age=60, stale-while-revalidate=300',
  live: 'max-age=5, stale-while-revalidate=5',
  sse: `max-age=${SSE_MS / 1_000 - 1}`,
  refetch: 'max-age=60, must-revalidate',
  'refetch-unknown': 'max-age=1, must-revalidate',
};

/** What is not for everybody who may reach a cache is for the caller's own alone. */
export function cacheControl(of: CacheOf, isForAll: boolean): string {
  if (of === 'subset') return uncached(isForAll);
  return isForAll ? `public, ${CACHE[of]}` : ownCache(`public, ${CACHE[of]}`);
}

/** What is asked for other than by GET, or for one moment alone. */
export function uncached(isForAll: boolean): string {
  return isForAll ? 'no-cache' : 'private, no-cache';
}

/** The same for one caller alone: what shared caches may do falls away. */
export function ownCache(control: string): string {
  return control.replace(/^public\b/, 'private').replace(/ s-maxage=\d+,/, '');
}

/** What only one caller may have is known by its token, or by the cookie of a person who signed in. */
export const OWN_VARY = 'authorization, cookie';

const EXPOSED = [
  ...['cursor', 'handle', 'offset', 'schema', 'up-to-date', 'has-data', 'snapshot'].map(
    (name) => `electric-${name}`,
  ),
  ...['etag', 'retry-after', 'ratelimit', 'ratelimit-policy', 'www-authenticate', 'x-request-id'],
].join(', ');

/** Any page may ask: it sends a token, and no cookie of elsewhere is taken. Refusals too, or a browser hides them. */
export const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED,
};

/** 9 October 2024, from which cursors count seconds. */
const CURSOR_EPOCH_S = 1_728_432_000;

/**
 * A cursor makes polls of one time equal, and those of another time different: what a cache holds back for one
 * is what the others want, and no more. @param random in [0, 1)
 */
export function nextCursor(nowMs: number, sent: number | undefined, random: number): number {
  const pollS = POLL_MS / 1_000;
  const cursor = Math.ceil((nowMs / 1_000 - CURSOR_EPOCH_S) / pollS) * pollS;
  if (sent === undefined || cursor > sent) return cursor;
  return sent + 1 + Math.floor(random * 3_600);
}

export function schemaHeader({ columns }: ShapeRows): string {
  const schema = Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)]));
  // Headers carry ASCII alone.
  return JSON.stringify(schema).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function columnSchema({ type, dims, typeModifier, isNotNull, keyIndex }: TableColumn): object {
  return {
    type,
    ...(dims > 0 ? { dims } : {}),
    ...(isNotNull ? { not_null: true } : {}),
    ...(keyIndex === null ? {} : { pk_index: keyIndex }),
    ...modifiers(type, typeModifier),
  };
}

function modifiers(type: string, modifier: number): object {
  if (modifier < 0) return {};
  switch (type) {
    case 'varchar':
      return { max_length: modifier - 4 };
    case 'bpchar':
      return { length: modifier - 4 };
    case 'numeric':
      return { precision: ((modifier - 4) >> 16) & 0xffff, scale: (modifier - 4) & 0x7ff };
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return { precision: modifier };
    default:
      return {};
  }
}
