/**
 * Chain: walks one writer's entries and says which of them are not what was written (D5).
 *
 * An entry is what it was if the entry after it carries its hash, so every verdict
 * waits for the next entry. Where two in a row disagree with what follows them, either
 * may have been changed, and both are named.
 */
import { decodeEntry, type Entry, type Hash, sameBytes } from '@tallystick/crdt';
import { MalformedBytes } from '@tallystick/crdt/wire';
import { placesIn, sha256 } from './runs.ts';

export type ChainProblemKind = 'changed' | 'missing' | 'swapped' | 'cut-off' | 'unreadable';

export interface StoredRun {
  readonly seqFirst: number;
  readonly seqLast: number;
  readonly hashLast: Hash;
  readonly bytes: Uint8Array;
}

interface Link {
  readonly seq: number;
  readonly hash: Hash;
}

export class Chain {
  entries = 0;
  readonly #writer: string;
  readonly #report: (kind: ChainProblemKind, seq: number, message: string) => void;
  readonly #visit: (entry: Entry) => void;
  readonly #changed = new Set<number>();
  #nextSeq: number;
  #last: Link | undefined;
  /** An entry whose successor disagrees, while the successor itself is not proved yet. */
  #disputed: number | undefined;

  constructor(
    writer: string,
    start: Link,
    report: (kind: ChainProblemKind, seq: number, message: string) => void,
    visit: (entry: Entry) => void,
  ) {
    this.#writer = writer;
    this.#report = report;
    this.#visit = visit;
    this.#nextSeq = start.seq + 1;
    // Nothing stands before a first entry; what a life says came before it is its own word.
    this.#last = start.seq === 0 ? undefined : start;
  }

  run(run: StoredRun): void {
    if (run.seqFirst > this.#nextSeq) this.#skip(this.#nextSeq, run.seqFirst - 1);
    this.#nextSeq = run.seqFirst;
    try {
      for (const { bytes } of placesIn(run.bytes)) this.#entry(bytes);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#report('cut-off', this.#nextSeq, `the run ends inside this entry: ${error.message}`);
      this.#last = undefined;
    }
    if (this.#nextSeq <= run.seqLast) this.#skip(this.#nextSeq, run.seqLast);
    this.#nextSeq = run.seqLast + 1;
    if (this.#last?.seq === run.seqLast && !sameBytes(this.#last.hash, run.hashLast))
      this.#reportChanged(run.seqLast);
  }

  /** The end of what is stored, against what the head says. */
  end(head: Link): void {
    if (this.#nextSeq - 1 < head.seq) {
      this.#report('cut-off', this.#nextSeq, `the chain ends here, and should go on to entry ${head.seq}`);
    } else if (this.#nextSeq - 1 > head.seq) {
      this.#report('swapped', head.seq + 1, `the chain goes on behind its last entry ${head.seq}`);
    } else if (this.#last !== undefined && !sameBytes(this.#last.hash, head.hash)) {
      this.#reportChanged(head.seq);
    }
    this.#settleDispute();
  }

  #entry(bytes: Uint8Array): void {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    this.entries += 1;
    let entry: Entry;
    try {
      entry = decodeEntry(bytes);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#report('unreadable', seq, error.message);
      this.#settleDispute();
      this.#last = undefined;
      return;
    }
    if (entry.writer !== this.#writer || entry.seq !== seq) {
      this.#report('swapped', seq, `in its place stands entry ${entry.seq} of ${entry.writer}`);
      this.#settleDispute();
      this.#last = undefined;
      return;
    }
    this.#join(entry);
    this.#last = { seq, hash: sha256(bytes) };
    this.#visit(entry);
  }

  #join(entry: Entry): void {
    const last = this.#last;
    if (last === undefined) return;
    const agrees = sameBytes(entry.prevHash, last.hash);
    this.#settleDispute();
    if (!agrees) this.#disputed = last.seq;
  }

  #settleDispute(): void {
    if (this.#disputed !== undefined) this.#reportChanged(this.#disputed);
    this.#disputed = undefined;
  }

  #reportChanged(seq: number): void {
    if (this.#changed.has(seq)) return;
    this.#changed.add(seq);
    this.#report('changed', seq, 'its hash is not the one that was written behind it');
  }

  #skip(from: number, to: number): void {
    const many = to > from ? ` to ${to}` : '';
    this.#report('missing', from, `entry ${from}${many} is not there`);
    this.#settleDispute();
    this.#nextSeq = to + 1;
    this.#last = undefined;
  }
}
