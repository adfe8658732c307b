/** Heads: what a child that says hello has, held against what stands here (L1, T8, F1a, F2). */
import { incarnationOf, type ReplicaId, replicaOf } from '../ids.ts';
import { copyOf, firstSeqOf, rootOf } from '../replica/branches.ts';
import { byNeed } from '../replica/by-need.ts';
import type { Ledger } from '../replica/ledger.ts';
import { NO_MARK, type Stream } from '../replica/stream.ts';
import { sameBytes } from '../tally/join.ts';
import { HEADS_MAX, type Hello, type Point } from '../wire/frames.ts';
import type { Child, Session } from './child.ts';
import { mayBeHeardBelow } from './own-past.ts';
import type { Places } from './places.ts';

/** What is said of one stream in the welcome, under the name that the child gives it. */
interface Said {
  readonly has: Point;
  readonly settled: Point;
}

interface Compared extends Said {
  /** The child has another history of this writer than the chain that stands here. */
  readonly isOther: boolean;
  /** Then: the last entry that both share, where it is known. */
  readonly sharedSeq?: number;
}

/**
 * Notes in the session what the child must be told: fences, and entries that it lacks of
 * its former lives and, where an image was put back, of the writers below it, who may
 * have pruned them. @returns what the welcome says this replica has, and what is settled.
 */
export function compareHeads(
  ledger: Ledger,
  session: Session,
  hello: Hello,
  places: Places,
): { readonly has: Point[]; readonly settled: Point[] } {
  const replica = replicaOf(hello.writer);
  const named = new Map(hello.heads.map((head) => [head.writer, head]));
  const dealers = places.dealersFor(replica);
  const has: Point[] = [];
  const settled: Point[] = [];
  const say = (compared: Said) => {
    if (has.length >= HEADS_MAX) return;
    has.push(compared.has);
    settled.push(compared.settled);
  };
  for (const stream of byNeed(ledger.streams, hello.writer)) {
    const isLife = replicaOf(stream.writer) === replica;
    const isBelow = stream.head.via === replica || places.wayTo(replicaOf(stream.writer)) === replica;
    const head = named.get(stream.writer);
    named.delete(stream.writer);
    // Of this replica itself a child is told no past: so much as it has is enough. Where it has more of a life
    // that ended, it may be the only one (F5).
    if (stream.head.via === null && !isLife) {
      const isAsked = head !== undefined && head.seq > stream.head.seq && mayBeHeardBelow(ledger, stream);
      const has = isAsked ? chainOf(stream).has : head;
      if (has !== undefined) say({ has, settled: { writer: has.writer, ...NO_MARK } });
      continue;
    }
    const isKnownThere = isLife || isBelow || head !== undefined;
    const isAwaited = () =>
      dealers.has(rootOf(ledger, stream).writer) || places.isCountedBelow(replica, stream);
    if (!isKnownThere && !isAwaited()) continue;
    // A welcome names so many at the most; the rest is compared as it comes.
    if (has.length >= HEADS_MAX) break;
    const compared = head === undefined ? chainOf(stream) : compare(ledger, stream, head);
    // How far the other history goes: without it, nobody would miss its end should that get lost (L2).
    if (compared.isOther && isLife && stream.writer !== hello.writer && has.length < HEADS_MAX - 1)
      has.push(chainOf(stream).has);
    say(compared.isOther ? compared : withFence(session, stream, compared));
    if (stream.head.fence !== null) session.fenced.add(stream.writer);
    // An image that was put back lacks entries of its children too, who may have pruned them.
    // And who was given away (F3a) may have said more before it left than its old parent heard, if any.
    if (stream.writer !== hello.writer) {
      const afterSeq = compared.isOther ? compared.sharedSeq : (head?.seq ?? firstSeqOf(stream) - 1);
      // Where the two part is known once the child's own history has come; until then another hello brings it nothing.
      if (afterSeq !== undefined && afterSeq < stream.head.seq)
        session.former.push({ writer: stream.writer, afterSeq });
      if (afterSeq === undefined || afterSeq < stream.head.seq)
        session.named.set(stream.writer, stream.head.seq);
    }
  }
  // A history that stands here under another name.
  for (const head of named.values()) {
    const copy = has.length < HEADS_MAX ? copyOf(ledger, head.writer, head.seq, head.hash) : undefined;
    if (copy === undefined) continue;
    say(underItsName(head, copy));
    // The child knows so much of it already, and is told the rest (seed 3031).
    const isToBeTold = replicaOf(copy.writer) === replica || copy.head.via === replica;
    if (isToBeTold && head.seq < copy.head.seq)
      session.former.push({ writer: copy.writer, afterSeq: head.seq });
  }
  session.isFormerDue = incarnationOf(hello.writer) > 1 || session.former.length > 0;
  return { has, settled };
}

