import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Bench, Case } from './bench.ts';
import { runBench } from './run-bench.ts';

const quietly = { say: () => {} };

function bench(cases: readonly Case[], more: Partial<Bench> = {}): Bench {
  return { name: 'b', about: '', rounds: 2, seconds: 4, targets: [], open: async () => cases, ...more };
}

function counting(name: string, done: string[], perSecond: readonly number[] = []): Case {
  let round = 0;
  return {
    name,
    note: 'as set',
    round: async (seconds) => {
      done.push(`${name} ${seconds} s`);
      round += 1;
      return { perSecond: perSecond[round - 1] ?? 1, note: `round ${round}` };
    },
    settle: async () => {
      done.push(`${name} settles`);
    },
  };
}

test('each case is warmed up, then they take turns, each settled before the next', async () => {
  const done: string[] = [];
  const steady: Case = { ...counting('b', done), warmsUp: false };
  await runBench(bench([counting('a', done), steady]), quietly);
  const turns = ['a 4 s', 'a settles', 'b 4 s', 'b settles'];
  expect(done).toEqual(['a 2 s', 'a settles', ...turns, ...turns]);
});

test('what takes longer to get going is warmed up for longer, whatever a round takes', async () => {
  const done: string[] = [];
  const slow = bench([counting('a', done)], { warmUpSeconds: 3, rounds: 1 });
  await runBench(slow, quietly);
  await runBench(slow, { ...quietly, seconds: 10 });
  expect(done.filter((what) => what.endsWith(' s'))).toEqual(['a 3 s', 'a 4 s', 'a 5 s', 'a 10 s']);
});

test('what leaves work behind has its rounds after all others, and its place in the table', async () => {
  const done: string[] = [];
  const heavy: Case = { ...counting('a', done), warmsUp: false, roundsAfter: 3 };
  const { results } = await runBench(bench([heavy, counting('b', done)]), quietly);
  expect(done.filter((what) => what.endsWith(' s'))).toEqual([
    'b 2 s',
    'b 4 s',
    'b 4 s',
    ...Array(3).fill('a 4 s'),
  ]);
  expect(results.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('the warm-up is not measured; the last round’s find is noted', async () => {
  const { results } = await runBench(bench([counting('a', [], [1_000, 10, 30])]), quietly);
  expect(results).toEqual([
    {
      name: 'a',
      perSecond: { median: 20, min: 10, max: 30 },
      p50Ms: undefined,
      p99Ms: undefined,
      note: 'as set; round 3',
    },
  ]);
});

test('only the cases that were asked for run, for as long as was asked', async () => {
  const done: string[] = [];
  const cases = [counting('a', done), counting('b', done)];
  await runBench(bench(cases), { ...quietly, only: ['b'], rounds: 1, seconds: 2 });
  expect(done.filter((line) => line.includes(' s') && !line.includes('settles'))).toEqual(['b 1 s', 'b 2 s']);
});

test('what is absent is handed on, and not run', async () => {
  const { results, absent } = await runBench(
    { ...bench([]), open: async () => [{ name: 'redis', absent: 'not installed' }] },
    quietly,
  );
  expect(results).toEqual([]);
  expect(absent).toEqual([{ name: 'redis', absent: 'not installed' }]);
});

test('a failing case ends the bench by name, and everything is closed, last opened first', async () => {
  const closed: string[] = [];
  let folder = '';
  const broken: Bench = bench([], {
    open: async (place) => {
      folder = place.folder;
      place.atEnd(() => void closed.push('first'));
      place.atEnd(() => void closed.push('second'));
      return [{ name: 'a', note: '', round: () => Promise.reject(new Error('409 insufficient_stock')) }];
    },
  });
  await expect(runBench(broken, quietly)).rejects.toThrow('b, a: 409 insufficient_stock');
  expect(closed).toEqual(['second', 'first']);
  expect(existsSync(folder)).toBe(false);
});

test('a bench that is stopped ends after the turn under way, and closes everything, also where one part fails to', async () => {
  const done: string[] = [];
  const closed: string[] = [];
  const stop = new AbortController();
  const cases = [counting('a', done), { ...counting('b', done), settle: async () => stop.abort('SIGINT') }];
  const opened: Bench = bench(cases, {
    open: async (place) => {
      place.atEnd(() => void closed.push('first'));
      place.atEnd(() => Promise.reject(new Error('it is gone already')));
      place.atEnd(() => void closed.push('last'));
      return cases;
    },
  });
  await expect(runBench(opened, { ...quietly, stop: stop.signal })).rejects.toThrow('it is gone already');
  expect(done).toEqual(['a 2 s', 'a settles', 'b 2 s']);
  expect(closed).toEqual(['last', 'first']);
});
