/** Of Postgres before version 18, which has generated columns and tells of none: later ones are tried in `generated.pg.test.ts`. */
import { expect, test } from 'vitest';
import type { Table } from './describe.ts';
import { whyNotColumns, whyNotFollowed } from './may-be-followed.ts';
import { type PublicTable, publicSource, publicTable } from './public-tables.ts';
import { tableSource } from './source.ts';

const told = { oid: 1, schema: 'public', name: 'lines', isTold: true };
const table = (more: Partial<Table>): Table => ({
  ...{ ...told, columns: [], untold: [], isKeyDeferrable: false, partitions: undefined, mark: '' },
  ...more,
});

test('a generated column that is not told may be left out, and not asked for', () => {
  const lines = table({ untold: [{ name: 'total', isVirtual: false, isKey: false }] });
  expect(whyNotFollowed(lines)).toBeUndefined();
  expect(whyNotColumns(tableSource(lines), ['id', 'price'])).toBeUndefined();
  for (const columns of [undefined, ['id', 'total']])
    expect(whyNotColumns(tableSource(lines), columns)?.message).toContain('before version 18: total');
});

test('a generated column that nobody is shown keeps nobody from the others', () => {
  const progress = table({ untold: [{ name: 'conflict', isVirtual: false, isKey: false }] });
  const shown = publicTable('order_progress') as PublicTable;
  expect(whyNotColumns(publicSource(shown, progress), undefined)).toBeUndefined();
  expect(whyNotColumns(tableSource(progress, new Set(['conflict'])), undefined)).toBeUndefined();
});

test('a table that would be told without its key is not followed', () => {
  expect(whyNotFollowed(table({}))).toBeUndefined();
  const untold = [{ name: 'code', isVirtual: false, isKey: true }];
  expect(whyNotFollowed(table({ untold }))?.message).toContain('generated (code)');
});

test('a table of whose partitions one is told without a column is not followed', () => {
  const column = { type: 'int4', typeOid: 23, dims: 0, typeModifier: -1, isNotNull: false, keyIndex: null };
  const columns = ['id', 'twice'].map((name) => ({ ...column, name }));
  const lines = (untold: readonly string[]) =>
    table({ columns, partitions: [{ ...told, name: 'lines_1', kind: undefined, columns: [], untold }] });
  expect(whyNotFollowed(lines([]))).toBeUndefined();
  expect(whyNotFollowed(lines(['twice']))?.message).toMatch(/lines_1.*twice/);
});

test('so many partitions are followed and no more', () => {
  const partitions = (count: number) =>
    Array.from({ length: count }, () => ({ ...told, kind: undefined, columns: [], untold: [] }));
  expect(whyNotFollowed(table({ partitions: partitions(1_000) }))).toBeUndefined();
  expect(whyNotFollowed(table({ partitions: partitions(1_001) }))?.message).toContain('1001 partitions');
});