function chainOf({ writer, head }: Stream): Compared {
  return {
    has: { writer, seq: head.seq, hash: head.hash },
    settled: { writer, ...head.settled },
    isOther: false,
  };
}

/**
 * Of who took back units behind its fence, what is settled there is told together with the fence (F3): a welcome names
 * none, and they must not be used before it knows. Its next life may have begun somewhere else. Of everybody else a
 * welcome that said less than was known would be taken for books that were put back (F6, seed 19009195).
 */
function withFence(session: Session, stream: Stream, { has, settled }: Said): Said {
  const { writer } = stream;
  const { fence } = stream.head;
  if (fence === null || fence.reason === 'branch' || settled.seq <= fence.seq) return { has, settled };
  if (!hasTakenBack(stream, fence.seq)) return { has, settled };
  session.settled.add(writer);
  return { has, settled: { writer, seq: fence.seq, hash: fence.hash } };
}

function hasTakenBack(stream: Stream, afterSeq: number): boolean {
  for (const [, { reclaimed }] of stream.rows()) if (reclaimed.some(({ seq }) => seq > afterSeq)) return true;
  return false;
}

function compare(ledger: Ledger, stream: Stream, head: Point): Compared {
  const known = head.seq > 0 && head.seq <= stream.head.seq ? ledger.hashOf(stream, head.seq) : undefined;
  if (known !== undefined && sameBytes(known, head.hash)) return chainOf(stream);
  const isAhead = head.seq > stream.head.seq;
  if (known === undefined && !isAhead) return chainOf(stream);
  const copy =
    isAhead && ledger.branches.size === 0 ? undefined : copyOf(ledger, head.writer, head.seq, head.hash);
  if (copy !== undefined)
    return { ...underItsName(head, copy), isOther: true, sharedSeq: firstSeqOf(copy) - 1 };
  if (known === undefined) return chainOf(stream);
  // The child finds that its own entry there is another, and sends what it has.
  const has = { writer: stream.writer, seq: head.seq, hash: known };
  return { has, settled: { writer: stream.writer, seq: 0, hash: known }, isOther: true };
}

function underItsName({ writer, seq, hash }: Point, copy: Stream): Said {
  const { settled } = copy.head;
  return {
    has: { writer, seq, hash },
    settled: settled.seq < seq ? { writer, ...settled } : { writer, seq, hash },
  };
}

/**
 * Children whose past, or that of those below them, came from above after their hello. Who was given to a child
 * (F3a) is reached as it was, until it speaks there: the child has to know it by then.
 */
export function behind(
  children: ReadonlyMap<ReplicaId, Child>,
  news: Iterable<Stream>,
  places: Pick<Places, 'wayTo'>,
): Set<ReplicaId> {
  const late = new Set<ReplicaId>();
  for (const { writer, head } of news)
    for (const child of [head.via, places.wayTo(replicaOf(writer))]) {
      const session = child == null ? undefined : children.get(child)?.session;
      if (child == null || session === undefined || session.writer === writer) continue;
      if ((session.named.get(writer) ?? 0) < head.seq) late.add(child);
    }
  return late;
}
