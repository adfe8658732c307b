/** A predicate as SQL: its constants are parameters, text is compared by code points whatever the database's locale. */
import type pg from 'pg';
import { isWrittenAsGiven, type Kind, kindOf } from './kinds.ts';
import type { Constant, Operand, Predicate, Where, WhereColumn } from './predicate.ts';
import { CONSTANT_LENGTH_MAX, CONSTANTS_LENGTH_MAX } from './typing.ts';
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
 * @throws WhereError where one is no value of its type, or too long as it is written
 */
export async function writtenByPostgres(client: Pick<pg.ClientBase, 'query'>, where: Where): Promise<Where> {
  // By type, each value in a row of its own: of columns there may be 1,664.
  const open = where.constants
    .map((constant, i) => ({ ...constant, i }))
    .filter(({ type, text }) => text !== null && !isWrittenAsGiven(type));
  if (open.length === 0) return where;
  const selects: string[] = [];
  const values: unknown[] = [];
  for (const type of new Set(open.map((constant) => constant.type))) {
    const given = `unnest($${values.length + 1}::text[], $${values.length + 2}::int[]) as of (given, at)`;
    selects.push(`select at, left(given::${type}::text, ${CONSTANT_LENGTH_MAX + 1}) as text from ${given}`);
    const of = open.filter((constant) => constant.type === type);
    values.push(
      of.map(({ text }) => text),
      of.map(({ i }) => i),
    );
  }
  try {
    const { rows } = await client.query<{ at: number; text: string }>(selects.join(' union all '), values);
    const written = [...where.constants];
    let length = 0;
    for (const { at, text } of rows) {
      const { type } = written[at] as Constant;
      if (text.length > CONSTANT_LENGTH_MAX)
        throw new WhereError(
          `has a value of type ${type} with more than ${CONSTANT_LENGTH_MAX} characters`,
          0,
        );
      length += text.length;
      written[at] = { type, text };
    }
    if (length > CONSTANTS_LENGTH_MAX)
      throw new WhereError(`has values of more than ${CONSTANTS_LENGTH_MAX} characters together`, 0);
    return { ...where, constants: written };
  } catch (error) {
    // Class 22: the data is wrong, which came with the clause.
    const { code, message } = error as pg.DatabaseError;
    if (code?.startsWith('22') === true)
      throw new WhereError(`has a value that Postgres refuses: ${message.slice(0, 300)}`, 0);
    throw error;
  }
}
