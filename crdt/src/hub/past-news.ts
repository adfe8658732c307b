/**
 * Past news: what is heard of a life that ended by another way than the one that leads to its replica (F5).
 *
 * An image that was put back lacks the end of its own chain. Where its parent had not heard that end, or was put back
 * itself, an old parent, a dealer or whoever counts where it moved goods may bring it. Where that comes after the
 * replica's hello, nobody else would ever tell it (seed 9001301); where it comes while the life is alive here, it is
 * the writer's own to bring, and once it has ended, it is to be said once more.
 *
 * So it is with what a child said behind a gap, at the root, where nobody above can fill that: the child may have let
 * go of what lies between, and once somebody else has brought it, the child's words join on (seed 9408381).
 *
 * Likewise who was given to a child and has not come yet: what its old parent says of it meanwhile that child has to
 * know, for the writer may have let go of it (F3a, D7).
 */
import { type ReplicaId, replicaOf } from '../ids.ts';
import { ABOVE, type Stream } from '../replica/stream.ts';
import type { Missed } from './dealings.ts';

export class PastNews {
  /** What a turn that failed had noted does no harm: it is held against what stands here. */
  readonly #news = new Set<Stream>();
  /** Writers of whom something came by another way than the one to where they were given. */
  readonly #onTheirWay = new Set<Stream>();
  /** Likewise who was heard of first by another way: it is reached where it was given from the start. */
  readonly #expectedFirst = new Set<Stream>();
  readonly #wayTo: (replica: ReplicaId) => ReplicaId | undefined;
  /** Writers that were alive when a child said more of them than is known here. */
  readonly #putOff = new Map<Stream, Set<ReplicaId>>();
  /** By child, the first entry that it said behind a gap. */
  readonly #behindGap = new Map<Stream, Map<ReplicaId, number>>();

  constructor(wayTo: (replica: ReplicaId) => ReplicaId | undefined) {
    this.#wayTo = wayTo;
  }

  /** A child spoke of this writer: it is of use to the one that it was given to, as long as it has not spoken there. */
  spokenOf(stream: Stream): void {
    const place = this.#placeOf(stream);
    if (place !== undefined && place !== stream.head.via) this.#onTheirWay.add(stream);
  }

  /** Heard of first, by another way than the one to where it was given: nobody there knows of it (seed 16004687). */
  firstSpokenOf(stream: Stream): void {
    if (this.#placeOf(stream) !== undefined) this.#expectedFirst.add(stream);
  }

  #placeOf({ writer, head }: Stream): ReplicaId | undefined {
    const place = head.via === null ? undefined : this.#wayTo(replicaOf(writer));
    return place === ABOVE ? undefined : place;
  }

  /** Who is alive brings its own words. */
  heard(stream: Stream): void {
    if (stream.head.fence !== null) this.#news.add(stream);
  }

  putOff(stream: Stream, child: ReplicaId): void {
    const children = this.#putOff.get(stream);
    if (children === undefined) this.#putOff.set(stream, new Set([child]));
    else children.add(child);
  }

  /** A child said this entry of a life that ended, and not all that comes before it stands here. */
  behindGap(stream: Stream, child: ReplicaId, seq: number): void {
    const firsts = this.#behindGap.get(stream) ?? new Map<ReplicaId, number>();
    this.#behindGap.set(stream, firsts.set(child, Math.min(seq, firsts.get(child) ?? seq)));
  }

  get isDue(): boolean {
    if (this.#news.size + this.#onTheirWay.size + this.#expectedFirst.size > 0) return true;
    for (const { head } of this.#putOff.keys()) if (head.fence !== null) return true;
    for (const [{ head }, firsts] of this.#behindGap)
      for (const first of firsts.values()) if (first <= head.seq + 1) return true;
    return false;
  }

  /** Ended lives of which more is known here than came from where their replica lives. */
  get news(): Iterable<Stream> {
    return this.#news;
  }

  /** Children to which somebody was given of whom more is known here than came from there. */
  *expected(): Iterable<Missed> {
    for (const stream of [...this.#onTheirWay, ...this.#expectedFirst]) {
      const child = this.#placeOf(stream);
      if (child === undefined || (child === stream.head.via && !this.#expectedFirst.has(stream))) continue;
      yield { child, stream, seq: stream.head.seq };
    }
  }

  /** Children that know more of a life which has ended by now, or whose words join on to what has come meanwhile. */
  *toSayAgain(): Iterable<ReplicaId> {
    for (const [{ head }, children] of this.#putOff) if (head.fence !== null) yield* children;
    for (const [{ head }, firsts] of this.#behindGap)
      for (const [child, first] of firsts) if (first <= head.seq + 1) yield child;
  }

  /** Whom it concerns was told, or will be by its next hello. */
  keep(): void {
    this.#news.clear();
    this.#onTheirWay.clear();
    this.#expectedFirst.clear();
    for (const stream of this.#putOff.keys()) if (stream.head.fence !== null) this.#putOff.delete(stream);
    for (const [stream, firsts] of this.#behindGap) {
      for (const [child, first] of firsts) if (first <= stream.head.seq + 1) firsts.delete(child);
      if (firsts.size === 0) this.#behindGap.delete(stream);
    }
  }
}
