import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PoolId } from '@tallystick/crdt';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log.ts';
import { LevelFile } from './level-file.ts';
import { Levels } from './levels.ts';

const log = createLog('levels', 'silent');
const item = (pool: string, n: number) => ({ pool: pool as PoolId, onHand: n, available: n });

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-levels-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'levels.db');
}

function opened(path: string): { levels: Levels; file: LevelFile } {
  const levels = new Levels();
  const file = new LevelFile(path, levels, log);
  onTestFinished(() => file.close());
  return { levels, file };
}

test('what was saved is there after a process that ended without a word, with its age', () => {
  const path = fresh();
  const before = opened(path);
  expect(before.levels.asOfMs).toBeNull();
  const pools = Array.from({ length: 700 }, (_, i) => item(`SKU${i}@a`, i));
  before.levels.apply({ kind: 'levels', asOfMs: 5_000, items: pools });
  // A piece alone is no whole word: its age is said with the last one.
  expect(before.file.save()).toBe(true);
  expect(opened(path).levels.asOfMs).toBeNull();
  expect(before.file.save()).toBe(false);
  before.levels.apply({ kind: 'levels', asOfMs: 6_000, items: [item('SKU1@a', 99)] });
  before.file.save();
  const after = opened(path);
  expect(after.levels.asOfMs).toBe(6_000);
  expect(after.levels.of('SKU1')).toEqual([item('SKU1@a', 99)]);
  expect(after.levels.pools).toHaveLength(700);
});

test('a new age alone is written now and then, and at the end', () => {
  const path = fresh();
  const one = opened(path);
  one.levels.apply({ kind: 'levels', asOfMs: 20_000, items: [] });
  one.file.save();
  one.levels.apply({ kind: 'levels', asOfMs: 25_000, items: [] });
  one.file.save();
  expect(opened(path).levels.asOfMs).toBe(20_000);
  one.file.close();
  expect(opened(path).levels.asOfMs).toBe(25_000);
});

test('where the clock above was ahead and is put right, levels do not stay young for ever', () => {
  const { levels } = opened(fresh());
  for (const [asOfMs, wanted] of [
    [9_000_000, 9_000_000],
    [8_999_000, 9_000_000],
    [1_000, 1_000],
  ] as const) {
    levels.apply({ kind: 'levels', asOfMs, items: [] });
    expect(levels.asOfMs).toBe(wanted);
  }
});

test('a damaged file is begun anew', () => {
  const path = fresh();
  writeFileSync(path, 'this is no database, and longer than a header of one '.repeat(100));
  const one = opened(path);
  one.levels.apply({ kind: 'levels', asOfMs: 1, items: [item('LAMP@a', 3)] });
  one.file.close();
  expect(opened(path).levels.of('LAMP')).toEqual([item('LAMP@a', 3)]);
});
