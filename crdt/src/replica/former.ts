/**
 * Former lives: what this replica did before it was restored, as its parent remembers it
 * (T8, F1), and what the writers below it said meanwhile (F1a).
 *
 * The parent has checked the entries, so they are checked as a chain and folded as
 * they stand.
 */
import { decodeEntry } from '../entry/codec.ts';
import type { BodyOf, Entry } from '../entry/entry.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { MalformedBytes } from '../wire/bytes.ts';
import type { Former, Point } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import type { Ledger } from './ledger.ts';
import { newHead, type Stream } from './stream.ts';

/** What the parent said it has beyond the image, and how far it has told of it: a frame may be lost (L2). */
export class FormerLives {
  readonly #ledger: Ledger;
  readonly #patienceMs: number;
  /** Writers that came further, since somebody last took them. */
  readonly news = new Set<Stream>();
  readonly #fences = new Map<WriterId, BodyOf<'fenced'>>();
  readonly #lives = new Map<WriterId, { toldTo: number; readonly to: number }>();
  /** When the rest must have come: a link that lost part of it begins again. */
  overdueMs = Number.POSITIVE_INFINITY;

  constructor(ledger: Ledger, patienceMs: number) {
    this.#ledger = ledger;
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
    const stream = ledger.streams.get(entry.writer) ?? addLife(ledger, entry);
    if (stream === undefined) return false;
    if (entry.seq <= stream.head.seq) return true;
    // The image's own branch differs from what the parent has: F2's matter, not this frame's.
    if (entry.seq !== stream.head.seq + 1 || !sameBytes(entry.prevHash, stream.head.hash)) return false;
    this.news.add(stream);
    ledger.accept(stream, { entry, bytes: bytes.slice(), hash: ledger.hash(bytes) });
    this.#noteFences(entry);
    return true;
  }

  /** Whom they shut out below is shut out here too; of some of those, the first entry comes later. */
  #noteFences({ writer, seq, body }: Entry): void {
    if (body.type === 'fenced') {
      if (this.#ledger.streams.has(body.writer)) this.#ledger.noteFence(body);
      else this.#fences.set(body.writer, body);
    }
    const fence = seq === 1 ? this.#fences.get(writer) : undefined;
    if (fence !== undefined) this.#ledger.noteFence(fence);
  }

  get #isComplete(): boolean {
    return [...this.#lives.values()].every(({ toldTo, to }) => toldTo >= to);
  }

  /** The turn failed: what it took in is gone again. */
  putBack(): void {
    for (const [writer, life] of this.#lives) {
      life.toldTo = Math.min(life.toldTo, this.#ledger.streams.get(writer)?.head.seq ?? 0);
    }
  }
}

function addLife(ledger: Ledger, { writer, seq, prevHash, body }: Entry): Stream | undefined {
  if (seq !== 1 || body.type !== 'life') return undefined;
  const via = viaOf(ledger, writer, body.parent);
  if (via === undefined) return undefined;
  const head = newHead(body.kind, body.parent, via);
  if (via === null) head.fence = { seq: 0, hash: prevHash, reason: 'superseded' };
  return ledger.addStream(writer, head);
}

/** The way to a writer of which only the parent knew: null for an own life, undefined for a stranger. */
function viaOf(ledger: Ledger, writer: WriterId, parent: WriterId | null): ReplicaId | null | undefined {
  const self = replicaOf(ledger.self.writer);
  if (replicaOf(writer) === self) return null;
  if (parent === null) return undefined;
  return replicaOf(parent) === self ? replicaOf(writer) : ledger.streams.get(parent)?.head.via;
}
