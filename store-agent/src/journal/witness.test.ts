import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder, writer } from './journal.test-kit.ts';
import { sha256 } from './runs.ts';
import { type Head, WITNESS_EVERY_MS, Witness } from './witness.ts';

const hash = (seq: number) => sha256(Uint8Array.of(seq));
const head = (seq: number, name = writer('berlin')): Head => ({ writer: name, seq, hash: hash(seq) });
const known = (_: unknown, seq: number) => hash(seq);

/** A witness of `said`, opened again as after a restart. */
function reopened(...said: Head[]): { witness: Witness; path: string } {
  const path = join(tempFolder(), 'witness');
  const before = Witness.open(path);
  for (const { writer: name, seq, hash: its } of said) {
    before.note(name, seq, its);
    before.flush();
  }
  before.close();
  return { witness: Witness.open(path), path };
}

test('[F1] a new witness has seen nothing and accuses nobody', () => {
  const { witness } = reopened();
  expect(witness.head).toBeUndefined();
  expect(witness.compare(undefined, known)).toBe('ok');
  expect(witness.compare(head(7), known)).toBe('ok');
});

test.each([
  ['the same head', head(7), 'ok'],
  ['a journal that came further after the last flush', head(9), 'ok'],
  ['a journal one entry behind', head(6), 'ahead'],
  ['another entry at the same place', { ...head(7), hash: hash(99) }, 'ahead'],
  ['a journal of a later life', head(1, writer('berlin', 2)), 'ok'],
  ['another journal of the same life number', head(9, writer('berlin', 1, 'b')), 'ahead'],
  ['no journal at all', undefined, 'ahead'],
] as const)('[F1] a witness of entry 7 against %s', (_, journal, expected) => {
  const { witness } = reopened(head(6), head(7));
  const hashAt = (_writer: unknown, seq: number) => (seq === journal?.seq ? journal.hash : hash(seq));
  expect(witness.compare(journal, hashAt)).toBe(expected);
});

test('[F1] a journal of an earlier life than the witness is the past', () => {
  const { witness } = reopened(head(3, writer('berlin', 2)));
  expect(witness.compare(head(50), known)).toBe('ahead');
});

test('[F1] is written at most every 100 ms, and at once before a frame leaves', () => {
  const { witness, path } = reopened();
  const onDisk = () => Witness.open(path).head?.seq;
  witness.note(writer('berlin'), 1, hash(1));
  expect(witness.flushIfDue(1_000)).toBe(true);
  witness.note(writer('berlin'), 2, hash(2));
  expect(witness.flushIfDue(1_000 + WITNESS_EVERY_MS - 1)).toBe(false);
  expect(onDisk()).toBe(1);
  expect(witness.flushIfDue(1_000 + WITNESS_EVERY_MS)).toBe(true);
  expect(onDisk()).toBe(2);
  witness.note(writer('berlin'), 3, hash(3));
  witness.flush();
  expect(onDisk()).toBe(3);
});

test('[F1] a torn write leaves the head before it', () => {
  const { path } = reopened(head(1), head(2), head(3));
  const bytes = readFileSync(path);
  expect(bytes).toHaveLength(8192);
  // Generation 3 lies in the second slot; a torn sector there leaves the one before.
  bytes[4096 + 40] = (bytes[4096 + 40] as number) ^ 0xff;
  writeFileSync(path, bytes);
  expect(Witness.open(path).head?.seq).toBe(2);
});
