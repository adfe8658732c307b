import { expect, test } from 'vitest';
import { LockedTables } from './locked-tables.ts';

test('a table that is locked is left alone for longer each time, others are not, and once it was free all begins anew', async () => {
  let nowMs = 0;
  let tries = 0;
  const tables = new LockedTables(() => nowMs);
  const locked = (name: string) =>
    tables
      .take('public', name, async () => {
        tries += 1;
        throw Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
      })
      .catch(({ code, retryAfterS }) => [code, retryAfterS, tries]);
  // Who tried at the same time makes it no longer.
  expect(await Promise.all([locked('a'), locked('a')])).toEqual([
    ['overloaded', 1, 2],
    ['overloaded', 1, 2],
  ]);
  expect(await locked('a')).toEqual(['overloaded', 1, 2]);
  expect(await locked('b')).toEqual(['overloaded', 1, 3]);
  const waits: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    nowMs += 1_000 * (waits.at(-1) ?? 1);
    waits.push((await locked('a'))[1]);
  }
  expect(waits).toEqual([2, 4, 8, 16, 30, 30]);
  nowMs += 30_000;
  expect(await tables.take('public', 'a', async () => 'free')).toBe('free');
  expect((await locked('a'))[1]).toBe(1);
  const other = new Error('another error');
  nowMs += 1_000;
  await expect(tables.take('public', 'a', () => Promise.reject(other))).rejects.toBe(other);
});
