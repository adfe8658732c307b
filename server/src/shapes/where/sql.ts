/** A predicate as SQL: its constants are parameters, text is compared by code points whatever the database's locale. */
import type pg from 'pg';
import { type Kind, kindOf } from './kinds.ts';
import type { Constant, Operand, Predicate, Where, WhereColumn } from './predicate.ts';
import { WhereError } from './where-error.ts';

/** @param firstParam the number of the first parameter */
export function whereSql(where: Where, columns: readonly WhereColumn[], firstParam = 1): string {
  return written(where, columns, firstParam, false);
}

/** For who knows neither casts of parameters nor collations: each parameter has the type of what it stands beside. */
export function bareSql(where: Where, columns: readonly WhereColumn[], firstParam: number): string {
  return written(where, columns, firstParam, true);
}

function written(
  { predicate, constants }: Where,
  columns: readonly WhereColumn[],
  firstParam: number,
  isBare: boolean,
): string {
  const operand = (one: Operand, kind?: Kind): string => {
    const collate = (kind === 'text' || kind === 'char') && !isBare ? ' collate "C"' : '';
    if (one.is === 'column') {
      // An enum's labels are compared as text, and not by its name, which may be anything.
      const as = one.cast ?? (kind === 'label' && !isBare ? 'text' : undefined);
      const cast = as === undefined ? '' : `::${as}`;
      return `${quoteName((columns[one.index] as WhereColumn).name)}${cast}${collate}`;
    }
    if (isBare) return `$${firstParam + one.index}`;
    const { type } = constants[one.index] as Constant;
    return `$${firstParam + one.index}::text${kindOf(type) === 'label' ? '' : `::${type}`}${collate}`;
  };
  const sql = (asked: Predicate): string => {
    switch (asked.is) {
      case 'literal':
        return `${asked.value}::bool`;
      case 'compare':
        return `(${operand(asked.left, asked.kind)} ${asked.op} ${operand(asked.right, asked.kind)})`;
      case 'in':
        return `(${operand(asked.of, asked.kind)} in (${asked.list.map((one) => operand(one)).join(', ')}))`;
      case 'like': {
        const word = asked.ignoresCase ? 'ilike' : 'like';
        return `(${operand(asked.of, 'text')} ${word} ${operand(asked.pattern, 'text')})`;
      }
      case 'null':
        return `(${operand(asked.of)} is null)`;
      case 'truth':
        return `((${sql(asked.of)}) is ${asked.wanted ?? 'unknown'})`;
      case 'bool':
        return `(${operand(asked.of)})`;
      case 'not':
        return `(not ${sql(asked.of)})`;
      case 'and':
      case 'or':
        return `(${asked.of.map(sql).join(` ${asked.is} `)})`;
      default:
        return asked satisfies never;
    }
  };
  return sql(predicate);
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Has Postgres read the constants and write them as it writes columns of their types.
 * @throws WhereError where one is no value of its type
 */
export async function writtenByPostgres(client: Pick<pg.ClientBase, 'query'>, where: Where): Promise<Where> {
  // Text is written as it stands.
  const open = where.constants.flatMap((constant, i) => (isPlain(constant) ? [] : [{ ...constant, i }]));
  if (open.length === 0) return where;
  const list = open.map(({ type }, i) => `$${i + 1}::text::${type}::text`).join(', ');
  try {
    const { rows } = await client.query<(string | null)[]>({
      text: `select ${list}`,
      values: open.map(({ text }) => text),
      rowMode: 'array',
    } as never);
    const written = [...where.constants];
    open.forEach(({ type, i }, n) => {
      written[i] = { type, text: (rows[0] as (string | null)[] | undefined)?.[n] ?? null };
    });
    return { ...where, constants: written };
  } catch (error) {
    // Class 22: the data is wrong, which came with the clause.
    const { code, message } = error as pg.DatabaseError;
    if (code?.startsWith('22') === true)
      throw new WhereError(`has a value that Postgres refuses: ${message}`, 0);
    throw error;
  }
}

function isPlain({ type, text }: Constant): boolean {
  return text === null || ['text', 'char', 'label'].includes(kindOf(type) ?? '');
}
