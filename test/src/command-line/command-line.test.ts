import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { helpText, readCommandLine } from './command-line.ts';

const SPEC = {
  minutes: { about: 'how long', number: 10, from: 0.1, to: 600, fractions: true },
  seed: { about: 'another plan', number: 1, from: 0 },
  door: { about: 'one door', text: '', oneOf: ['link', 'wire'] },
  json: { about: 'one object instead of the report' },
} as const;

const read = (...args: string[]) => readCommandLine(args, SPEC);

test('a command line is numbers within bounds, names and flags, with what stands in for what is not said', () => {
  expect(read()).toEqual({ minutes: 10, seed: 1, door: '', json: false });
  expect(read('--minutes', '0.5', '--seed', '0', '--door', 'wire', '--json')).toEqual({
    minutes: 0.5,
    seed: 0,
    door: 'wire',
    json: true,
  });
  expect(read('--help', '--seed', 'x')).toBe('help');
});

test.each([
  [['--minutes', '0'], '--minutes takes a number from 0.1 to 600, not “0”'],
  [['--minutes', '601'], '--minutes takes a number from 0.1 to 600, not “601”'],
  [['--seed', '1.5'], '--seed takes a whole number from 0, not “1.5”'],
  [['--seed', '1e3'], '--seed takes a whole number from 0, not “1e3”'],
  [['--seed='], '--seed takes a whole number from 0, not “”'],
  [['--door', 'cellar'], '--door is one of link, wire, not “cellar”'],
  [['--bogus'], "Unknown option '--bogus'"],
  [['--seed'], "Option '--seed <value>' argument missing"],
  [['10'], "Unexpected argument '10'"],
])('%j is refused in plain words', (args, message) => {
  expect(() => read(...args)).toThrow(message);
});

test('help names each option, what it is, and what stands in for it', () => {
  expect(helpText('npm run x', 'It does x.', SPEC)).toBe(`npm run x -- [options]

It does x.

  --minutes N  how long (10)
  --seed N     another plan (1)
  --door NAME  one door: link, wire
  --json       one object instead of the report
  --help       this text
`);
});

test.each(['fuzz', 'small'])('%s says what it does not understand before it starts anything', (folder) => {
  const main = fileURLToPath(new URL(`../${folder}/main.ts`, import.meta.url));
  const flags = ['--conditions=tallystick-source', '--import=tsx'];
  const ran = spawnSync(process.execPath, [...flags, main, '--bogus'], { encoding: 'utf8' });
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toBe(`npm run ${folder}: Unknown option '--bogus'. --help says more.\n`);
  expect(ran.status).toBe(2);
});
