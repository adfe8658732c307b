/** Stays beside the books outlive the process and the books: F6. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger, Stream, WriterId } from '@tallystick/crdt';
import type { Log } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { StaysFile } from './stays-file.ts';

const life = (replica: string) => `${replica}.1.${'a'.repeat(32)}` as WriterId;
const hq = { hasLife: true, self: { writer: life('authority') } };
const till = { writer: life('till'), head: { parent: life('authority'), seq: 9, fence: null } } as Stream;
const empty = { ...hq, streams: new Map(), livesOf: () => [] as Stream[] } as unknown as Ledger;

const at = (ledger: Ledger) => ({ ledger });

test('[F6] a stay is on disk when it was noted; and a disk that fails is said, and tried again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-stays-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => warnings.push(message) } as unknown as Log;
  const open = () => StaysFile.open(folder, log);
  const first = open();
  first.note([till], at({ hasLife: false } as Ledger));
  expect(first.lacking(empty).missing).toEqual([]);
  first.note([till], at(empty));
  first.close();
  const second = open();
  expect(second.lacking(empty)).toEqual({ missing: ['till'], untold: [] });
  second.close();
  // Its file is closed: nothing can be written.
  second.note([{ ...till, writer: life('desk') } as Stream], at(empty));
  expect(warnings).toHaveLength(1);
  const third = open();
  expect(third.lacking(empty).missing).toEqual(['till']);
  third.close();
  // Somebody wrote over it.
  writeFileSync(join(folder, 'stays.db'), 'not a database'.repeat(500));
  const fourth = open();
  expect([fourth.lacking(empty).missing, warnings.length]).toEqual([[], 2]);
  fourth.close();
  expect(existsSync(join(folder, 'stays.db.damaged'))).toBe(true);
});
