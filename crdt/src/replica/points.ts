/**
 * Points: what the parent says that it has and that is settled, held against what stands here.
 *
 * They tell where to go on sending, whether this writer is the past (F1), and which
 * streams the parent knows in another history than this replica does (F2).
 */
import type { WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { HEADS_MAX, type Point } from '../wire/frames.ts';
import { copyOf, firstSeqOf } from './branches.ts';
import { byNeed } from './by-need.ts';
import { KnownAbove } from './known-above.ts';
import type { Ledger } from './ledger.ts';
import { NO_MARK, type Stream } from './stream.ts';

/** Why this writer must end: a peer knows more of it than it does, or shut it out. */
export type PastReason = 'rollback' | 'fork' | 'fenced';

export class Points {
  readonly #ledger: Ledger;
  /** Streams of which the parent has another history; as of the last welcome. */
  readonly #diverged = new Set<WriterId>();
  /** What the parent has, as of the last welcome and what it told since. */
  known: KnownAbove;
  /** How far the last hello named each stream: what the parent held against its own. */
  #named: ReadonlyMap<WriterId, number> = new Map();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.known = new KnownAbove(ledger);
  }

  /** What stands here, for a hello: this writer first, and as many as one may name. */
  name(): Point[] {
    const { self, streams } = this.#ledger;
    const others = [...byNeed(streams, self.writer)].filter((stream) => stream !== self);
    const heads = [self, ...others]
      .slice(0, HEADS_MAX)
      .map(({ writer, head }): Point => ({ writer, seq: head.seq, hash: head.hash }));
    this.#named = new Map(heads.map(({ writer, seq }) => [writer, seq]));
    return heads;
  }

  /** F1: a peer ahead of me on my own stream, or with another hash at a seq we share, means that I am the past. */
  past(points: readonly Point[]): PastReason | undefined {
    const { self } = this.#ledger;
    for (const { writer, seq, hash } of points) {
      if (writer !== self.writer || seq === 0) continue;
      if (seq > self.head.seq) return 'rollback';
      const own = this.#ledger.hashOf(self, seq);
      if (own !== undefined && !sameBytes(own, hash)) return 'fork';
    }
    return undefined;
  }

  /**
   * A welcome names what the parent has. @returns the position from which this journal is sent.
   *
   * @param onUnsettled told of each stream of which less is settled than was known.
   */
  begin(
    points: readonly Point[],
    settled: readonly Point[],
    onUnsettled: (stream: Stream) => void = () => {},
  ): number {
    const ledger = this.#ledger;
    if (points.length < HEADS_MAX) this.#forgetSettled(settled, onUnsettled);
    const has = new Map(points.map((point) => [point.writer, point]));
    this.#diverged.clear();
    this.known = new KnownAbove(ledger);
    // What this turn appended stands at the end of the journal and is in no one's hands yet.
    let base = ledger.durablePosition;
    for (const stream of ledger.streams.values()) {
      const point = has.get(stream.writer);
      if (point !== undefined && this.#isOther(stream, point)) this.#diverged.add(stream.writer);
      else if (point !== undefined) this.#mark(stream, 'relayed', point);
      const known = this.#diverged.has(stream.writer) ? firstSeqOf(stream) - 1 : this.#knownOf(stream, point);
      let knownTo = 0;
      if (stream.durableSeq > known) {
        knownTo = ledger.view.positionBefore(stream.writer, known + 1);
        base = Math.min(base, knownTo);
      } else if (stream.durableSeq >= firstSeqOf(stream))
        knownTo = ledger.view.positionBefore(stream.writer, stream.durableSeq) + 1;
      if (!this.#diverged.has(stream.writer)) this.known.note(stream.writer, known, knownTo);
    }
    return base;
  }

  /**
   * How far the parent has what stands here. Beyond the own end its point may be of another history: it has been
   * held against what hello named, and not against what came here since (F2, seed 12002711).
   */
  #knownOf(stream: Stream, point: Point | undefined): number {
    const none = firstSeqOf(stream) - 1;
    if (point === undefined) return none;
    return point.seq <= stream.head.seq ? point.seq : (this.#named.get(stream.writer) ?? none);
  }

  /**
   * F6: what the parent does not call settled is settled no more: the books may have been put
   * back. Where it only has not heard yet, nothing is lost but time (D7: pruning waits).
   */
  #forgetSettled(points: readonly Point[], onUnsettled: (stream: Stream) => void): void {
    const settled = new Map(points.map((point) => [point.writer, point]));
    for (const stream of this.#ledger.streams.values()) {
      const { seq, hash } = settled.get(stream.writer) ?? { writer: stream.writer, ...NO_MARK };
      if (seq >= stream.head.settled.seq) continue;
      const own = seq > 0 ? this.#ledger.hashOf(stream, seq) : undefined;
      const isOther = own !== undefined && !sameBytes(own, hash);
      this.#ledger.touchHead(stream).settled = isOther ? NO_MARK : { seq, hash };
      onUnsettled(stream);
    }
  }

  /**
   * D7: this journal may be an image, from before the books were put back and had to be told again: what it calls
   * settled for long may be in them since yesterday. Own entries alone are let go of. A root's books are settled.
   */
  forgetOwn(): void {
    const ledger = this.#ledger;
    if (ledger.self.head.parent === null) return;
    for (const stream of ledger.streams.values())
      if (stream.head.via === null && stream.head.settled.seq > 0) ledger.touchHead(stream).settled = NO_MARK;
  }

  /**
   * What is said of a history counts for that very one, under whatever name it stands here (F2): taken for the
   * other, what was never heard above would be settled, and be said no more (seed 13007971).
   */
  note(what: 'relayed' | 'settled', point: Point): void {
    const { streams, branches } = this.#ledger;
    const known = streams.get(point.writer)?.head[what].seq ?? 0;
    if (point.seq === 0 || (branches.size === 0 && point.seq <= known)) return;
    const stream = copyOf(this.#ledger, point.writer, point.seq, point.hash);
    if (stream !== undefined) this.#mark(stream, what, point);
  }

  /**
   * Other people's knowledge: no turn of ours can undo it, so it is noted beside the turn. What lies
   * behind the own end may be another history: it says nothing of this one (F2, seed 3031).
   */
  #mark(stream: Stream, what: 'relayed' | 'settled', { seq, hash }: Point): void {
    const { head } = stream;
    if (seq <= head[what].seq || seq > head.seq) return;
    // An own life that ended writes no more, so no later turn would write this down beside its entries (D7).
    const isFormer = head.via === null && stream !== this.#ledger.self;
    (isFormer && what === 'settled' ? this.#ledger.touchHead(stream) : head)[what] = { seq, hash };
  }

  /** True where the parent's point of a stream, of a former life or from below, is not in it. */
  #isOther(stream: Stream, { seq, hash }: Point): boolean {
    if (stream === this.#ledger.self || seq === 0 || seq > stream.head.seq) return false;
    const own = this.#ledger.hashOf(stream, seq);
    return own !== undefined && !sameBytes(own, hash);
  }
}
