/** What `npm run sim` takes, and what it says of what it does not take. */
import { expect, test } from 'vitest';
import { BadOption, readOptions } from './options.ts';

test('without options, 100 seeds from the first', () => {
  expect(readOptions([])).toMatchObject({ mode: 'run', start: 1, seeds: 100, acts: 1_000, json: false });
});

test.each([
  ['--seeds 5 --start 9 --json', { mode: 'run', seeds: 5, start: 9, json: true }],
  ['--seed 7 --acts 20', { mode: 'replay', seed: 7, acts: 20 }],
  ['--seed 7 --without s1,s2 --calm frameLost', { less: { machines: ['s1', 's2'], faults: ['frameLost'] } }],
  ['--planted', { mode: 'hunt', seedsMax: 1_000, start: 1 }],
  ['--planted --seeds 3 --bug cursor', { mode: 'hunt', seedsMax: 3, bug: 'cursor' }],
  ['--minutes 0.5 --workers 1', { mode: 'minutes', minutes: 0.5, start: undefined, workers: 1 }],
  ['--postgres --seeds 3 --start 9', { mode: 'postgres', seeds: 3, start: 9, acts: 300, isPlanted: false }],
  ['--postgres --seed 7 --acts 20', { mode: 'postgres', seeds: 1, start: 7, acts: 20 }],
  ['--postgres --planted --bug update', { mode: 'postgres', isPlanted: true, bug: 'update' }],
  ['--help', { mode: 'help' }],
])('%s', (line, options) => {
  expect(readOptions(line.split(' '))).toMatchObject(options);
});

test.each([
  ['--seeds x', '--seeds takes a whole number from 1, not “x”'],
  ['--seeds 0', '--seeds takes a whole number from 1, not “0”'],
  ['--seeds 1e3', '--seeds takes a whole number from 1, not “1e3”'],
  ['--acts 1.5', '--acts takes a whole number from 1, not “1.5”'],
  ['--workers 1000', '--workers takes a whole number from 1, not “1000”'],
  ['--minutes 0', '--minutes takes a number above 0, not “0”'],
  ['--seed 1 --planted', '--seed replays one seed: leave --seeds, --start, --minutes and --planted out'],
  ['--minutes 1 --seeds 4', '--minutes runs as many seeds as it can: leave --seeds and --planted out'],
  ['--bug cursor', '--bug goes with --planted or --seed'],
  ['--postgres --minutes 1', '--postgres plays whole seeds: leave --minutes, --without and --calm out'],
  ['--postgres --bug update', 'with --postgres, --bug goes with --planted'],
  ['--colour', "Unknown option '--colour'"],
])('%s is refused in one line', (line, message) => {
  expect(() => readOptions(line.split(' '))).toThrow(new BadOption(message));
});
