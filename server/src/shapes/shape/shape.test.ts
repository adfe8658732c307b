/** What a shape holds in memory: bounded, however large a transaction is and however far its readers are behind. */
import { expect, test } from 'vitest';
import type { TableColumn } from '../sources/describe.ts';
import { tableSource } from '../sources/source.ts';
import { parseWhere } from '../where/parse.ts';
import { keepWithin } from './keep-within.ts';
import type { Transaction } from './pending.ts';
import { ShapeRows, whereColumns } from './rows.ts';
import { Shape } from './shape.ts';
import { ShapeLog } from './shape-log.ts';

const BYTES_MAX = 20_000;

function shapeOfItems() {
  const column = (name: string, keyIndex: number | null): TableColumn => {
    return { name, type: 'int4', typeOid: 23, dims: 0, typeModifier: -1, isNotNull: true, keyIndex };
  };
  const columns = [column('id', 0), column('n', null)];
  const source = tableSource({
    ...{
      oid: 1,
      schema: 'public',
      name: 'items',
      isTold: true,
      untold: [],
      isKeyDeferrable: false,
      partitions: undefined,
      mark: '',
    },
    columns,
  });
  const budget = { bytes: 0 };
  const definition = { table: 'public.items', where: undefined, params: {}, columns: undefined };
  const shape = new Shape(
    { ...definition, replica: 'default', log: 'full', client: undefined },
    budget,
    BYTES_MAX,
  );
  const wheres = [parseWhere('n > 0', whereColumns(source))];
  shape.restart(new ShapeRows({ source, columns: undefined, isFull: false, wheres }));
  return { shape, budget };
}

const transaction = (number: number): Transaction => {
  return { xid: BigInt(number), lsn: BigInt(number * 100) };
};

test('a transaction is too much while it is read, and not when it is over', () => {
  const { shape, budget } = shapeOfItems();
  shape.setMoment(() => false);
  let rows = 0;
  for (; !shape.isTooMuch && rows < 10_000; rows += 1) shape.take(null, [String(rows), '1'], transaction(1));
  expect(rows).toBeLessThan(200);
  expect([shape.bytes, budget.bytes]).toEqual([budget.bytes, shape.bytes]);
  expect(budget.bytes).toBeLessThan(BYTES_MAX * 2);
  shape.end(new Error('too much'));
  expect(budget.bytes).toBe(0);
});

test('what comes before the moment of the snapshot is known is counted as well, and forgotten where the snapshot has it', () => {
  const { shape, budget } = shapeOfItems();
  for (let number = 1; number <= 20; number += 1) {
    expect(shape.take(null, [String(number), '1'], transaction(number))).toBe(true);
    expect(shape.take(null, [String(number + 100), '1'], transaction(number))).toBe(false);
    shape.commit(transaction(number));
  }
  expect(shape.bytes).toBeGreaterThan(20 * 2 * 100);
  expect(budget.bytes).toBe(shape.bytes);
  shape.setMoment((xid) => xid <= 18n);
  const { texts, isAll } = shape.after({ lsn: 0n, op: Number.POSITIVE_INFINITY }, 1_000_000);
  expect(texts.map((text) => JSON.parse(text).headers)).toMatchObject([
    { txids: [19], lsn: '1900', op_position: 0 },
    { txids: [19], lsn: '1900', op_position: 1, last: true },
    { txids: [20], op_position: 0 },
    { txids: [20], op_position: 1, last: true },
  ]);
  expect(texts.map((text) => 'last' in JSON.parse(text).headers)).toEqual([false, true, false, true]);
  expect([isAll, budget.bytes]).toEqual([true, shape.bytes]);
  // A transaction that the snapshot has is not even read.
  expect(shape.take(null, ['1', '1'], transaction(18))).toBe(false);
});

test('a log that is full loses no more than it must: who is less behind than that goes on', () => {
  const budget = { bytes: 0 };
  const log = new ShapeLog(BYTES_MAX, budget);
  const text = 'x'.repeat(136);
  for (let lsn = 1n; lsn <= 1_000n; lsn += 1n) {
    log.append([{ lsn, op: 0, text }]);
    expect(budget.bytes).toBe(log.bytes);
    expect(log.bytes).toBeLessThanOrEqual(BYTES_MAX);
    // 200 bytes each: a hundred of them are kept, always.
    expect(log.floor.lsn).toBe(lsn > 100n ? lsn - 100n : 0n);
    const { texts, last } = log.after(log.floor, 1_000_000);
    expect([texts.length, last.lsn]).toEqual([lsn > 100n ? 100 : Number(lsn), lsn]);
  }
  expect(log.after({ lsn: 995n, op: 0 }, 1_000_000).texts).toHaveLength(5);
  log.append([{ lsn: 1_001n, op: 0, text: 'x'.repeat(2 * BYTES_MAX) }]);
  expect([log.floor, log.bytes, log.last]).toEqual([{ lsn: 1_001n, op: 0 }, 0, { lsn: 1_001n, op: 0 }]);
});

test('of all together the largest loses the older half of its changes, and none its newest transaction', () => {
  const budget = { bytes: 0 };
  const definition = { table: 'levels', where: undefined, params: {}, columns: undefined, client: undefined };
  const [large, small] = [0, 1].map(
    () => new Shape({ ...definition, replica: 'default', log: 'full' }, budget),
  ) as [Shape, Shape];
  const text = 'x'.repeat(136);
  for (let lsn = 1n; lsn <= 100n; lsn += 1n) large.log.append([{ lsn, op: 0, text }]);
  for (let lsn = 1n; lsn <= 10n; lsn += 1n) small.log.append([{ lsn, op: 0, text }]);
  const shapes = new Map([large, small].map((shape) => [shape.handle, shape]));
  const keep = (bytesMax: number) => {
    const ended: Shape[] = [];
    keepWithin(bytesMax, budget, shapes, (shape) => {
      ended.push(shape);
      shape.end(new Error('too much'));
    });
    expect(budget.bytes).toBe(large.bytes + small.bytes);
    return ended;
  };
  expect(keep(21_000)).toEqual([]);
  expect([large.log.floor.lsn, small.log.floor.lsn]).toEqual([50n, 0n]);
  expect(keep(400)).toEqual([]);
  expect([large.log.floor.lsn, small.log.floor.lsn]).toEqual([99n, 9n]);
  expect(keep(300)).toHaveLength(1);
});
