import { describe, expect, test } from 'vitest';
import { BadOption, readOptions } from './options.ts';
import { mutateAll } from './patterns.ts';
import { drawLines, isOn } from './sample.ts';
import { isOf, summary, type Tried } from './summary.ts';

function tried(file: string, status: string, line = 1): Tried {
  return {
    fileName: `/somewhere/copy/crdt/src/${file}.ts`,
    status,
    mutatorName: 'BooleanLiteral',
    replacement: 'true',
    location: { start: { line, column: 3 }, end: { line } },
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
    const wider = { ...one, location: { ...one.location, end: { line: 8 } } };
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

  test('is a share for each file and for all, and where each survivor is', () => {
    const text = summary(results, false);
    expect(text).toMatch(/tally\/row\.ts:7:3 BooleanLiteral: true/);
    expect(text).toMatch(/hub\/hub\.ts:9:3 BooleanLiteral \(no test comes here\): true/);
    expect(text).toMatch(/66\.7 % +2\/3 +tally\/row/);
    expect(text).toMatch(/0\.0 % +0\/1 +hub\/hub/);
    expect(text).toMatch(/50\.0 % +2\/4 +all/);
    expect(summary(results, true)).not.toMatch(/BooleanLiteral/);
  });

  test('is of nothing but what was asked for', () => {
    const of = (source: string) => results.filter(isOf([source])).length;
    expect([of('crdt/src/tally'), of('crdt/src/hub/hub.ts'), of('crdt/src/hu')]).toEqual([4, 1, 0]);
  });
});
