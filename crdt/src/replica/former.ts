/**
 * Former lives: what this replica did before it was restored, as its parent remembers it (T8, F1).
 *
 * The entries are this replica's own words, so they are checked as a chain and
 * folded as they stand; they are the parent's already and are not sent up again.
 */
import { decodeEntry } from '../entry/codec.ts';
import { replicaOf } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { MalformedBytes } from '../wire/bytes.ts';
import type { Former } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import type { Ledger } from './ledger.ts';
import { newHead } from './stream.ts';

/** @returns false where the entries do not join on: then the past stays unknown and is asked for again. */
export function takeFormer(ledger: Ledger, frame: Former): boolean {
  try {
    for (const bytes of splitEntries(frame.entries)) {
      const entry = decodeEntry(bytes);
      if (entry.writer === ledger.self.writer) return false;
      if (replicaOf(entry.writer) !== replicaOf(ledger.self.writer)) return false;
      let stream = ledger.streams.get(entry.writer);
      if (stream === undefined) {
        if (entry.seq !== 1 || entry.body.type !== 'life') return false;
        const { kind, parent } = entry.body;
        const head = newHead(kind, parent, null);
        head.fence = { seq: 0, hash: entry.prevHash, reason: 'superseded' };
        stream = ledger.addStream(entry.writer, head);
      }
      if (entry.seq <= stream.head.seq) continue;
      const fits = entry.seq === stream.head.seq + 1 && sameBytes(entry.prevHash, stream.head.hash);
      // The image's own branch differs from what the parent has: F2's matter, not this frame's.
      if (!fits) return false;
      ledger.accept(stream, { entry, bytes: bytes.slice(), hash: ledger.hash(bytes) });
    }
    return true;
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}
