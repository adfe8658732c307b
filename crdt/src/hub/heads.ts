/** Heads: what a child that says hello has, held against what stands here (L1, T8, F1a). */
import { incarnationOf, type ReplicaId, replicaOf } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import { HEADS_MAX, type Hello, type Point } from '../wire/frames.ts';
import type { Child, Session } from './child.ts';
import type { Places } from './places.ts';

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
  const named = new Map(hello.heads.map((head) => [head.writer, head.seq]));
  const has: Point[] = [];
  const settled: Point[] = [];
  for (const stream of ledger.streams.values()) {
    const isLife = replicaOf(stream.writer) === replica;
    const isBelow = stream.head.via === replica || places.wayTo(replicaOf(stream.writer)) === replica;
    if (!isLife && !isBelow && !named.has(stream.writer)) continue;
    // A welcome names so many at the most; the rest is compared as it comes.
    if (has.length >= HEADS_MAX) break;
    has.push({ writer: stream.writer, seq: stream.head.seq, hash: stream.head.hash });
    settled.push({ writer: stream.writer, ...stream.head.settled });
    if (stream.head.fence !== null && (isLife || isBelow || named.has(stream.writer)))
      session.fenced.add(stream.writer);
    // An image that was put back lacks entries of its children too, who may have pruned them.
    // And who was given away (F3a) may have said more before it left than its old parent heard.
    if (stream.writer !== hello.writer) {
      const afterSeq = named.get(stream.writer) ?? 0;
      if (afterSeq < stream.head.seq) session.former.push({ writer: stream.writer, afterSeq });
    }
  }
  session.isFormerDue = incarnationOf(hello.writer) > 1 || session.former.length > 0;
  return { has, settled };
}

/** Children whose past, or that of those below them, came from above after their hello. */
export function behind(
  children: ReadonlyMap<ReplicaId, Child>,
  news: Iterable<Stream>,
  isRestored: boolean,
): Set<ReplicaId> {
  const late = new Set<ReplicaId>();
  for (const { writer, head } of news) {
    const session = head.via === null ? undefined : children.get(head.via)?.session;
    if (session === undefined || session.writer === writer) continue;
    // Where this replica itself was not restored, a writer that it hears of from above was given to it (F3a).
    if (!isRestored || incarnationOf(session.writer) > 1) late.add(head.via as ReplicaId);
  }
  return late;
}
