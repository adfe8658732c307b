/**
 * Former lives: what this replica did before it was restored, as its parent remembers it
 * (T8, F1), and what the writers below it said meanwhile (F1a).
 *
 * The parent has checked the entries, so they are checked as a chain and folded as
 * they stand.
 */
import { decodeEntry } from '../entry/codec.ts';
import type { Entry } from '../entry/entry.ts';
import type { Places } from '../hub/places.ts';
import { type FenceSaid, isShutOutBy } from '../hub/relayed-fence.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { MalformedBytes } from '../wire/bytes.ts';
import type { Former, Point } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { copyOf, keepBranch } from './branches.ts';
import type { Ledger } from './ledger.ts';
import { parentAt } from './parent-at.ts';
import type { LinkSettings } from './settings.ts';
import { ABOVE, newHead, type Stream } from './stream.ts';
import type { Uplink } from './uplink.ts';

/** How long the rest may take to come, in resend intervals. */
const PATIENCE = 4;

/** What the parent said it has beyond the image, and how far it has told of it: a frame may be lost (L2). */
export class FormerLives {
  readonly #ledger: Ledger;
  readonly #places: Places;
  readonly #uplink: Pick<Uplink, 'told'>;
  readonly #patienceMs: number;
  /** Writers that came further, since somebody last took them. */
  #news = new Set<Stream>();
  /** Fences among what came: of some of those who were shut out, the entries come later. */
  #fences: { readonly by: WriterId; readonly said: FenceSaid }[] = [];
  #points: readonly Point[] = [];
  /** The life that was welcomed: what is still on its way to it when it ends is no answer to the next. */
  #welcomed: WriterId | undefined;
  /** When the rest must have come: a link that lost part of it begins again. */
  overdueMs = Number.POSITIVE_INFINITY;

  constructor(
    ledger: Ledger,
    places: Places,
    uplink: Pick<Uplink, 'told'>,
    { resendMs }: Pick<LinkSettings, 'resendMs'>,
  ) {
    this.#ledger = ledger;
    this.#places = places;
    this.#uplink = uplink;
    this.#patienceMs = resendMs * PATIENCE;
  }

  /** The parent's welcome names its points. @returns whether something of them is waited for. */
  expect(points: readonly Point[], nowMs: number): boolean {
    const { self } = this.#ledger;
    this.#welcomed = self.writer;
    this.#points = points.filter((point) => point.writer !== self.writer && !isHeld(this.#ledger, point));
    const isWaiting = this.#ledger.awaitsFormerLives || !this.#isComplete;
    this.overdueMs = isWaiting ? nowMs + this.#patienceMs : Number.POSITIVE_INFINITY;
    return isWaiting;
  }

  /** The parent came further with what is told to it: it sees where the two histories part when it has it all (F2). */
  waitOn(nowMs: number): void {
    if (this.overdueMs !== Number.POSITIVE_INFINITY) this.overdueMs = nowMs + this.#patienceMs;
  }

