import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { changedLine, type Explanation, explanationsOf } from './explained.ts';
import { BadOption, readOptions } from './options.ts';
import { mutateAll, stillKnown } from './patterns.ts';
import { drawLines, isOn } from './sample.ts';
import { findingsOf, isOf, summary, type Tried } from './summary.ts';

function tried(file: string, status: string, line = 1): Tried {
  return {
    fileName: `/somewhere/copy/crdt/src/${file}.ts`,
    status,
    mutatorName: 'BooleanLiteral',
    replacement: 'true',
    location: { start: { line, column: 3 }, end: { line, column: 8 } },
  };
}

describe('what is asked for', () => {
  test('names folders and files of the core, with or without the way to them', () => {
    const { sources } = readOptions(['--only', 'tally, replica/ledger,crdt/src/hub/hub.ts']) as never;
    expect(sources).toEqual(['crdt/src/tally', 'crdt/src/replica/ledger.ts', 'crdt/src/hub/hub.ts']);
    expect(mutateAll(['crdt/src/tally', 'crdt/src/replica/ledger.ts']).slice(0, 2)).toEqual([
      'crdt/src/tally/**/*.ts',
      'crdt/src/replica/ledger.ts',
    ]);
  });

  test('names tests of the core, one by one or by folders', () => {
    expect(readOptions(['--tests', 'hub, replica/uplink'])).toMatchObject({
      tests: ['crdt/src/hub/**/*.test.ts', 'crdt/src/replica/uplink.test.ts'],
    });
    expect(readOptions([])).toMatchObject({ tests: undefined });
  });

  test.each([
    ['--only=nowhere'],
    ['--tests=nowhere'],
    ['--workers=0'],
    ['--workers=many'],
    ['--wat'],
    ['--sample=0'],
    ['--sample=101'],
    ['--sample=some'],
    ['--sample=5', '--seed=-1'],
    ['--sample=5', '--survivors'],
  ])('%s makes no sense', (...args) => {
    expect(() => readOptions(args)).toThrow(BadOption);
  });
});

describe('a sample', () => {
  const sources = ['crdt/src/tally'];

  test('is drawn by its seed, and is about as large as was asked for', () => {
    const ten = drawLines(sources, { percent: 10, seed: 1 });
    expect(drawLines(sources, { percent: 10, seed: 1 })).toEqual(ten);
    expect(drawLines(sources, { percent: 10, seed: 2 })).not.toEqual(ten);
    const all = drawLines(sources, { percent: 100, seed: 1 });
    expect(all).toEqual(expect.arrayContaining(ten));
    expect(ten.length / all.length).toBeGreaterThan(0.05);
    expect(ten.length / all.length).toBeLessThan(0.15);
    expect(all.some((line) => /test/.test(line))).toBe(false);
  });

  test('has the mutants that are on its lines from end to end', () => {
    const one = tried('tally/row', 'Killed', 7);
    const wider = { ...one, location: { ...one.location, end: { line: 8, column: 1 } } };
    expect([one, wider, tried('tally/row', 'Killed', 8)].filter(isOn(['crdt/src/tally/row.ts:7-7']))).toEqual(
      [one],
    );
  });
});

describe('what is told', () => {
  const results = [
    tried('tally/row', 'Killed'),
    tried('tally/row', 'Timeout'),
    tried('tally/row', 'Survived', 7),
    tried('tally/row', 'Ignored'),
    tried('hub/hub', 'NoCoverage', 9),
  ];

  const source = `${'\n'.repeat(6)}  false;\n\n  false;\n`;
  const why = (file: string): Explanation[] =>
    file === 'tally/row' ? [{ why: 'both say the same', mutants: [['false;', 'true;']] }] : [];

  test('is a share for each file and for all, and each survivor that nothing explains', () => {
    const text = summary(
      findingsOf(results, () => source, why),
      false,
    );
    expect(text).toMatch('hub/hub.ts:9 BooleanLiteral (no test comes here)\n  - false;\n  + true;');
    expect(text).not.toMatch('tally/row.ts:7');
    expect(text).toMatch(/66\.7 % +2\/3 +tally\/row, of 1 survivors 1 explained/);
    expect(text).toMatch(/0\.0 % +0\/1 +hub\/hub, of 1 survivors 0 explained/);
    expect(text).toMatch(/50\.0 % +2\/4 +all, of 2 survivors 1 explained/);
    expect(
      summary(
        findingsOf(results, () => source, why),
        true,
      ),
    ).not.toMatch(/BooleanLiteral/);
  });

  test('names what reaches over several lines by the first, with its end behind it', () => {
    const { location, ...rest } = tried('tally/row', 'Survived');
    const wide = { start: { line: 1, column: 6 }, end: { line: 3, column: 2 } };
    expect(changedLine('  if {\n    one();\n}, two', { ...rest, location: wide, replacement: '{}' })).toEqual(
      ['if {', 'if {}, two'],
    );
    expect(location).not.toEqual(wide);
  });

  test('is of nothing but what was asked for', () => {
    const of = (source: string) => results.filter(isOf([source])).length;
    expect([of('crdt/src/tally'), of('crdt/src/hub/hub.ts'), of('crdt/src/hu')]).toEqual([4, 1, 0]);
  });
});

test('of a file that has changed since it was tried, or is gone, nothing is known any more', () => {
  const mutants = [
    {
      status: 'Survived',
      mutatorName: 'BooleanLiteral',
      location: { start: { line: 1, column: 1 }, end: { line: 1, column: 5 } },
    },
  ];
  const files = {
    'crdt/src/hub/hub.ts': { source: 'true', mutants },
    'crdt/src/hub/heads.ts': { source: 'false', mutants },
    'crdt/src/hub/gone.ts': { source: 'true', mutants },
  };
  const now: Record<string, string> = { 'crdt/src/hub/hub.ts': 'true', 'crdt/src/hub/heads.ts': 'true' };
  const { tried, changed } = stillKnown(files, (fileName) => now[fileName]);
  expect(tried.map(({ fileName }) => fileName)).toEqual(['crdt/src/hub/hub.ts']);
  expect(changed).toEqual(['crdt/src/hub/heads.ts', 'crdt/src/hub/gone.ts']);
});

describe('what is explained', () => {
  const files = readdirSync(new URL('./explained/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''));

  test.each(files)('of %s stands there, once each, with a reason', (file) => {
    const lines = readFileSync(new URL(`../../../crdt/src/${file}.ts`, import.meta.url), 'utf8')
      .split('\n')
      .map((line) => line.trim());
    const said = explanationsOf(file);
    const pairs = said.flatMap(({ mutants }) => mutants.map((pair) => pair.join('\n')));
    expect(new Set(pairs).size).toBe(pairs.length);
    for (const { why, mutants } of said) {
      expect(why).toMatch(/\w/);
      for (const [line] of mutants) {
        expect(lines).toContain(line);
      }
    }
  });
});
