import { expect, test } from 'vitest';
import { createSchedule, POSTGRES } from './schedule.ts';
import { AUTHORITY, TREE } from './tree.ts';

const TEN_MINUTES_MS = 600_000;

test('ten minutes hold at least 50 kills and 100 cuts, and everything else more than once', () => {
  const schedule = createSchedule(1, TEN_MINUTES_MS);
  const count = (kind: string) => schedule.filter((one) => one.kind === kind).length;
  expect(count('kill')).toBeGreaterThanOrEqual(50);
  expect(count('cut')).toBeGreaterThanOrEqual(100);
  for (const kind of ['stop', 'restore', 'full-disk']) expect(count(kind)).toBeGreaterThan(1);
});

test('every process is killed and every line is cut', () => {
  const schedule = createSchedule(2, TEN_MINUTES_MS);
  const killed = new Set(schedule.flatMap((one) => (one.kind === 'kill' ? [one.target] : [])));
  const cut = new Set(schedule.flatMap((one) => (one.kind === 'cut' ? [one.child] : [])));
  expect([...killed].sort()).toEqual([AUTHORITY, POSTGRES, ...TREE.map(({ id }) => id)].sort());
  expect([...cut].sort()).toEqual(TREE.map(({ id }) => id).sort());
});

test('a seed is a schedule, in the order of its times', () => {
  const schedule = createSchedule(7, TEN_MINUTES_MS);
  expect(createSchedule(7, TEN_MINUTES_MS)).toEqual(schedule);
  expect(createSchedule(8, TEN_MINUTES_MS)).not.toEqual(schedule);
  const times = schedule.map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(TEN_MINUTES_MS);
});
