/** Entries after: a chain read on from a point, from the journal and then from the open turn. */
import { decodeEntry } from '../entry/codec.ts';
import type { Entry } from '../entry/entry.ts';
import { splitEntries } from '../wire/slices.ts';
import type { Ledger } from './ledger.ts';
import type { Stream } from './stream.ts';

/** One look into a chain reads so much at a time. */
const READ_BYTES = 262_144;

/** The entries of a stream behind `seq`, without those that were pruned. */
export function* entriesAfter(ledger: Ledger, stream: Stream, seq: number): Iterable<Entry> {
  let at = seq;
  while (at < stream.durableSeq) {
    const slice = ledger.view.readWriter(stream.writer, at, READ_BYTES);
    if (slice.to <= at) break;
    for (const bytes of splitEntries(slice.bytes)) yield decodeEntry(bytes);
    at = slice.to;
  }
  for (at = Math.max(at, stream.durableSeq); at < stream.head.seq; at += 1) {
    const entry = ledger.entryAt(stream.writer, at + 1);
    if (entry !== undefined) yield entry;
  }
}
