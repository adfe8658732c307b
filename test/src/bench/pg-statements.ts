/**
 * What the Postgres peers run, as its guides advise: named (hence prepared) statements, one round
 * trip where one is enough, rows locked in one order, room on the page for the hot row's versions.
 */
import type { TradeLine } from './trade.ts';

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Many versions of a hot row stay on its page (HOT), and none is left for long. */
export const SCHEMA = `
  create table stock (
    sku text primary key,
    available bigint not null check (available >= 0)
  ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);
  create table orders (
    id text primary key,
    placed_at timestamptz not null default now(),
    lines jsonb not null
  );`;

const TAKE_ONE = 'update stock set available = available - $2 where sku = $1 and available >= $2';

/** Several SKUs: locked in the order of their names, so that two orders never wait for each other. */
const TAKE_MANY = `
  with wanted as materialized (select * from unnest($1::text[], $2::bigint[]) as w (sku, quantity)),
  locked as materialized (
    select s.sku from stock s where s.sku = any ($1::text[]) order by s.sku for update
  )
  update stock s set available = s.available - w.quantity
  from wanted w join locked using (sku) where s.sku = w.sku and s.available >= w.quantity`;

/** The conditional update of an order's lines. All of them were there where it changes as many rows. */
export function pgUpdate(lines: readonly TradeLine[]): Statement {
  const [first] = lines;
  if (lines.length === 1 && first !== undefined)
    return { name: 'take-one', text: TAKE_ONE, values: [first.sku, first.quantity] };
  return { name: 'take-many', text: TAKE_MANY, values: columns(lines) };
}

export function pgInsert(id: string, lines: readonly TradeLine[]): Statement {
  return {
    name: 'insert-order',
    text: 'insert into orders (id, lines) values ($1, $2)',
    values: [id, JSON.stringify(lines)],
  };
}

/** Takes the stock and files the order in one statement: no row is written where a line is short. */
export function pgSell(id: string, lines: readonly TradeLine[]): Statement {
  const [first] = lines;
  if (lines.length === 1 && first !== undefined) {
    return {
      name: 'sell-one',
      text: `with taken as (${TAKE_ONE} returning 1)
        insert into orders (id, lines) select $3, $4 from taken`,
      values: [first.sku, first.quantity, id, JSON.stringify(lines)],
    };
  }
  return {
    name: 'sell-many',
    // Short of a line the table's own check fails the whole statement, and nothing is taken.
    text: `${TAKE_MANY.replace('update stock', ', taken as (update stock').replace(' and s.available >= w.quantity', '')} returning 1)
      insert into orders (id, lines) select $3, $4 where (select count(*) from taken) = cardinality($1::text[])`,
    values: [...columns(lines), id, JSON.stringify(lines)],
  };
}

function columns(lines: readonly TradeLine[]): [string[], number[]] {
  return [lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)];
}
