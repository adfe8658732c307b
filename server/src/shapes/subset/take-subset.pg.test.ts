/** A transaction is told before others see it: a subset is of a moment that has it, or its rows would stand over newer ones. */
import { expect, test } from 'vitest';
import { freshDatabase } from '../../authority/postgres/database.test-kit.ts';
import { LockedTables } from '../locked-tables.ts';
import type { IsInSnapshot } from '../replication/moment.ts';
import { ShapeRows } from '../shape/rows.ts';
import { describeTable } from '../sources/describe.ts';
import { tableSource } from '../sources/source.ts';
import { takeSubset } from './take-subset.ts';

test('a subset waits for what its reader was told', async () => {
  const { pool } = await freshDatabase();
  await pool.query(
    'create table public.items (id int primary key, n int); insert into public.items values (1, 0)',
  );
  const table = await describeTable(pool, 'tallystick_shapes', 'public', 'items');
  if (table === undefined) throw new Error('There is no table.');
  const source = tableSource(table);
  const rows = new ShapeRows({ source, columns: undefined, isFull: false, wheres: [] });
  let [xid, moments]: [bigint | undefined, number] = [undefined, 0];
  const sees = (isIn: IsInSnapshot) => {
    moments += 1;
    // What it was told is seen by others only now.
    if (moments === 1)
      void pool
        .query<{ xid: string }>('update public.items set n = 1 returning pg_current_xact_id()::text as xid')
        .then(({ rows: [row] }) => {
          xid = BigInt(row?.xid ?? 0);
        });
    return xid !== undefined && isIn(xid, 0n);
  };
  const all = { where: undefined, params: {}, orderBy: undefined, limit: undefined, offset: undefined };
  const { data } = JSON.parse(await takeSubset(pool, new LockedTables(), rows, all, sees));
  expect(data).toMatchObject([{ value: { id: '1', n: '1' } }]);
  expect(moments).toBeGreaterThan(1);
});
