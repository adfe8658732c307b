/** In one go: a transaction of the books, in the name of who asks. */
import type pg from 'pg';
import { isAsked, sayWho } from './who-asks.ts';

/** All that is done on the connection is committed when `act` resolves; nothing of it where it throws. */
export async function inOneGo<T>(pool: pg.Pool, act: (connection: pg.PoolClient) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  let isBroken = true;
  try {
    await connection.query('begin');
    await sayWho(connection);
    const done = await act(connection);
    await connection.query('commit');
    isBroken = false;
    return done;
  } finally {
    // A connection in the middle of a failed transaction is closed, which rolls back.
    connection.release(isBroken);
  }
}

/** One statement in the name of who asks; where nobody does, by itself. */
export async function queryAsAsked<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  query: string,
  values: unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  if (!isAsked()) return pool.query<Row>(query, values);
  return inOneGo(pool, (connection) => connection.query<Row>(query, values));
}
