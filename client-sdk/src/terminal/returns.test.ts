import { expect, test } from 'vitest';
import type { Database } from './indexed-db.ts';
import { Returns } from './returns.ts';

const BACK = { sale: 'order-1', lines: [{ lineId: '1', sku: 'LAMP', quantity: 2 }] };

/** A device that takes nothing. */
const full = () => {
  throw new DOMException('The disk is full.', 'QuotaExceededError');
};

test('what the keeper wrote down is known here, also where this device cannot write it down', async () => {
  const returns = new Returns(new Map(), full as unknown as () => Database);
  await returns.add('back-1', BACK);
  expect(returns.of('order-1', '1')).toBe(2);
});

test('the same goods asked for again without an id are the same return, until it was answered', async () => {
  let made = 0;
  const newId = () => `id-${++made}`;
  const returns = new Returns(new Map(), full as unknown as () => Database);
  expect(returns.idOf(BACK, newId)).toBe('id-1');
  expect(returns.idOf(BACK, newId)).toBe('id-1');
  expect(returns.idOf({ ...BACK, lines: [{ lineId: '1', sku: 'LAMP', quantity: 1 }] }, newId)).toBe('id-2');
  await returns.add('id-1', BACK);
  expect(returns.idOf(BACK, newId)).toBe('id-3');
});
