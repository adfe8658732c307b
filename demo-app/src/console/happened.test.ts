import { expect, test } from 'vitest';
import type { Fleet, Replica } from './fleet.tsx';
import { happenedBetween } from './happened.ts';

const till: Replica = {
  id: 'till',
  kind: 'terminal',
  parent: 'berlin',
  location: 'berlin',
  status: 'enrolled',
  link: 'up',
  settledEntries: 4,
  createdAt: '2026-01-01T00:00:00Z',
  lives: 1,
  lag: { unsentEntries: 0, unsettledEntries: 0 },
  sales: { sold: 3, soldAtOnce: 3, refused: 0, refusedFalsely: 0 },
};
const sums = { sold: 0, soldAtOnce: 0, refused: 0, refusedFalsely: 0 };
const fleet = (second: number, ...items: Replica[]): Fleet => ({
  at: new Date(second * 1_000).toISOString(),
  since: '',
  books: { entries: 0 },
  sums,
  items,
});
const said = (before: Replica, now: Replica, seconds = 1) =>
  happenedBetween(fleet(0, before), fleet(seconds, now)).map(({ text }) => text);

test('a line that breaks, what was sold meanwhile, and a new life are each told once, in words', () => {
  const away: Replica = { ...till, link: 'down', lag: null, sales: null };
  const telling = { ...till, lag: { unsentEntries: 0, unsettledEntries: 2 } };
  expect(happenedBetween(undefined, fleet(0, till))).toEqual([]);
  expect(said(till, till)).toEqual([]);
  expect(said(till, away)).toEqual(['till is away. What it sells meanwhile it tells later.']);
  expect(said(away, telling)).toEqual(['till is connected again.']);
  expect(said(telling, till)).toEqual(['All that was sold anywhere stands in the books.']);
  expect(said(away, { ...till, lives: 2 })[0]).toMatch(/that life is shut out, and it goes on as life 2\.$/);
  expect(said({ ...till, lives: 0 }, till)).toEqual([]);
  expect(said(till, { ...till, sales: sums })).toEqual(['till was started anew, with all that it had sold.']);
  expect(said(till, till, 20)).toEqual(['This page could not ask the books for 20 s.']);
  expect(happenedBetween(fleet(0, till), fleet(1)).map(({ text }) => text)).toEqual([
    'till was shut out for good.',
  ]);
});
