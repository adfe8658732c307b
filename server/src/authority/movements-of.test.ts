import type { EntryBody, LineId, OrderId, PoolId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { movementsOf } from './movements-of.ts';

const LAMP = 'LAMP@depot' as PoolId;
const MUG = 'MUG@depot' as PoolId;

const line = (pool: PoolId, quantityBase: number, owed = 0, departed = false) => ({
  lineId: pool as string as LineId,
  pool,
  quantityBase,
  owed,
  departed,
});
const body = (said: object) => said as unknown as EntryBody;

test.each([
  ['a delivery', { type: 'received', cause: 'delivery' }, 'received', 3, 3],
  ['goods from another place', { type: 'received', cause: 'transfer' }, 'moved', 3, 3],
  ['goods found', { type: 'received', cause: 'correction' }, 'corrected', 3, 3],
  ['what came back', { type: 'returned', orderId: 'o' as OrderId }, 'returned', 3, 3],
  ['what left for an order', { type: 'shipped', orderId: 'o' as OrderId }, 'shipped', -3, 0],
  ['what an order sets free', { type: 'cancelled', orderId: 'o' as OrderId, reason: '' }, 'cancelled', 0, 3],
])('%s', (_, said, type, onHand, available) => {
  expect(movementsOf(body({ ...said, lines: [{ pool: LAMP, n: 3, lineId: 'a' }] }))).toEqual([
    { pool: LAMP, type, onHand, available, onHold: 0 },
  ]);
});

test('a sale over the counter with one unit owed: all of it is gone, and no more can be promised of it', () => {
  expect(movementsOf(body({ type: 'sold', lines: [line(LAMP, 3, 1, true)] }))).toEqual([
    { pool: LAMP, type: 'sold', onHand: -3, available: -3, onHold: 0 },
  ]);
});

test('lines of one pool are one movement', () => {
  expect(movementsOf(body({ type: 'sold', lines: [line(LAMP, 3), line(LAMP, 2)] }))).toMatchObject([
    { pool: LAMP, available: -5 },
  ]);
});

test('a hold that becomes an order is sold where it was sold, and free again where it was not', () => {
  const closes = [
    { pool: LAMP, n: 5 },
    { pool: MUG, n: 1 },
  ];
  expect(movementsOf(body({ type: 'confirmed', closes, lines: [line(LAMP, 3)] }))).toEqual([
    { pool: LAMP, type: 'sold', onHand: 0, available: -3, onHold: -5 },
    { pool: MUG, type: 'released', onHand: 0, available: 0, onHold: -1 },
  ]);
});

test('a count is there also where it found what the books said', () => {
  const lines = [
    { pool: LAMP, found: 3, more: 0, less: 0, owed: 0 },
    { pool: MUG, found: 3, more: 0, less: 2, owed: 1 },
  ];
  expect(movementsOf(body({ type: 'counted', reason: '', lines }))).toEqual([
    { pool: MUG, type: 'counted', onHand: -2, available: -2, onHold: 0 },
    { pool: LAMP, type: 'counted', onHand: 0, available: 0, onHold: 0 },
  ]);
});

test('rights that go from one replica to another are no movement of stock', () => {
  expect(movementsOf(body({ type: 'sent', to: 'x', items: [{ pool: LAMP, n: 3 }] }))).toEqual([]);
});

test('[T7] a sum that is not exact is no movement, though what follows may bring it back', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const set = (pool: PoolId, more: number, less: number) => ({ pool, found: more, more, less, owed: less });
  const lines = [
    set(LAMP, 0, most),
    set(LAMP, 0, most),
    set(LAMP, 0, 2),
    set(LAMP, most, 0),
    set(LAMP, most, 0),
  ];
  const found = movementsOf(body({ type: 'counted', reason: '', lines: [...lines, set(MUG, most, 0)] }));
  expect(found).toEqual([{ pool: MUG, type: 'counted', onHand: most, available: most, onHold: 0 }]);
});
