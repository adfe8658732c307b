/**
 * Taking in: a child's stream, entry by entry, checked as if it came from an enemy (T2, T3, T6, L7).
 *
 * The order is the sender's durable order over all its writers. An entry that is
 * known is compared, never skipped; one that breaks a rule fences its writer, is
 * kept, and never stops those behind it.
 */
import { decodeSlice } from '../entry/decode-slice.ts';
import { type Entry, type FenceReason, type Hash, NO_HASH } from '../entry/entry.ts';
import { locationOf, type PoolId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { keepBranch } from '../replica/branches.ts';
import { saleOf } from '../replica/copies.ts';
import type { Directory } from '../replica/directory.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import { noteLostLife } from '../replica/recovery.ts';
import { exceedsOrder, exceedsSold, isDoneTwice } from '../replica/repeats.ts';
import { ABOVE, newHead, type Stream } from '../replica/stream.ts';
import type { WrittenEntry } from '../replica/writes.ts';
import { digestText } from '../tally/digest.ts';
import { forEachEffect } from '../tally/fold.ts';
import { isSound } from '../tally/guards.ts';
import { sameBytes } from '../tally/join.ts';
import { cellOf } from '../tally/row.ts';
import type { EarlyFences } from './early-fences.ts';
import { takeInFence } from './fences-said.ts';
import { isOnlyLife, newerLife, supersededBy } from './lives.ts';
import { isOtherHistory } from './other-history.ts';
import { mayBeHeardBelow } from './own-past.ts';
import type { Places } from './places.ts';
import type { Refused } from './refused.ts';
import { isTakenBackTwice } from './taken-back-twice.ts';

export interface TakeIn {
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly places: Places;
  readonly early: EarlyFences;
  readonly refused: Refused;
  readonly now: Now;
  /** The direct child whose stream this is. */
  readonly child: ReplicaId;
  /** Told of each entry that is new and counts as its writer's good word. */
  readonly onEntry: (entry: Entry) => void;
  /** Told of each writer that was fenced by what it said. */
  readonly onFence: (writer: WriterId, reason: FenceReason) => void;
  /** Told when a child's entry shows that this replica itself is the past (F1). */
  readonly onAheadOfMe: () => void;
}

export interface TakenIn {
  readonly writers: ReadonlySet<WriterId>;
  /** The sender breaks the protocol itself: its session ends, and nothing after this entry is taken in. */
  readonly problem: string | undefined;
  /** F2: the branches among the writers. */
  readonly branches: ReadonlySet<Stream>;
}

/** Applies a slice of a child's stream to the ledger's open turn. */
export function takeIn(context: TakeIn, slice: Uint8Array): TakenIn {
  const writers = new Set<WriterId>();
  const branches = new Set<Stream>();
  const { entries, problem: unreadable } = decodeSlice(slice);
  for (const { entry, bytes } of entries) {
    const problem = takeInEntry(context, entry, bytes, branches);
    writers.add(entry.writer);
    if (problem !== undefined) return { writers, problem, branches };
  }
  return { writers, problem: unreadable, branches };
}

function takeInEntry(
  context: TakeIn,
  entry: Entry,
  view: Uint8Array,
  branches: Set<Stream>,
): string | undefined {
  const { ledger } = context;
  const known = ledger.streams.get(entry.writer);
  const isAside = context.refused.isAside(entry.writer);
  const hash = ledger.hash(view);
  // Not even the life that it began stands here.
  if (known === undefined && isAside) return putAside(ledger, entry, view, hash);
  const stream = known ?? firstOf(context, entry);
  if (stream === undefined || typeof stream === 'string') return stream;
  const way = known === undefined ? 'as ever' : wayOf(context, stream);
  if (way === 'none' && !isOtherHistory(context, stream, entry.seq, hash))
    return passedOn(context, stream, entry.seq, hash);
  if (entry.seq <= stream.head.seq) {
    const held = ledger.hashOf(stream, entry.seq);
    // T3: compared, never skipped. What was pruned was settled long ago: nobody can disagree with effect.
    if (held === undefined || sameBytes(held, hash)) {
      // What its writer was said to have said by then may have come only now.
      if (entry.body.type === 'fenced') takeInFence(context, entry.writer, entry.body);
      return undefined;
    }
  }
  if (isAside) {
    fence(context, stream, 'malformed');
    return putAside(ledger, entry, view, hash);
  }
  // The frame's buffer goes back to the socket; what the journal keeps is a copy.
  const written: WrittenEntry = { entry, bytes: view.slice(), hash };
  const isNext = entry.seq === stream.head.seq + 1 && sameBytes(entry.prevHash, stream.head.hash);
  if (!isNext) {
    // A fenced writer's other history goes on where its chain has no place for it.
    const jump =
      entry.seq > stream.head.seq + 1
        ? `${entry.writer} jumps from entry ${stream.head.seq} to ${entry.seq}`
        : undefined;
    if (jump !== undefined && stream.head.fence === null) return jump;
    fence(context, stream, 'fork');
    const { position } = ledger;
    const branch = keepBranch(ledger, stream, written);
    if (branch !== undefined) {
      if (branch !== stream) branches.add(branch);
      if (ledger.position > position && branch.head.via !== context.child) context.places.past.heard(branch);
      // The life that follows has shut it out as well, and says so no more.
      if (entry.body.type === 'fenced') takeInFence(context, entry.writer, entry.body);
      return undefined;
    }
    // Its child may have let go of what lies between (D7), of which this replica is told from above (F1a, F3a).
    if (jump !== undefined && ledger.self.head.parent !== null) return jump;
    // F2: what joins no history that is known is kept aside, and nothing behind it waits. Somebody else may fill the gap.
    if (jump !== undefined) context.places.past.behindGap(stream, context.child, entry.seq);
    ledger.quarantine(written, 'fork');
    return undefined;
  }
  // F3a: its first new word that comes by the new way takes it there.
  if (way === 'new') context.places.arrived(replicaOf(entry.writer), context.child);
  if (stream.head.fence === null) {
    const wrong = context.refused.has(stream.writer) ? 'malformed' : ruleBroken(context, stream, entry);
    if (wrong !== undefined) fence(context, stream, wrong);
  }
  for (const named of lifeNames(entry.body)) noteLostLife(ledger, named);
  const isWhole = ledger.accept(stream, written);
  if (entry.seq === 1) for (const life of supersededBy(ledger, stream)) fence(context, life, 'superseded');
  if (entry.body.type === 'fenced') takeInFence(context, entry.writer, entry.body);
  if (stream.head.fence === null && !(isWhole && staysSound(stream, entry))) {
    // T6: the fence must come before the entry that breaks the rule, so the turn is put in that order.
    ledger.fenceBefore(stream, written, 'rights', context.now);
    context.onFence(stream.writer, 'rights');
  }
  const early = context.early.due(stream);
  if (early !== undefined) takeInFence(context, early.by, early.said);
  // What a writer says after its fence is kept and not trusted; nobody acts on it.
  if (stream.head.fence === null || entry.seq <= stream.head.fence.seq) context.onEntry(entry);
  if (stream.head.via !== context.child) context.places.past.heard(stream);
  return undefined;
}

/** T6: the journal does not take it as an entry. */
function putAside(ledger: Ledger, entry: Entry, view: Uint8Array, hash: Hash): undefined {
  ledger.quarantine({ entry, bytes: view.slice(), hash }, 'malformed');
}

/** The writers that an entry names as its writer's neighbours. */
function lifeNames(body: Entry['body']): readonly (WriterId | null)[] {
  if (body.type === 'took') return [body.from];
  if (body.type === 'sent') return [body.to];
  return body.type === 'life' || body.type === 'reparented' ? [body.parent] : [];
}

/**
 * L7: nobody speaks for a writer of another branch, or for this replica. Who was given another
 * parent (F3a) speaks by the new way that the registry names, and what it told its parents
 * before comes by the old. What comes late of a life that ended may come by any (F5), and
 * what was heard of who lives elsewhere is judged by who stands above both.
 */
function wayOf({ ledger, places, child }: TakeIn, stream: Stream): 'as ever' | 'new' | 'none' {
  // A replica speaks for itself alone; what it did in a life that ended, an old parent may know better.
  if (stream.head.via === null) return mayBeHeardBelow(ledger, stream) ? 'as ever' : 'none';
  if (stream.head.via === child) return 'as ever';
  const replica = replicaOf(stream.writer);
  if (places.leadsTo(replica, child)) return 'new';
  if (places.isOldWay(stream, child)) return 'as ever';
  const isLate = stream.head.fence !== null;
  const isHearsay = isLate || stream.head.via === ABOVE;
  return isHearsay && places.isRegistered(replica) ? 'as ever' : 'none';
}

/** What is known already does no harm; what is not, the writer itself brings by the way where it lives now. */
function passedOn(context: TakeIn, stream: Stream, seq: number, hash: Hash): string | undefined {
  const known = context.ledger.hashOf(stream, seq);
  const isKnown = known === undefined ? seq <= stream.head.seq : sameBytes(known, hash);
  const isNews = known === undefined && stream.head.via !== null;
  if (isKnown) return undefined;
  if (isNews && context.places.isRegistered(replicaOf(stream.writer))) {
    context.places.past.putOff(stream, context.child);
    return undefined;
  }
  return `${stream.writer} does not speak through ${context.child}`;
}

/**
 * An unknown writer must begin with its life, and come by the way it belongs to. What an old parent
 * heard of who lives elsewhere by now (F3a) is kept where nobody knows better; undefined where
 * the writer itself brings it by its new way.
 */
function firstOf(context: TakeIn, entry: Entry): Stream | string | undefined {
  const { ledger, child, places } = context;
  const replica = replicaOf(entry.writer);
  if (replica === replicaOf(ledger.self.writer)) return `${entry.writer} claims to be this replica`;
  const { parent } = ledger.self.head;
  // Whoever is this one's parent may have stood below that child, or does so by now; a root never did.
  if (parent !== null && replica === replicaOf(parent) && !places.isRegistered(replica))
    return `${entry.writer} claims to be the parent of this replica`;
  const isElsewhere = places.isRegistered(replica) && !places.leadsTo(replica, child);
  const known = ledger.livesOf(replica).find((life) => life.head.fence === null);
  const isAtHome = known === undefined || wayOf(context, known) !== 'none';
  // It ended before anybody here heard of it (F5).
  const late = isElsewhere ? newerLife(ledger, entry.writer) : undefined;
  if (!isAtHome && late === undefined) {
    if (!isElsewhere) return `${replica} belongs under ${known?.head.via}, not under ${child}`;
    // Once that one has ended, its replica may lack a life that the books forgot, or the end of it (F5, F6).
    if (known !== undefined) places.past.putOff(known, child);
    return undefined;
  }
  if (entry.seq !== 1 || entry.body.type !== 'life' || !sameBytes(entry.prevHash, NO_HASH))
    return isElsewhere ? undefined : `${entry.writer} does not begin with its life`;
  // What an old parent heard moves nobody: that does the first word that comes by the new way.
  const [life] = isElsewhere ? ledger.livesOf(replica) : [];
  const via = life?.head.via ?? places.wayToNew(replica, child);
  const stream = ledger.addStream(entry.writer, newHead(entry.body.kind, entry.body.parent, via));
  // A new life by a new way (F3a): its former ones are reached there too, and it shuts them out from there.
  if (via === child) places.arrived(replica, child);
  else places.past.firstSpokenOf(stream);
  return stream;
}

function fence(context: TakeIn, stream: Stream, reason: FenceReason): void {
  if (stream.head.fence !== null) return;
  context.ledger.fence(stream, reason, context.now);
  context.onFence(stream.writer, reason);
}

/** What can be seen before the entry is folded. */
function ruleBroken(context: TakeIn, stream: Stream, entry: Entry): FenceReason | undefined {
  const { ledger, directory } = context;
  const replica = replicaOf(stream.writer);
  const { body } = entry;
  if (isDoneTwice(ledger, stream, entry)) return 'fork';
  // All that can be known is known at the root; others may have pruned it, or hear of it later.
  const isRoot = ledger.self.head.parent === null;
  switch (body.type) {
    case 'took': {
      const sender = ledger.streams.get(body.from);
      if (sender === undefined && isRoot && !isHeardOf(context, body.from)) return 'false-took';
      for (const item of body.items) {
        const cell = sender && cellOf(sender.row(item.pool).sent, stream.writer);
        const sent = cell?.n ?? 0;
        // What a forked writer granted may stand in a history that nobody here has seen yet (F2), and
        // a life of this replica that was rolled back did more than is known here (F1, F6).
        if (sender === undefined || isDisputed(sender)) continue;
        if (item.seq > sender.head.seq) {
          // Not known yet; where the sender is this replica itself, this replica has forgotten it.
          if (sender !== ledger.self) continue;
          // A life that began in this run cannot have forgotten anything (F1).
          if (!ledger.isFromDisk) return 'false-took';
          context.onAheadOfMe();
          continue;
        }
        if (item.n > sent || (cell !== undefined && item.seq === cell.seq && item.n !== sent)) {
          return 'false-took';
        }
      }
      return undefined;
    }
    case 'cancelled': {
      const cancelled = { ...entry, body };
      if (isRoot && saleOf(ledger, stream.writer, cancelled) === undefined) return 'departed';
      return exceedsSold(ledger, stream.writer, cancelled) ? 'departed' : undefined;
    }
    case 'marked':
      if (entry.docId !== body.orderId) return 'malformed';
      // A former life may have sold it, in words that come later, or too late to be counted (T2, T8).
      if (!isRoot || !isOnlyLife(ledger, stream)) return undefined;
      return saleOf(ledger, stream.writer, { ...entry, body }) === undefined ? 'departed' : undefined;
    case 'returned':
    case 'shipped':
      if (isForeign(directory, replica, body.lines)) return 'foreign-pool';
      return exceedsOrder(ledger, body, body.type) ? 'departed' : undefined;
    case 'received':
    case 'counted':
    case 'lost':
      return isForeign(directory, replica, body.lines) ? 'foreign-pool' : undefined;
    case 'reclaimed':
      // F3: whether it was shut out by then is known for sure at its settler alone; who it is, at the root.
      if (body.writer === stream.writer) return 'rights';
      // Who is given a replica is told its past writer by writer, and may bring that of its settler first (T2).
      if (!isRoot) return undefined;
      return !isHeardOf(context, body.writer) || isTakenBackTwice(ledger, replica, body)
        ? 'rights'
        : undefined;
    case 'sent': {
      if (body.to === stream.writer) return 'rights';
      const parent = stream.head.parent;
      const isNeighbour = body.to === parent || ledger.streams.get(body.to)?.head.via === stream.head.via;
      // A grandchild that this replica has not heard of yet is named before its first entry arrives;
      // and a parent grants before it hears that a child was given away (F3a).
      const isKnownElsewhere =
        ledger.streams.has(body.to) && !context.places.isRegistered(replicaOf(body.to));
      return isNeighbour || !isKnownElsewhere ? undefined : 'foreign-pool';
    }
    case 'checkpoint':
      return digestText(stream.currentDigest()) === body.digest ? undefined : 'rows-differ';
    default:
      return undefined;
  }
}

/**
 * A life of a replica that is known, or of this one: an image that was put back may lack the life
 * itself. Of a former parent (F3a), or of a lost child, the first entry may come later than the word of it.
 */
function isHeardOf({ ledger, places }: TakeIn, writer: WriterId): boolean {
  const replica = replicaOf(writer);
  return places.isRegistered(replica) || ledger.livesOf(replica).length > 0;
}

/** Shut out as one that may have lived twice: its chain alone does not say what it granted. */
function isDisputed({ head }: Stream): boolean {
  return head.fence !== null && ['fork', 'rollback', 'superseded'].includes(head.fence.reason);
}

function isForeign(
  directory: Directory,
  replica: ReplicaId,
  lines: readonly { readonly pool: PoolId }[],
): boolean {
  return lines.some(({ pool }) => {
    const keeper = directory.keeperOf(locationOf(pool));
    return keeper !== undefined && keeper !== replica;
  });
}

/** T6, after the entry: only the pools that it changed can have become unsound. */
function staysSound(stream: Stream, entry: Entry): boolean {
  let sound = true;
  forEachEffect(entry.body, ({ pool }) => {
    if (sound && !isSound(stream.row(pool))) sound = false;
  });
  return sound;
}
