/** Every table of the books is either open to operators or closed to all, and somebody has decided which. */
import { expect, test } from 'vitest';
import { freshDatabase } from '../../authority/postgres/database.test-kit.ts';
import { PUBLIC_TABLES } from './public-tables.ts';
import { CLOSED_TABLES, OPEN_TABLES, shownTable } from './who-may.ts';

test('each table of the books stands in one of the two lists, and what is hidden is there', async () => {
  const { pool } = await freshDatabase();
  const { rows } = await pool.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text) as columns from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'tallystick'::regnamespace and c.relkind = 'r' group by 1`,
  );
  expect([...Object.keys(OPEN_TABLES), ...CLOSED_TABLES].sort()).toEqual(rows.map(({ name }) => name).sort());
  for (const { name, columns } of rows)
    expect(columns).toEqual(expect.arrayContaining([...(OPEN_TABLES[name] ?? [])]));
});

test('what is closed has no name', () => {
  for (const name of CLOSED_TABLES) expect(shownTable(`tallystick.${name}`)).toBeUndefined();
  for (const name of [
    'pg_catalog.pg_authid',
    'information_schema.tables',
    'tallystick."runs"',
    'TALLYSTICK.RUNS',
    'pg_authid',
    'runs',
    'a.b.c',
    '',
  ])
    expect(shownTable(name)).toBeUndefined();
  expect(shownTable('tallystick.constructor')).toBeUndefined();
  expect(shownTable('tallystick.rows')?.is).toBe('raw');
  expect(shownTable('Products')?.is).toBe('public');
  expect(
    PUBLIC_TABLES.filter(({ isShared, owner }) => !isShared && owner === undefined).map(({ name }) => name),
  ).toEqual(['order_lines', 'order_progress']);
});
