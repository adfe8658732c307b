/**
 * What a caller's question is, put to an Electric service on the same Postgres. It has no idea of callers: so table,
 * columns and whose rows are settled here, and the caller's clause is written anew from what was understood of it.
 */
import { Problem } from '@tallystick/store-agent';
import type { Asked } from '../door/ask.ts';
import type { Table } from '../sources/describe.ts';
import { baseColumns } from '../sources/public-tables.ts';
import type { Shown } from '../sources/who-may.ts';
import { parseWhere } from '../where/parse.ts';
import type { Where, WhereColumn } from '../where/predicate.ts';
import { bareSql, quoteName } from '../where/sql.ts';
import { WhereError } from '../where/where-error.ts';

/** Passed on as they came; all others are settled here, or are nothing that Electric knows. */
const PLACES = [
  'offset',
  'handle',
  'live',
  'live_sse',
  'experimental_live_sse',
  'cursor',
  'replica',
  'log',
  'expired_handle',
  'cache-buster',
];

/**
 * @param query as it came
 * @param client whose rows alone may be in it @throws Problem
 */
export function electricQuestion(
  asked: Asked,
  query: Readonly<Record<string, unknown>>,
  shown: Shown,
  table: Table,
  client: string | undefined,
): URLSearchParams {
  const columns = columnsOf(shown, table);
  const wheres: Where[] = [];
  if (asked.where !== undefined) wheres.push(understood(asked.where, columns, asked.params));
  if (shown.is === 'public') {
    const { owner, kind } = shown.table;
    if (kind !== undefined) wheres.push(understood('kind = $1 and body is not null', columns, { '1': kind }));
    if (client !== undefined && owner !== undefined) {
      const place = shown.table.columns.find(({ name }) => name === owner)?.sql;
      wheres.push(understood(`${place} = $1`, columns, { '1': client }));
    }
  }
  const question = new URLSearchParams({ table: `${quoteName(table.schema)}.${quoteName(table.name)}` });
  const names = columns.map(({ name }) => name);
  const unknown = asked.columns?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw wrong('columns', `There is no column ${JSON.stringify(unknown)}.`);
  question.set('columns', (asked.columns ?? names).map(quoteName).join(','));
  const clauses: string[] = [];
  let params = 0;
  for (const where of wheres) {
    clauses.push(bareSql(where, columns, params + 1));
    for (const { text } of where.constants) {
      params += 1;
      question.set(`params[${params}]`, text as string);
    }
  }
  if (clauses.length > 0) question.set('where', clauses.join(' AND '));
  for (const name of PLACES) {
    const value = query[name];
    if (typeof value === 'string') question.set(name, value);
  }
  return question;
}

/** What may be seen of the table itself, under the names that it has there. */
function columnsOf(shown: Shown, { columns }: Table): readonly WhereColumn[] {
  const names = shown.is === 'public' ? baseColumns(shown.table) : undefined;
  return columns
    .filter(({ name }) => (shown.is === 'public' ? names?.includes(name) : !shown.hidden.has(name)))
    .map(({ name, type, dims }) => ({ name, type: dims === 0 ? type : `${type}[]` }));
}

function understood(
  text: string,
  columns: readonly WhereColumn[],
  params: Readonly<Record<string, string>>,
): Where {
  try {
    const where = parseWhere(text, columns, params);
    if (where.constants.some((constant) => constant.text === null))
      throw new WhereError('compares with null, which is never true: ask for "is null"', 0);
    return where;
  } catch (error) {
    if (error instanceof WhereError) throw wrong('where', `The where clause ${error.message}.`);
    throw error;
  }
}

function wrong(name: string, message: string): Problem {
  return new Problem('invalid_request', message, { errors: [{ pointer: `/${name}`, message }] });
}
