/** What rows of a shape are asked for at once, beside those that change: hostile until read here. */
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { kindOf } from '../where/kinds.ts';
import { lex, WHERE_LENGTH_MAX } from '../where/lex.ts';
import type { WhereColumn } from '../where/predicate.ts';
import { quoteName } from '../where/sql.ts';
import { WhereError } from '../where/where-error.ts';

const ROWS_MAX = 1_000_000;
const PREFIX = 'subset__';

export interface Subset {
  readonly where: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly orderBy: string | undefined;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

/** By GET: what is given in the query. @returns undefined where the whole shape is asked for @throws Problem */
export function readSubset(query: Readonly<Record<string, unknown>>): Subset | undefined {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(query)) {
    if (!name.startsWith(PREFIX)) continue;
    if (typeof value !== 'string') throw wrong(name, 'is given more than once');
    texts.set(name.slice(PREFIX.length), value);
  }
  return texts.size === 0 ? undefined : subsetOf(texts);
}

const number = z.union([z.number().int(), z.string().max(20)]);
/** What else is sent is left out: it is passed on to the books, and may be nested as deep as somebody likes. */
const parts = z.object({
  where: z.string().max(WHERE_LENGTH_MAX).optional(),
  params: z
    .union([
      z.string().max(1_000_000),
      z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    ])
    .optional(),
  order_by: z.string().max(WHERE_LENGTH_MAX).optional(),
  limit: number.optional(),
  offset: number.optional(),
});

/** As the stock client sends it: beside each other, or under `subset`. What a clause is as JSON, it is as SQL too. */
export const subsetBody = parts.extend({ subset: parts.optional() });

/** By POST, where a clause may be longer than a URL. @throws Problem */
export function readSubsetBody(body: unknown): Subset {
  const parsed = subsetBody.safeParse(body ?? {});
  if (!parsed.success) throw Problem.invalid(parsed.error);
  const { where, params, order_by, limit, offset } = parsed.data.subset ?? parsed.data;
  const given = {
    where,
    params: typeof params === 'object' ? JSON.stringify(params) : params,
    order_by,
    limit: limit === undefined ? undefined : String(limit),
    offset: offset === undefined ? undefined : String(offset),
  };
  return subsetOf(
    new Map(Object.entries(given).filter((one): one is [string, string] => one[1] !== undefined)),
  );
}

function subsetOf(texts: ReadonlyMap<string, string>): Subset {
  const limit = wholeNumber('limit', texts.get('limit'));
  const offset = wholeNumber('offset', texts.get('offset'));
  const orderBy = texts.get('order_by');
  // Which rows are the first ten is no question without an order.
  if ((limit !== undefined || offset !== undefined) && orderBy === undefined)
    throw wrong(`${PREFIX}order_by`, 'is needed with a limit or an offset');
  const where = texts.get('where');
  return {
    where: where?.trim() === '' ? undefined : where,
    params: readParams(texts.get('params')),
    orderBy,
    limit,
    offset,
  };
}

/** `name [asc | desc] [nulls first | nulls last], …`, as SQL with text in the order of its comparisons. @throws WhereError */
export function orderSql(orderBy: string, columns: readonly WhereColumn[]): string {
  const tokens = lex(orderBy);
  let next = 0;
  const takes = (word: string) => {
    const token = tokens[next];
    const isIt = (token?.is === 'word' || token?.is === 'sign') && token.text === word;
    if (isIt) next += 1;
    return isIt;
  };
  const parts: string[] = [];
  do {
    const token = tokens[next];
    const column = columns.find(
      ({ name }) => (token?.is === 'word' || token?.is === 'name') && name === token.text,
    );
    if (token === undefined || column === undefined)
      throw new WhereError('orders by something that is no column', token?.at ?? 0);
    if (kindOf(column.type) === undefined)
      throw new WhereError(`orders by a column of type ${column.type}, which has no order here`, token.at);
    next += 1;
    let sql = `${quoteName(column.name)}${kindOf(column.type) === 'text' ? ' collate "C"' : ''}`;
    if (takes('desc')) sql += ' desc';
    else takes('asc');
    if (takes('nulls')) {
      if (takes('first')) sql += ' nulls first';
      else if (takes('last')) sql += ' nulls last';
      else throw new WhereError('needs first or last behind "nulls"', tokens[next]?.at ?? 0);
    }
    parts.push(sql);
  } while (takes(','));
  const end = tokens[next];
  if (end?.is !== 'end')
    throw new WhereError(`needs a comma or the end where it has ${JSON.stringify(end?.text)}`, end?.at ?? 0);
  return parts.join(', ');
}

function readParams(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    given = undefined;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong(`${PREFIX}params`, 'must be a JSON object of values by number');
  return Object.fromEntries(
    Object.entries(given).map(([number, value]) => {
      if (!/^\d{1,4}$/.test(number) || (typeof value !== 'string' && typeof value !== 'number'))
        throw wrong(`${PREFIX}params`, 'must hold strings and numbers by number');
      return [number, String(value)];
    }),
  );
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,7}$/.test(text) || Number(text) > ROWS_MAX)
    throw wrong(`${PREFIX}${name}`, `must be a whole number of at most ${ROWS_MAX}`);
  return Number(text);
}

function wrong(name: string, what: string): Problem {
  const message = `${name} ${what}`;
  return new Problem('invalid_request', `${message}.`, { errors: [{ pointer: `/${name}`, message }] });
}
