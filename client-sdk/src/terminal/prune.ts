/** Prune: a till in a browser lets go of old turns, by the rules of a shop's journal (D7), in one transaction a step. */

import { sameBytes } from '@tallystick/crdt';
import {
  type JournalImage,
  type LogBase,
  noteSettled,
  rebase,
  type SettledNote,
} from '@tallystick/crdt/host';
import { BASE, FACTS, TURNS } from './database.ts';
import { completionOf, type Database, resultOf } from './indexed-db.ts';
import { sha256 } from './sha256.ts';

export interface PruneOptions {
  /** This device's wall clock. */
  readonly nowMs: number;
  /** Entries younger than this stay: the longer of the authority's restore window and the till's own. */
  readonly retentionMs: number;
}

export interface Pruned {
  readonly entries: number;
  readonly base: LogBase | undefined;
  /** The step reached its bound; there may be more to let go. */
  readonly more: boolean;
}

/** Documents younger than this stay: clients retry, and tills that were in a drawer come back, within a season. */
const DOCUMENT_RETENTION_MS = 90 * 86_400_000;
/** Of one step, so that no sale waits behind it for longer than about 50 ms. */
const TURNS_MAX = 500;
const NOTES = 'settled notes';

export async function pruneStep(
  database: Database,
  image: JournalImage,
  base: LogBase | undefined,
  { nowMs, retentionMs }: PruneOptions,
): Promise<Pruned> {
  const olderThanMs = nowMs - retentionMs;
  const longSettled = await settledLongAgo(database, image, nowMs, olderThanMs);
  const after = base?.turns ?? 0;
  const store = database.transaction([TURNS], 'readonly').objectStore(TURNS);
  const records = await resultOf(store.getAll(behind(after), TURNS_MAX));
  const rebased = rebase(
    base,
    records as Parameters<typeof rebase>[1],
    {
      head: (writer) => image.heads.get(writer),
      longSettled: (writer) => longSettled.get(writer) ?? 0,
      olderThanMs,
      documentsOlderThanMs: nowMs - Math.max(DOCUMENT_RETENTION_MS, retentionMs),
    },
    sha256,
  );
  if (rebased === undefined) return { entries: 0, base, more: false };
  const transaction = database.transaction([TURNS], 'readwrite', { durability: 'strict' });
  const turns = transaction.objectStore(TURNS);
  turns.put(rebased.base, BASE);
  turns.delete(behind(after, rebased.base.turns));
  await completionOf(transaction);
  image.prune(rebased);
  return { entries: rebased.entries, base: rebased.base, more: rebased.base.turns - after === TURNS_MAX };
}

async function settledLongAgo(database: Database, image: JournalImage, nowMs: number, sinceMs: number) {
  const facts = database.transaction([FACTS], 'readonly').objectStore(FACTS);
  const before = ((await resultOf(facts.get(NOTES))) ?? []) as SettledNote[];
  // L4: where the authority settled another hash than the one here, nothing is let go.
  const ours = [...image.heads].flatMap(([writer, head]) => {
    const hash = image.hashAt(writer, Math.min(head.settled.seq, head.seq));
    return hash !== undefined && sameBytes(hash, head.settled.hash) ? [{ writer, head }] : [];
  });
  const { notes, longSettled } = noteSettled(before, ours, nowMs, sinceMs, image);
  if (JSON.stringify(notes) !== JSON.stringify(before)) {
    const transaction = database.transaction([FACTS], 'readwrite', { durability: 'strict' });
    transaction.objectStore(FACTS).put(notes, NOTES);
    await completionOf(transaction);
  }
  return longSettled;
}

/** Keys behind a number, up to another; texts, which come after all numbers, left out. */
export function behind(after: number, upTo = Number.MAX_SAFE_INTEGER): unknown {
  const { IDBKeyRange } = globalThis as unknown as {
    IDBKeyRange: { bound(low: number, high: number, lowOpen: boolean): unknown };
  };
  return IDBKeyRange.bound(after, upTo, true);
}
