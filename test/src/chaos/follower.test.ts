import { expect, test } from 'vitest';
import { checkFollower } from './follower.ts';

test('whoever follows may be behind, and nothing else', () => {
  const books = ['1 order.settled', '2 stock.low', '3 order.settled'];
  expect(checkFollower(books.slice(0, 2), books)).toBeUndefined();
  expect(checkFollower([], books)).toBeUndefined();
  for (const wrong of [
    ['1 order.settled', '3 order.settled'],
    ['1 order.settled', '1 order.settled'],
    ['1 order.settled', '2 order.settled'],
    [...books, '4 stock.low'],
  ])
    expect(checkFollower(wrong, books), wrong.join()).toMatch(/^read \d/);
});
