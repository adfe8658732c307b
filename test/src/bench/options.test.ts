import { expect, test } from 'vitest';
import { BadOption, helpText, readOptions } from './options.ts';

const KNOWN = ['hot-sku', 'orders', 'drain'];

test('without a name all benches run, as they are', () => {
  expect(readOptions([], KNOWN)).toEqual({
    help: false,
    names: KNOWN,
    json: false,
    rounds: undefined,
    seconds: undefined,
    only: undefined,
    profile: undefined,
  });
});

test('benches are named in any order, and run in their own', () => {
  const { names, json, rounds, seconds, only } = readOptions(
    ['drain', 'hot-sku', '--json', '--rounds', '5', '--seconds', '2', '--cases', 'http,echo'],
    KNOWN,
  );
  expect({ names, json, rounds, seconds, only }).toEqual({
    names: ['hot-sku', 'drain'],
    json: true,
    rounds: 5,
    seconds: 2,
    only: ['http', 'echo'],
  });
});

test.each([
  [['hot'], 'There is no bench called hot. There are: hot-sku, orders, drain.'],
  [['--rounds', '0'], '--rounds takes a whole number from 1 to 1000, not 0.'],
  [['--seconds', '1.5'], '--seconds takes a whole number from 1 to 600, not 1.5.'],
  [['--fast'], '--fast'],
])('%j is refused in words', (args, words) => {
  expect(() => readOptions(args, KNOWN)).toThrow(BadOption);
  expect(() => readOptions(args, KNOWN)).toThrow(words);
});

test('the help names every bench', () => {
  expect(helpText([{ name: 'drain', about: 'what is unsent' }])).toContain('drain      what is unsent');
});
