/**
 * Known above: what need not be said to the parent, for it said itself that it has it (L2).
 *
 * A journal is sent from one position on. What stands behind that may be with the parent all
 * the same: it told it in this very session (T8, F1a, F3a), or has more of one stream than of another.
 */
import { decodeHead } from '../entry/codec.ts';
import type { WriterId } from '../ids.ts';
import { joinEntries, splitEntries } from '../wire/slices.ts';
import { copyOf, rootOf } from './branches.ts';
import type { StreamSlice } from './journal-view.ts';
import type { Ledger } from './ledger.ts';

/** As long as one session. */
export class KnownAbove {
  readonly #ledger: Ledger;
  readonly #upTo = new Map<WriterId, number>();
  /** From this position on nothing is known there. */
  #endsAt = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The parent has this writer up to `seq`, in the history that stands here; all of it before this position. */
  note(writer: WriterId, seq: number, position: number): void {
    this.#upTo.set(writer, Math.max(seq, this.#upTo.get(writer) ?? 0));
    this.#endsAt = Math.max(this.#endsAt, position);
  }

  /**
   * The journal's next entries after `from` that the parent lacks, at least one if there is any within
   * `readMax` bytes, up to about `bytesMax`; `to` goes past those that it has.
   */
  read(from: number, bytesMax: number, readMax: number): StreamSlice {
    const { view } = this.#ledger;
    let to = from;
    for (let read = 0; read < readMax; ) {
      const slice = view.readStream(to, bytesMax);
      if (slice.to <= to) break;
      const bytes = to < this.#endsAt ? this.#lacking(slice.bytes) : slice.bytes;
      to = slice.to;
      read += slice.bytes.length;
      if (bytes.length > 0) return { bytes, to };
    }
    return { bytes: new Uint8Array(0), to };
  }

  #lacking(slice: Uint8Array): Uint8Array {
    const ledger = this.#ledger;
    const forked = new Set([...ledger.branches].map((branch) => rootOf(ledger, branch).writer));
    const entries = splitEntries(slice);
    const lacking = entries.filter((bytes) => {
      const { writer, seq, type } = decodeHead(bytes);
      // Who is shut out is said again behind what is lacking: it may be lacking of that one.
      if (type === 'fenced') return true;
      // An entry does not say in which of two histories it stands (F2); its hash does.
      const name = forked.has(writer) ? copyOf(ledger, writer, seq, ledger.hash(bytes))?.writer : writer;
      return name === undefined || seq > (this.#upTo.get(name) ?? 0);
    });
    return lacking.length === entries.length ? slice : joinEntries(lacking.map((bytes) => ({ bytes })));
  }
}
