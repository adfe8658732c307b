/** Units on their way: what is announced, less what came. */
import { expect, test } from 'vitest';
import { Incoming } from './incoming.ts';

const to = (location: string, ...lines: [sku: string, quantity: number, received: number][]) => ({
  to: location,
  lines: lines.map(([sku, quantity, received]) => ({ sku, quantity, received })),
  status: 'expected' as const,
});

test('is summed by SKU and place, over all that is still expected', () => {
  const incoming = new Incoming();
  incoming.put('t1', to('berlin', ['CUP', 10, 0], ['MUG', 5, 0]));
  incoming.put('t2', to('berlin', ['CUP', 7, 2]));
  incoming.put('t3', to('lyon', ['CUP', 1, 0]));
  expect([...incoming.of('CUP')]).toEqual([
    ['berlin', 15],
    ['lyon', 1],
  ]);
  expect([...incoming.of('MUG')]).toEqual([['berlin', 5]]);
  expect([...incoming.of('LAMP')]).toEqual([]);
});

test('goes down as goods come, never below nothing, and ends with the transfer', () => {
  const incoming = new Incoming();
  incoming.put('t1', to('berlin', ['CUP', 10, 0], ['MUG', 5, 0]));
  incoming.put('t1', to('berlin', ['CUP', 10, 12], ['MUG', 5, 1]));
  expect([...incoming.of('CUP')]).toEqual([]);
  expect([...incoming.of('MUG')]).toEqual([['berlin', 4]]);
  incoming.put('t1', { ...to('berlin', ['CUP', 10, 12], ['MUG', 5, 1]), status: 'cancelled' });
  expect([...incoming.of('MUG')]).toEqual([]);
  incoming.put('t1', undefined);
  expect([...incoming.of('MUG')]).toEqual([]);
});
