/** What a shape's client asks for: hostile until read here. */
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { type Offset, parseOffset } from '../shape/offset.ts';
import { readSubset, readSubsetBody, type Subset } from '../subset/read-subset.ts';
import { WHERE_LENGTH_MAX } from '../where/lex.ts';

const PARAMS_MAX = 5_000;
const COLUMNS_MAX = 1_000;
const flag = z.enum(['true', 'false']).optional();

/** What is not named is ignored, as the protocol wants it: clients add words that only caches read. */
export const shapeQuery = z.looseObject({
  table: z
    .string()
    .min(1)
    .max(200)
    .meta({
      description:
        'products, prices, locations, levels, orders, order_lines, order_progress or replicas; for operators also ' +
        'a table of the database, with its schema.',
      examples: ['products', 'prices', 'locations', 'levels', 'replicas'],
    }),
  offset: z
    .string()
    .regex(/^(-1|now|\d{1,20}_(\d{1,15}|inf))$/, 'must be -1, now, or an offset that an answer gave')
    .meta({
      description: '-1 to start, then the electric-offset of the answer before.',
      examples: ['-1', 'now'],
    }),
  handle: z.string().max(100).optional().meta({ description: 'The electric-handle of the answer before.' }),
  live: flag.meta({ description: 'Wait for a change where there is none.' }),
  live_sse: flag.meta({ description: 'With live: a stream of server-sent events.' }),
  experimental_live_sse: flag,
  cursor: z
    .string()
    .regex(/^\d{0,15}$/)
    .optional(),
  where: z
    .string()
    .max(WHERE_LENGTH_MAX)
    .optional()
    .meta({
      description:
        'Which rows: comparisons, in, between, like, ilike, is null, is true, and, or, not, casts, and $1 for a ' +
        'parameter, which is given as params[1].',
    }),
  params: z.string().max(1_000_000).optional(),
  columns: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: 'Names with commas between; the key must be there.' }),
  replica: z.enum(['default', 'full']).default('default'),
  log: z.enum(['full', 'changes_only']).default('full'),
});

export interface Asked {
  readonly table: string;
  readonly where: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly columns: readonly string[] | undefined;
  readonly replica: 'default' | 'full';
  readonly log: 'full' | 'changes_only';
  readonly from: 'start' | 'now' | Offset;
  /** As it was sent. */
  readonly offset: string;
  readonly handle: string | undefined;
  readonly mode: 'read' | 'live' | 'sse';
  /** Some rows now, beside those that change. */
  readonly subset: Subset | undefined;
  readonly cursor: number | undefined;
}

/** @param post where it was sent by POST: its body, which asks for a subset @throws Problem */
export function readAsk(query: unknown, post?: { readonly body: unknown }): Asked {
  const parsed = shapeQuery.safeParse(query);
  if (!parsed.success) throw Problem.invalid(parsed.error);
  const { table, offset, handle, cursor, where, columns, replica, log, ...rest } = parsed.data;
  const from = offset === '-1' ? 'start' : offset === 'now' ? 'now' : (parseOffset(offset) as Offset);
  const isLive = rest.live === 'true';
  const isSse = rest.live_sse === 'true' || rest.experimental_live_sse === 'true';
  if (isLive && typeof from === 'string') throw wrong('live', `is not possible with offset ${offset}`);
  if (isSse && !isLive) throw wrong('live_sse', 'needs live=true');
  if (typeof from !== 'string' && handle === undefined)
    throw wrong('handle', 'is needed with this offset: send the one that came with it');
  const subset = post === undefined ? readSubset(rest) : readSubsetBody(post.body);
  if (subset !== undefined && isLive) throw wrong('live', 'is not possible for a subset');
  return {
    table,
    where: where === undefined || where.trim() === '' ? undefined : where,
    params: readParams(rest),
    columns: columns === undefined ? undefined : readColumns(columns),
    replica,
    log,
    from,
    offset,
    handle,
    mode: isSse ? 'sse' : isLive ? 'live' : 'read',
    subset,
    cursor: cursor === undefined || cursor === '' ? undefined : Number(cursor),
  };
}

/** `params[1]=…`, or all in one as JSON: an object, or a list that counts from 1. */
function readParams(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    const number = /^params\[(\d{1,4})\]$/.exec(name)?.[1];
    if (number === undefined) continue;
    if (typeof value !== 'string') throw wrong(name, 'is given more than once');
    params[number] = value;
  }
  if (typeof query.params === 'string')
    for (const [number, value] of Object.entries(jsonParams(query.params))) {
      if (typeof value !== 'string' || !/^\d{1,4}$/.test(number))
        throw wrong('params', 'must hold strings by number');
      params[number] = value;
    }
  if (Object.keys(params).length > PARAMS_MAX) throw wrong('params', `must not be more than ${PARAMS_MAX}`);
  return params;
}

function jsonParams(text: string): object {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    given = undefined;
  }
  if (typeof given !== 'object' || given === null)
    throw wrong('params', 'must be a JSON object or list of strings');
  return Array.isArray(given) ? { ...['', ...given].slice(0, given.length + 1), 0: '' } : given;
}

/** Names with commas between, quoted where they need it. */
function readColumns(text: string): string[] {
  const names: string[] = [];
  // No two parts of it take the same characters: a long run of spaces is walked once.
  const form = /(?:\s*"((?:[^"]|"")+)"\s*|([^,"]+))(?:,|$)/y;
  while (form.lastIndex < text.length) {
    const found = form.exec(text);
    const name = found?.[1]?.replaceAll('""', '"') ?? found?.[2]?.trim() ?? '';
    if (name === '') throw wrong('columns', 'must be names with commas between');
    names.push(name);
  }
  if (names.length === 0 || names.length > COLUMNS_MAX)
    throw wrong('columns', `must be 1 to ${COLUMNS_MAX} names`);
  return [...new Set(names)].sort();
}

function wrong(name: string, what: string): Problem {
  const message = `${name} ${what}`;
  return new Problem('invalid_request', `${message}.`, { errors: [{ pointer: `/${name}`, message }] });
}
