/**
 * Former lives: what this replica did before it was restored, as its parent remembers it (T8, F1).
 *
 * The entries are this replica's own words, so they are checked as a chain and
 * folded as they stand; they are the parent's already and are not sent up again.
 */
import { decodeEntry } from '../entry/codec.ts';
import { replicaOf, type WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { MalformedBytes } from '../wire/bytes.ts';
import type { Former, Point } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import type { Ledger } from './ledger.ts';
import { newHead } from './stream.ts';

/** What the parent said it has of former lives, and how far it has told of them: a frame may be lost (L2). */
export class FormerLives {
  readonly #lives = new Map<WriterId, { toldTo: number; readonly to: number }>();

  /** The parent's welcome names its point of each life. */
  expect(ledger: Ledger, points: readonly Point[]): void {
    this.#lives.clear();
    const { writer: self } = ledger.self;
    for (const { writer, seq } of points) {
      if (writer === self || replicaOf(writer) !== replicaOf(self)) continue;
      this.#lives.set(writer, { toldTo: ledger.streams.get(writer)?.head.seq ?? 0, to: seq });
    }
  }

  told(writer: WriterId, seq: number): void {
    const life = this.#lives.get(writer);
    if (life !== undefined && seq === life.toldTo + 1) life.toldTo = seq;
  }

  get isComplete(): boolean {
    return [...this.#lives.values()].every(({ toldTo, to }) => toldTo >= to);
  }

  /** The turn failed: what it took in is gone again. */
  putBack(ledger: Ledger): void {
    for (const [writer, life] of this.#lives) {
      life.toldTo = Math.min(life.toldTo, ledger.streams.get(writer)?.head.seq ?? 0);
    }
  }
}

/** @returns false where the entries do not join on. */
export function takeFormer(ledger: Ledger, frame: Former, lives: FormerLives): boolean {
  try {
    for (const bytes of splitEntries(frame.entries)) {
      const entry = decodeEntry(bytes);
      lives.told(entry.writer, entry.seq);
      if (entry.writer === ledger.self.writer) return false;
      if (replicaOf(entry.writer) !== replicaOf(ledger.self.writer)) return false;
      let stream = ledger.streams.get(entry.writer);
      if (stream === undefined) {
        if (entry.seq !== 1 || entry.body.type !== 'life') return false;
        const { kind, parent } = entry.body;
        const head = newHead(kind, parent, null);
        head.fence = { seq: 0, hash: entry.prevHash, reason: 'superseded' };
        stream = ledger.addStream(entry.writer, head);
      }
      if (entry.seq <= stream.head.seq) continue;
      const fits = entry.seq === stream.head.seq + 1 && sameBytes(entry.prevHash, stream.head.hash);
      // The image's own branch differs from what the parent has: F2's matter, not this frame's.
      if (!fits) return false;
      ledger.accept(stream, { entry, bytes: bytes.slice(), hash: ledger.hash(bytes) });
    }
    return true;
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}
