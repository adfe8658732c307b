/** What the trail is told of customers: which fields, which version, who keeps them; never what they are called. */
import type pg from 'pg';
import { text } from './pg-text.ts';

/** In the transaction that makes the change. */
export async function noteCustomer(
  connection: pg.PoolClient,
  action: 'created' | 'changed' | 'moved' | 'erased',
  id: string,
  what: object,
): Promise<void> {
  await connection.query(
    `select tallystick.note(array[$1::text], array['customer'], array[$2::text], array[$3::jsonb])`,
    [action, text(id), JSON.stringify(what)],
  );
}
