/** What may be asked of the feed, and what is said of what may not. */
import { expect, test } from 'vitest';
import { listEvents } from './operations.ts';

function wrongWith(query: object): string[] {
  const { error } = (listEvents.query as NonNullable<typeof listEvents.query>).safeParse(query);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
}

test('a filter is one value or some, and what is wrong with it is said', () => {
  expect(wrongWith({ sku: 'LAMP', type: ['stock.low', 'stock.lost'] })).toEqual([]);
  expect(wrongWith({ sku: Array.from({ length: 101 }, (_, i) => `S${i}`) })).toEqual([
    'sku may be said 100 times at most',
  ]);
  expect(wrongWith({ location: 'No Place' })).toEqual([
    'location must be lower-case letters, digits and dashes',
  ]);
  expect(wrongWith({ sku: ['LAMP', ''] })).toEqual(['sku.1 must be 1 to 64 visible characters']);
  expect(wrongWith({ type: 'order.unheard-of' })[0]).toMatch(/^type .*order\.settled/);
});
