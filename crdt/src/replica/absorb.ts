/**
 * Absorbing: one replica run by several processes on one journal, as the authority is.
 *
 * Whoever lost the race for a commit puts its turn back, folds what the winner wrote,
 * and decides anew. The same fold serves, so both memories say what the books say.
 */
import { decodeEntry } from '../entry/codec.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { splitEntries } from '../wire/slices.ts';
import type { Replica } from './replica.ts';
import { newHead, type Stream, type StreamHead } from './stream.ts';

export interface CaughtUp {
  readonly runs: readonly {
    readonly writer: WriterId;
    readonly via: ReplicaId | null;
    readonly bytes: Uint8Array;
  }[];
  /** Heads as they are now, where entries alone do not say all: fences, ways, marks. None before the last runs. */
  readonly heads: readonly WriterHead[];
  /** Those among them that stand before all that was ever heard of their writer (F6): also with the runs before the last. */
  readonly accounts?: readonly WriterHead[];
}

interface WriterHead {
  readonly writer: WriterId;
  readonly head: StreamHead;
}

/** No entry says that it was shut out (F3, F6): what comes late of it has to find it so (T8). */
function isLost({ fence }: StreamHead): boolean {
  return fence?.seq === 0 && fence.reason !== 'branch';
}

/** Takes in what another process of this same replica made durable; the open turn must be empty. */
export function absorb(replica: Replica, { runs, heads, accounts = heads }: CaughtUp): void {
  const { ledger, hub } = replica;
  const { past } = replica.moving.places;
  const before = ledger.hasLife ? ledger.self : undefined;
  const lost = accounts.filter(({ writer, head }) => isLost(head) && !ledger.streams.has(writer));
  for (const {
    writer,
    head: { kind, parent, via, fence },
  } of lost)
    ledger.addStream(writer, { ...newHead(kind, parent, via), fence });
  const known = new Set(ledger.streams.keys());
  for (const { writer, via, bytes } of runs) {
    for (const view of splitEntries(bytes)) {
      const entry = decodeEntry(view);
      ledger.absorb(writer, { entry, bytes: view, hash: ledger.hash(view) }, via);
      hub.absorbed(entry);
      // What is said after a fence counts by it (T8): which words from below the other process believed, and when, it
      // says in own entries. Of others this one may have to decide itself.
      if (via !== null && entry.body.type === 'fenced') hub.early.isEarly(entry.writer, entry.body);
    }
  }
  ledger.keep();
  hub.totals.keep();
  for (const { writer, head } of heads) {
    const stream = ledger.streams.get(writer);
    if (stream === undefined) continue;
    const wasFenced = stream.head.fence !== null;
    Object.assign(stream.head, head);
    hub.totals.onHead(stream);
    hub.totals.keep();
    if (!wasFenced && head.fence !== null) hub.absorbedFence(stream);
    if (stream.head.via !== null) hub.tell(replicaOf(writer), stream);
    past.heard(stream);
    if (known.has(writer)) past.spokenOf(stream);
    else past.firstSpokenOf(stream);
  }
  for (const { writer } of lost) hub.absorbedFence(ledger.streams.get(writer) as Stream);
  // Another process began a new life in their name.
  if (before !== undefined && before !== ledger.self) replica.meetAnew();
}
