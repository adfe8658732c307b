import { expect, test } from 'vitest';
import { BadOption, helpText, readOptions } from './options.ts';

const KNOWN = ['hot-sku', 'orders', 'drain'];
const USUAL = ['hot-sku', 'drain'];

test('without a name the usual benches run, as they are', () => {
  expect(readOptions([], KNOWN, USUAL)).toEqual({
    help: false,
    names: USUAL,
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
    USUAL,
  );
  expect({ names, json, rounds, seconds, only }).toEqual({
    names: ['hot-sku', 'drain'],
    json: true,
    rounds: 5,
    seconds: 2,
    only: ['http', 'echo'],
  });
});

test('all of them run by that word', () => {
  expect(readOptions(['all'], KNOWN, USUAL).names).toEqual(KNOWN);
  expect(readOptions(['all', 'drain'], KNOWN, USUAL).names).toEqual(KNOWN);
});

test.each([
  [['hot'], 'There is no bench called hot. There are: hot-sku, orders, drain; and all.'],
  [['--rounds', '0'], '--rounds takes a whole number from 1 to 1000, not 0.'],
  [['--seconds', '1.5'], '--seconds takes a whole number from 1 to 600, not 1.5.'],
  [['--fast'], '--fast'],
])('%j is refused in words', (args, words) => {
  expect(() => readOptions(args, KNOWN, USUAL)).toThrow(BadOption);
  expect(() => readOptions(args, KNOWN, USUAL)).toThrow(words);
});

test('the help names every bench', () => {
  const text = helpText([{ name: 'drain', about: 'what is unsent' }], ['drain', 'orders']);
  expect(text).toContain('drain      what is unsent');
  expect(text).toContain('where none is named: drain, orders');
});