  /** @returns 'gap' where entries are missing and the link must begin again to be told of them. */
  take(frame: Former, nowMs: number): 'some' | 'all' | 'gap' {
    if (this.#welcomed !== this.#ledger.self.writer || !this.#takeEntries(frame)) return 'some';
    this.overdueMs = nowMs + this.#patienceMs;
    if (!frame.last) return 'some';
    if (this.#missing.some((point) => !this.#isOther(point))) return 'gap';
    // The parent tells its own history once it has seen where this one leaves it (F2).
    if (!this.#isComplete) return 'some';
    this.overdueMs = Number.POSITIVE_INFINITY;
    this.#fences = [];
    this.#ledger.awaitsFormerLives = false;
    return 'all';
  }

  /** @returns false where the entries do not join on. */
  #takeEntries(frame: Former): boolean {
    try {
      for (const bytes of splitEntries(frame.entries)) if (!this.#takeEntry(bytes)) return false;
      return true;
    } catch (error) {
      if (error instanceof MalformedBytes) return false;
      throw error;
    }
  }

  #takeEntry(bytes: Uint8Array): boolean {
    const ledger = this.#ledger;
    const entry = decodeEntry(bytes);
    if (entry.writer === ledger.self.writer) return false;
    const stream = ledger.streams.get(entry.writer) ?? this.#addLife(entry);
    if (stream === undefined) return false;
    const hash = ledger.hash(bytes);
    if (entry.seq <= stream.head.seq) {
      const known = ledger.hashOf(stream, entry.seq);
      if (known === undefined || sameBytes(known, hash)) return true;
    }
    const written = { entry, bytes: bytes.slice(), hash };
    if (entry.seq === stream.head.seq + 1 && sameBytes(entry.prevHash, stream.head.hash)) {
      this.#news.add(stream);
      ledger.accept(stream, written);
      ledger.touchHead(stream).relayed = { seq: entry.seq, hash };
      this.#uplink.told(stream);
      this.#noteFences(entry);
      return true;
    }
    // This machine and the parent know two histories of one writer: both are kept (F2).
    const { position } = ledger;
    const kept = keepBranch(ledger, stream, written);
    // The other machine may have granted units to a child that is linked to this one by now (F1a, seed 10002897).
    if (kept !== undefined && ledger.position > position) this.#news.add(kept);
    // What follows there may be this machine's own, of which the parent has not heard.
    if (kept?.head.seq === entry.seq) this.#uplink.told(kept);
    return kept !== undefined;
  }

  takeNews(): ReadonlySet<Stream> {
    const news = this.#news;
    this.#news = new Set();
    return news;
  }

  /** Time is over. @param isSending whether own entries are still on their way up. @returns whether the link must begin again. */
  isOverdue(nowMs: number, isSending: boolean): boolean {
    if (nowMs < this.overdueMs) return false;
    // The parent cannot tell where its history and this one part before it has seen this one (F2).
    if (!isSending || !this.#missing.some((point) => this.#isOther(point))) return true;
    this.overdueMs = nowMs + this.#patienceMs;
    return false;
  }

  /** Whom they shut out below is shut out here too. */
  #noteFences({ writer, body }: Entry): void {
    if (body.type === 'fenced') this.#fences.push({ by: writer, said: body });
    if (this.#fences.length === 0) return;
    this.#fences = this.#fences.filter(({ by, said }) => !this.#isNoted(by, said));
  }

  #isNoted(by: WriterId, said: FenceSaid): boolean {
    const stream = this.#ledger.streams.get(said.writer);
    if (stream === undefined || said.seq > stream.head.seq) return false;
    if (stream.head.fence !== null) return true;
    const parentThen = () => parentAt(this.#ledger, stream, said.seq);
    if (!isShutOutBy(this.#ledger, stream, by, parentThen)) return false;
    if (replicaOf(said.writer) === replicaOf(this.#ledger.self.writer)) return true;
    // What it named behind that point is none of its parents (F5).
    const parent = parentThen();
    this.#ledger.noteFence(said);
    this.#ledger.changeHead(stream, { parent });
    return true;
  }

  #addLife({ writer, seq, prevHash, body }: Entry): Stream | undefined {
    if (seq !== 1 || body.type !== 'life') return undefined;
    // A root stands below nobody (L7).
    if (body.parent === null && replicaOf(writer) !== replicaOf(this.#ledger.self.writer)) return undefined;
    const via = this.#wayToNew(writer, body.parent);
    const head = newHead(body.kind, body.parent, via);
    if (via === null) head.fence = { seq: 0, hash: prevHash, reason: 'superseded' };
    return this.#ledger.addStream(writer, head);
  }

  /** The way to a writer of which only the parent knew: null for an own life. */
  #wayToNew(writer: WriterId, parent: WriterId | null): ReplicaId | null {
    const { streams, self } = this.#ledger;
    const [replica, me] = [replicaOf(writer), replicaOf(self.writer)];
    if (replica === me) return null;
    // Where its other lives are: it is its own word by a new way that moves them, all together (F3a).
    const [life] = this.#ledger.livesOf(replica);
    if (life !== undefined) return life.head.via;
    const placed = this.#places.wayTo(replica);
    if (placed !== undefined || parent === null) return placed ?? ABOVE;
    if (replicaOf(parent) === me) return replica;
    // Whom nobody can place yet is kept until the registry says where it belongs (F3a).
    return streams.get(parent)?.head.via ?? ABOVE;
  }

  get #isComplete(): boolean {
    return this.#missing.length === 0;
  }

  get #missing(): readonly Point[] {
    return this.#points.filter((point) => !isHeld(this.#ledger, point));
  }

  /** The turn failed: what it took in is gone again, and comes once more or is asked for. */
  putBack(): void {
    if (this.#ledger.awaitsFormerLives || !this.#isComplete) this.overdueMs = Math.min(this.overdueMs, 0);
  }

  /** What stands here of that writer is another history. */
  #isOther({ writer }: Point): boolean {
    const seq = this.#ledger.streams.get(writer)?.head.seq ?? 0;
    return this.#points.some((point) => point.writer === writer && point.seq <= seq);
  }
}

/** Under whatever name: what is a branch to one of us may be the chain to the other. */
function isHeld(ledger: Ledger, { writer, seq, hash }: Point): boolean {
  // A life of which no entry is left has an account above, and there is nothing to tell of it (F6, seed 9934147).
  if (seq === 0) return true;
  const stream = ledger.streams.get(writer);
  const known = stream !== undefined && seq <= stream.head.seq ? ledger.hashOf(stream, seq) : undefined;
  // What was pruned here was settled long ago.
  if (stream !== undefined && seq <= stream.head.seq && known === undefined) return true;
  if (known !== undefined && sameBytes(known, hash)) return true;
  return copyOf(ledger, writer, seq, hash) !== undefined;
}
