/** How often levels are told: the first change at once, what follows at the pace. */
import { createLog } from '@tallystick/store-agent';
import type pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tellLevels } from './levels.ts';

test('the first change of a pool is told at once, what follows a third of a second later, whatever others do', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const told: (readonly string[])[] = [];
  /** Pools whose units only went from one shop to another. */
  const still = new Set<string>();
  const query = async (asked: string | { values: [readonly string[]] }) => {
    if (typeof asked === 'string') return { rows: [] };
    const [pools] = asked.values;
    told.push(pools);
    return { rows: [{ told: pools.filter((one) => !still.has(one)) }] };
  };
  const pool = { query };
  const changed = new Set<string>();
  const duty = tellLevels(pool as unknown as pg.Pool, createLog('test', 'silent'), changed);
  duty.start({ query: () => Promise.reject(new Error()), isSure: true });
  await vi.advanceTimersByTimeAsync(50);
  expect(told).toEqual([]);
  changed.add('lamp');
  await vi.advanceTimersByTimeAsync(40);
  expect(told.splice(0)).toEqual([['lamp']]);
  changed.add('lamp').add('mug');
  await vi.advanceTimersByTimeAsync(40);
  expect(told.splice(0)).toEqual([['mug']]);
  await vi.advanceTimersByTimeAsync(400);
  expect(told).toEqual([['lamp']]);
  await vi.advanceTimersByTimeAsync(400);
  told.splice(0);
  still.add('lamp');
  changed.add('lamp').add('mug');
  await vi.advanceTimersByTimeAsync(40);
  expect(told.splice(0)).toEqual([['lamp', 'mug']]);
  still.clear();
  changed.add('lamp').add('mug');
  await vi.advanceTimersByTimeAsync(100);
  expect(told.splice(0)).toEqual([['lamp']]);
  await vi.advanceTimersByTimeAsync(400);
  expect(told).toEqual([['mug']]);
  expect([...changed]).toEqual([]);
  await duty.stop();
});
