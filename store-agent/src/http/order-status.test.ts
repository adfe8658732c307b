import { describe, expect, test } from 'vitest';
import { ORDER_STATUSES, orderStatus, STATUS_MOVES } from './order-status.ts';

const line = (change: object) => ({ quantity: 2, cancelled: 0, shipped: 0, returned: 0, ...change });

describe('the status of an order', () => {
  test.each([
    ['confirmed', [line({}), line({})], undefined],
    ['processing', [line({}), line({})], 'processing'],
    ['processing', [line({ shipped: 1 }), line({})], undefined],
    ['shipped', [line({ shipped: 2 }), line({ cancelled: 2 })], undefined],
    ['shipped', [line({ shipped: 1, cancelled: 1 })], 'processing'],
    ['delivered', [line({ shipped: 2 })], 'delivered'],
    ['returned', [line({ shipped: 2, returned: 2 }), line({ cancelled: 2 })], 'delivered'],
    ['delivered', [line({ shipped: 2, returned: 1 })], 'delivered'],
    ['cancelled', [line({ cancelled: 2 }), line({ cancelled: 2 })], 'processing'],
  ] as const)('is %s', (status, lines, mark) => {
    expect(orderStatus(lines, false, mark)).toBe(status);
  });

  test('is delivered where the goods left with the sale, until they come back', () => {
    expect(orderStatus([line({ shipped: 2 })], true, undefined)).toBe('delivered');
    expect(orderStatus([line({ shipped: 2, returned: 2 })], true, undefined)).toBe('returned');
  });

  test('never moves to itself, to pending, or out of an end', () => {
    for (const from of ORDER_STATUSES) {
      expect(STATUS_MOVES[from]).not.toContain(from);
      expect(STATUS_MOVES[from]).not.toContain('pending');
    }
    expect([STATUS_MOVES.cancelled, STATUS_MOVES.returned]).toEqual([[], []]);
  });
});
