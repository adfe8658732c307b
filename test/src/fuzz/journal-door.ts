/**
 * Door 3, the journal: a data folder whose bytes were changed while nobody looked.
 *
 * Whoever opens it either hears in plain words what is wrong, or is told the truth: `verify`
 * finds nothing and everything is as it was written, or the agent goes on as a new writer
 * without rights. No error without a name, and never one unit more than there was.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent, SqliteJournal } from '@tallystick/store-agent';
import { Prng } from '../sim/prng.ts';
import { type Door, nameOf, type Tally } from './door.ts';
import {
  type Files,
  type JournalSample,
  journalSample,
  openAgentIn,
  openJournalIn,
  tell,
  withLists,
  writeFiles,
} from './journal-sample.ts';
import { mutate, noise } from './mutate.ts';

const PAGE_BYTES = 4096;

/** Errors that are written for the person who has to mend something. */
const PLAIN_ERRORS: ReadonlySet<string> = new Set(['JournalError', 'ConfigError']);

export function journalDoor(): Door {
  let sample: JournalSample | undefined;
  const root = mkdtempSync(join(tmpdir(), 'tallystick-fuzz-'));
  return {
    name: 'journal',
    async run(seed, tally) {
      sample ??= await journalSample();
      const prng = new Prng(seed, 'journal');
      const { files, what } = damaged(prng, sample);
      const folder = join(root, String(seed));
      writeFiles(folder, files);
      try {
        if (prng.chance(0.4)) await openAgent(folder, sample, what, seed, tally);
        else await openJournal(folder, sample, what, seed, tally);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** One file of the folder is changed, or nothing at all. */
function damaged(prng: Prng, sample: JournalSample): { files: Files; what: string } {
  const isRunning = prng.chance(0.4);
  const files = new Map(isRunning ? sample.running : sample.stopped);
  const what = prng.weighted({
    'journal.db': 8,
    'journal.db-wal': isRunning ? 6 : 0,
    witness: 2,
    nothing: 1,
  });
  const bytes = files.get(what);
  if (bytes !== undefined) files.set(what, change(prng, bytes, sample));
  return { files, what };
}

function change(prng: Prng, bytes: Uint8Array, { earlier }: JournalSample): Uint8Array {
  const copy = bytes.slice();
  const pages = Math.max(1, Math.floor(copy.length / PAGE_BYTES));
  const page = prng.below(pages) * PAGE_BYTES;
  switch (prng.below(9)) {
    case 0:
      return copy.subarray(0, prng.chance(0.5) ? page : prng.below(copy.length));
    case 1:
      return copy.fill(0, page, page + PAGE_BYTES);
    case 2:
      // A write that never reached the disk: the page is what it was before.
      copy.set(earlier.subarray(page, page + PAGE_BYTES), page);
      return copy;
    case 3:
      // A write that went to the wrong place.
      copy.copyWithin(page, prng.below(pages) * PAGE_BYTES, prng.below(pages) * PAGE_BYTES + PAGE_BYTES);
      return copy;
    case 4:
      copy.set(noise(prng, 100), prng.below(Math.max(1, copy.length - 100)));
      return copy;
    case 5:
      // The file's own header, and those of its pages: what SQLite steers by.
      return flipped(prng, copy, page, page === 0 ? 100 : 12);
    case 6:
      return inWords(prng, copy);
    case 7:
      return mutate(prng, copy);
    default:
      return flipped(prng, copy, 0, copy.length);
  }
}

function flipped(prng: Prng, bytes: Uint8Array, from: number, size: number): Uint8Array {
  for (let left = 1 + prng.below(3); left > 0; left -= 1) {
    const at = Math.min(bytes.length - 1, from + prng.below(size));
    if (at >= 0) bytes[at] = (bytes[at] as number) ^ (1 << prng.below(8));
  }
  return bytes;
}

/** Near a word that means something, so that a row or an entry is hit and not free space. */
function inWords(prng: Prng, bytes: Uint8Array): Uint8Array {
  const word = prng.pick([
    'lamp@berlin',
    'bulb-',
    'h-1',
    'b1',
    'c-1',
    'd-berlin',
    's-2',
    'till.1.',
    'berlin.1.',
  ]);
  const places: number[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = buffer.indexOf(word); at >= 0; at = buffer.indexOf(word, at + 1)) places.push(at);
  if (places.length === 0) return flipped(prng, bytes, 0, bytes.length);
  return flipped(prng, bytes, Math.max(0, prng.pick(places) - 16), 48);
}

function refused(error: unknown, what: string, seed: number, tally: Tally): void {
  tally.refuse();
  const isPlain = error instanceof Error && PLAIN_ERRORS.has(error.name);
  if (!isPlain) tally.find(seed, `${what} damaged: ${nameOf(error)}`);
}

async function openJournal(
  folder: string,
  sample: JournalSample,
  what: string,
  seed: number,
  tally: Tally,
): Promise<void> {
  let journal: SqliteJournal | undefined;
  try {
    journal = openJournalIn(folder);
    const loaded = journal.load();
    const report = await journal.verify();
    if (loaded.alarms.length > 0 || !report.ok) return tally.refuse();
    const told = tell(withLists(loaded), journal.view);
    tally.accept();
    // The log may end early, and a file cut to nothing is a new one: the witness tells both, and it
    // is the agent that asks it.
    const isShort = told.get('position') !== sample.truth.get('position') && what === 'journal.db-wal';
    const isNew = told.get('position') === '0';
    if (!isShort && !isNew) compare(told, sample, 'verify finds nothing, but', what, seed, tally);
  } catch (error) {
    refused(error, what, seed, tally);
  } finally {
    journal?.close();
  }
}

async function openAgent(
  folder: string,
  sample: JournalSample,
  what: string,
  seed: number,
  tally: Tally,
): Promise<void> {
  let agent: Agent;
  try {
    agent = openAgentIn(folder);
  } catch (error) {
    return refused(error, what, seed, tally);
  }
  try {
    const { ledger } = agent.engine.replica;
    const goesOn = ledger.hasLife && ledger.self.writer === sample.writer;
    // Another writer has no rights of its own: it is the parent that knows what the former one had.
    if (!goesOn) return tally.refuse();
    const { awaitsFormerLives, holds, view } = ledger;
    const stored = {
      self: ledger.self.writer,
      awaitsFormerLives,
      position: ledger.position,
      streams: [...ledger.streams.values()],
      holds: [...holds],
    };
    const told = tell(stored, view);
    tally.accept();
    // Reading every entry would take minutes: that is what `verify` is for.
    told.set('entries', sample.truth.get('entries') as string);
    compare(told, sample, 'the agent goes on, but', what, seed, tally);
  } catch (error) {
    refused(error, what, seed, tally);
  } finally {
    await agent.stop();
  }
}

function compare(
  told: ReadonlyMap<string, string>,
  { truth }: JournalSample,
  how: string,
  what: string,
  seed: number,
  tally: Tally,
): void {
  const parts = new Set<string>();
  for (const [key, value] of truth) if (told.get(key) !== value) parts.add(key.replace(/ .*/, ''));
  for (const key of told.keys()) if (!truth.has(key)) parts.add(key.replace(/ .*/, ''));
  for (const part of parts) tally.find(seed, `${what} damaged: ${how} ${part} differs`);
}
