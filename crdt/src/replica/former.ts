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
import type { FenceSaid } from '../hub/relayed-fence.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { MalformedBytes } from '../wire/bytes.ts';
import type { Former, Point } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import type { Ledger } from './ledger.ts';
import { ABOVE, newHead, type Stream } from './stream.ts';

/** What the parent said it has beyond the image, and how far it has told of it: a frame may be lost (L2). */
export class FormerLives {
  readonly #ledger: Ledger;
  readonly #places: Places;
  readonly #patienceMs: number;
  /** Writers that came further, since somebody last took them. */
  readonly news = new Set<Stream>();
  /** Fences among what came, by whom: whoever was shut out may be told of later. */
  readonly fences: { readonly by: WriterId; readonly said: FenceSaid }[] = [];
  readonly #lives = new Map<WriterId, { toldTo: number; readonly to: number }>();
  /** When the rest must have come: a link that lost part of it begins again. */
  overdueMs = Number.POSITIVE_INFINITY;

  constructor(ledger: Ledger, places: Places, patienceMs: number) {
    this.#ledger = ledger;
    this.#places = places;
    this.#patienceMs = patienceMs;
  }

  /** The parent's welcome names its points. */
  expect(points: readonly Point[], nowMs: number): void {
    const ledger = this.#ledger;
    this.#lives.clear();
    for (const { writer, seq } of points) {
      const toldTo = ledger.streams.get(writer)?.head.seq ?? 0;
      if (writer !== ledger.self.writer && seq > toldTo) this.#lives.set(writer, { toldTo, to: seq });
    }
    const isWaiting = ledger.awaitsFormerLives || !this.#isComplete;
    this.overdueMs = isWaiting ? nowMs + this.#patienceMs : Number.POSITIVE_INFINITY;
  }

  /** @returns 'gap' where entries are missing and the link must begin again to be told of them. */
  take(frame: Former, nowMs: number): 'some' | 'all' | 'gap' {
    if (!this.#takeEntries(frame)) return 'some';
    this.overdueMs = nowMs + this.#patienceMs;
    if (!frame.last) return 'some';
    this.overdueMs = Number.POSITIVE_INFINITY;
    if (!this.#isComplete) return 'gap';
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
    const life = this.#lives.get(entry.writer);
    if (life !== undefined && entry.seq === life.toldTo + 1) life.toldTo = entry.seq;
    if (entry.writer === ledger.self.writer) return false;
    const stream = ledger.streams.get(entry.writer) ?? this.#addLife(entry);
    if (stream === undefined) return false;
    if (entry.seq <= stream.head.seq) return true;
    // The image's own branch differs from what the parent has: F2's matter, not this frame's.
    if (entry.seq !== stream.head.seq + 1 || !sameBytes(entry.prevHash, stream.head.hash)) return false;
    this.news.add(stream);
    if (entry.body.type === 'fenced') this.fences.push({ by: entry.writer, said: entry.body });
    ledger.accept(stream, { entry, bytes: bytes.slice(), hash: ledger.hash(bytes) });
    return true;
  }

  #addLife({ writer, seq, prevHash, body }: Entry): Stream | undefined {
    if (seq !== 1 || body.type !== 'life') return undefined;
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
    const placed = this.#places.wayTo(replica);
    if (placed !== undefined || parent === null) return placed ?? ABOVE;
    if (replicaOf(parent) === me) return replica;
    // Whom nobody can place yet is kept until the registry says where it belongs (F3a).
    return streams.get(parent)?.head.via ?? ABOVE;
  }

  get #isComplete(): boolean {
    return [...this.#lives.values()].every(({ toldTo, to }) => toldTo >= to);
  }

  /** The turn failed: what it took in is gone again, and comes once more or is asked for. */
  putBack(): void {
    for (const [writer, life] of this.#lives) {
      life.toldTo = Math.min(life.toldTo, this.#ledger.streams.get(writer)?.head.seq ?? 0);
    }
    if (!this.#isComplete) this.overdueMs = Math.min(this.overdueMs, 0);
  }
}
