/**
 * Recovery: what an authority waits for after its books were put back (F6).
 *
 * Its former life went on in entries that are gone. Each child remembers what it took
 * from that life and sent to it, and stands in the new life's books with all of it once
 * its entry arrives that names the new life as its parent. Only when every child has
 * said so much is it known what the former life still held.
 */

import { type FenceReason, NO_HASH } from '../entry/entry.ts';
import { incarnationOf, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from './ledger.ts';
import { newHead, type Stream, type StreamHead } from './stream.ts';

/** What is written of a life of which no entry is left to say it. */
const KIND_UNKNOWN = 'store';

/** Whether this is an ended life of the authority itself, whose settler nobody above can be. */
export function isOwnPast(ledger: Ledger, stream: Stream): boolean {
  const { self } = ledger;
  return self.head.parent === null && stream !== self && replicaOf(stream.writer) === replicaOf(self.writer);
}

/**
 * Who has not yet told this life of the authority what it took from the life before (F6): children of whichever of the two, whoever
 * was given another place and has not spoken there, and those of whose lives nothing but their name stands in these books.
 *
 * @param named writers of whom somebody speaks; those that are known here do no harm.
 */
export function unheard(ledger: Ledger, named: Iterable<WriterId> = namesIn(ledger)): ReplicaId[] {
  const { self } = ledger;
  if (self.head.parent !== null) return [];
  const newest = new Map<ReplicaId, Stream>();
  for (const stream of ledger.streams.values()) {
    const replica = replicaOf(stream.writer);
    const known = newest.get(replica);
    if (known === undefined || isNewer(stream, known)) newest.set(replica, stream);
  }
  const missing = new Set<ReplicaId>();
  for (const [replica, { head }] of newest)
    if (mayHaveTaken(ledger, replica, head) && !hasSpoken(head, self.writer)) missing.add(replica);
  for (const writer of named)
    if (!ledger.streams.has(writer) && isAwaited(ledger, newest, replicaOf(writer)))
      missing.add(replicaOf(writer));
  return [...missing];
}

/** Who was given to it in that time is its child too, and may have taken from it; so may who was given away (F3a). */
function mayHaveTaken(ledger: Ledger, replica: ReplicaId, { via, parent }: Stream['head']): boolean {
  const me = replicaOf(ledger.self.writer);
  if (replica === me) return false;
  const named = parent === null ? undefined : replicaOf(parent);
  const place = ledger.parentOf(replica);
  // As long as it names a life of this authority as its parent, what it took there may be on its way. Of who has not
  // spoken where the registry puts it, nobody here can tell where else it was meanwhile.
  return named === me || via === replica || place === me || (place !== undefined && place !== named);
}

/**
 * Whether nobody would wait for this replica any more if it were given this parent, although it has not spoken: the one
 * that these books remember. What it took of the authority where it stands now is in none of them (F3a, F6).
 */
export function isForgottenAt(ledger: Ledger, replica: ReplicaId, parent: ReplicaId): boolean {
  const lives = ledger.livesOf(replica);
  const isRemembered = lives.some(({ head }) => head.parent !== null && replicaOf(head.parent) === parent);
  return isRemembered && parent !== replicaOf(ledger.self.writer) && unheard(ledger, []).includes(replica);
}

/**
 * A life of it is unknown here, and may be told yet: its replica is registered and was never heard of, or is, and has not
 * joined this life. Once it has, nobody on the way up has more to tell (`forgotten-lives.ts`).
 */
function isAwaited(ledger: Ledger, newest: ReadonlyMap<ReplicaId, Stream>, replica: ReplicaId): boolean {
  if (replica === replicaOf(ledger.self.writer)) return false;
  const life = newest.get(replica);
  if (life === undefined) return ledger.parentOf(replica) !== undefined;
  const { fence } = life.head;
  return fence === null ? !hasJoined(ledger, life) : fence.reason === 'superseded';
}

/** It names a life that lives as its parent, that one does too, and so on up to this life of the authority. */
export function hasJoined({ self, streams }: Ledger, living: Stream): boolean {
  const seen = new Set<Stream>();
  for (let at: Stream | undefined = living; at !== undefined && !seen.has(at); ) {
    if (at === self) return true;
    if (at.head.fence !== null || at.head.parent === null) return false;
    seen.add(at);
    at = streams.get(at.head.parent);
  }
  return false;
}

function isNewer(stream: Stream, known: Stream): boolean {
  const by = incarnationOf(stream.writer) - incarnationOf(known.writer);
  return by > 0 || (by === 0 && stream.head.fence === null);
}

function hasSpoken({ fence, parent }: Stream['head'], self: WriterId): boolean {
  if (fence === null) return parent === self;
  // Its next life said hello, and its entries are still on their way.
  return fence.reason !== 'superseded' || parent === self;
}

/**
 * A child speaks of a life of this authority that is in none of its books: it began after
 * their image. It has no entries any more, but an account: what its neighbours say of it.
 */
export function noteLostLife(ledger: Ledger, named: WriterId | null): void {
  const { self } = ledger;
  if (named === null || self.head.parent !== null || ledger.streams.has(named)) return;
  if (replicaOf(named) !== replicaOf(self.writer)) return;
  addLost(ledger, named, newHead(self.head.kind, null, null), 'rollback');
}

/**
 * A replica is given up, and others speak of a life of it that began after the image of the authority's
 * books: nobody is left to tell what it did, and it has an account in the same way.
 *
 * @param like one of its lives; undefined where the books forgot them all, and the registry alone knows of it.
 * @param way below which child the registry puts it; undefined where it does not say.
 */
export function giveUpNamed(
  ledger: Ledger,
  replica: ReplicaId,
  like: Stream | undefined,
  way: ReplicaId | undefined,
): void {
  const { self } = ledger;
  if (self.head.parent !== null) return;
  const isForgotten = like === undefined && way !== undefined && isLeftAlone(ledger, replica);
  const head = like?.head ?? (isForgotten ? newHead(KIND_UNKNOWN, self.writer, way) : undefined);
  if (head === undefined) return;
  const isNews = (named: WriterId) => replicaOf(named) === replica && !ledger.streams.has(named);
  for (const named of new Set(namesIn(ledger)))
    if (isNews(named)) addLost(ledger, named, newHead(head.kind, head.parent, head.via), 'retired');
}

/**
 * Nothing is known of it, and whoever the registry puts between it and the authority was shut out: as long as one of
 * them lives, or may yet speak here, that one answers for it (F5), and may have taken back already what it had.
 */
function isLeftAlone(ledger: Ledger, replica: ReplicaId): boolean {
  if (ledger.livesOf(replica).length > 0) return false;
  const root = replicaOf(ledger.self.writer);
  for (let at = ledger.parentOf(replica); at !== undefined && at !== root; at = ledger.parentOf(at)) {
    const lives = ledger.livesOf(at);
    if (lives.length === 0 || lives.some(({ head }) => head.fence === null)) return false;
  }
  return true;
}

/** An account of a life of which no entry is left. */
export function addLost(ledger: Ledger, writer: WriterId, head: StreamHead, reason: FenceReason): Stream {
  head.fence = { seq: 0, hash: NO_HASH, reason };
  return ledger.addStream(writer, head);
}

/** Everybody to whom somebody sent units, or from whom somebody took them, or took them back. */
export function* namesIn(ledger: Ledger): Iterable<WriterId> {
  for (const stream of ledger.streams.values())
    for (const [, { sent, took, reclaimed }] of stream.rows())
      for (const cells of [sent, took, reclaimed]) for (const { writer } of cells) yield writer;
}
