/** Reads single entries out of the runs, by the number of their writer. */
import { areTwins, decodeEntry, type Entry, type Hash, type WriterId } from '@tallystick/crdt';
import type { Database, Statement } from 'better-sqlite3';
import { blobOf, hashOf, wholeOf } from './columns.ts';
import { Damage } from './errors.ts';
import type { Names } from './names.ts';
import { entryIn, sha256 } from './runs.ts';

interface StoredRun {
  readonly seqFirst: number;
  readonly seqLast: number;
  readonly hashLast: Hash;
  readonly bytes: Uint8Array;
  /** The position of its first entry, counted from 1. */
  readonly position: number;
}

export class EntryReader {
  readonly #names: Names;
  readonly #run: Statement<[number, number], unknown[]>;
  readonly #checkpoint: Statement<[number], unknown[]>;

  constructor(db: Database, names: Names) {
    this.#names = names;
    this.#run = db
      .prepare<[number, number], unknown[]>(
        `select seq_first, seq_last, hash_last, bytes, pos_first from runs
         where writer = ? and seq_first <= ? order by seq_first desc limit 1`,
      )
      .raw();
    this.#checkpoint = db
      .prepare<[number], unknown[]>('select seq, hash from checkpoints where writer = ?')
      .raw();
  }

  writerOf(writer: number): WriterId {
    return this.#names.writerOf(writer);
  }

  /** The last run that begins at or before an entry, whether or not it reaches it. */
  runBefore(writer: number, seq: number): StoredRun | undefined {
    const run = this.#run.get(writer, seq);
    if (run === undefined) return undefined;
    return {
      seqFirst: wholeOf(run[0], 'the first entry of a run'),
      seqLast: wholeOf(run[1], 'the last entry of a run'),
      hashLast: hashOf(run[2], 'the hash of a run'),
      bytes: blobOf(run[3], 'a run'),
      position: wholeOf(run[4], 'the position of a run'),
    };
  }

  /** @throws Damage where another entry stands in its place. */
  entryAt(writer: number, seq: number): Entry | undefined {
    const run = this.#runOf(writer, seq);
    if (run === undefined) return undefined;
    const entry = decodeEntry(entryIn(run.bytes, seq - run.seqFirst));
    // A branch speaks in the name of the writer that forked (F2).
    if (entry.seq === seq && areTwins(entry.writer, this.#names.writerOf(writer))) return entry;
    throw new Damage(`in the place of entry ${seq} stands entry ${entry.seq} of ${entry.writer}`);
  }

  hashAt(writer: number, seq: number): Hash | undefined {
    const run = this.#runOf(writer, seq);
    if (run !== undefined)
      return seq === run.seqLast ? run.hashLast : sha256(entryIn(run.bytes, seq - run.seqFirst));
    const checkpoint = this.#checkpoint.get(writer);
    return checkpoint?.[0] === seq ? hashOf(checkpoint[1], 'the hash of a checkpoint') : undefined;
  }

  isPruned(writer: number, seq: number): boolean {
    const checkpoint = this.#checkpoint.get(writer);
    return checkpoint !== undefined && seq <= wholeOf(checkpoint[0], 'the entry of a checkpoint');
  }

  #runOf(writer: number, seq: number): StoredRun | undefined {
    const run = this.runBefore(writer, seq);
    return run !== undefined && seq <= run.seqLast ? run : undefined;
  }
}
