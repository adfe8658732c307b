/** How far a fact has come: here, at the parent, in the books. */
import { expect, test } from 'vitest';
import { Books, name } from './books.test-kit.ts';
import { stageOf } from './stage.ts';
import { NO_MARK } from './stream.ts';

test('[L5] an entry is accepted, then relayed up to where the parent has it, then settled up to where the root does', () => {
  const { ledger, shop } = new Books();
  const stages = () => [1, 2, 3, 4].map((seq) => stageOf(ledger, { writer: shop.writer, seq }));
  expect(stages()).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
  shop.head.relayed = { ...NO_MARK, seq: 3 };
  expect(stages()).toEqual(['relayed', 'relayed', 'relayed', 'accepted']);
  shop.head.settled = { ...NO_MARK, seq: 2 };
  expect(stages()).toEqual(['settled', 'settled', 'relayed', 'accepted']);
  expect(stageOf(ledger, { writer: name('nobody'), seq: 1 })).toBe('accepted');
});
