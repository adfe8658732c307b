/**
 * Shape: rows that somebody follows. A snapshot, the changes since its moment without gap or repeat, and
 * those who wait for the next one. Once it has ended it is never taken up again, and nor is its handle.
 */
import { randomBytes } from 'node:crypto';
import { UNUSED_MS } from '../callers.ts';
import type { IsInSnapshot } from '../replication/moment.ts';
import type { Tuple } from '../replication/pgoutput.ts';
import type { ShapeDefinition } from './definition.ts';
import type { Offset } from './offset.ts';
import { Pending, type Transaction } from './pending.ts';
import type { ShapeRows } from './rows.ts';
import { type Entry, type LogBudget, type Piece, ShapeLog } from './shape-log.ts';
import type { SnapshotFile } from './snapshot-file.ts';

/** Changes that are kept of one shape; who is behind further starts anew. */
const LOG_BYTES_MAX = 16_000_000;

export class Shape {
  readonly definition: ShapeDefinition;
  readonly handle: string;
  readonly log: ShapeLog;
  /** Settles once its moment is known and its first rows may be asked for. @throws Problem */
  ready: Promise<void> = Promise.resolve();
  rows: ShapeRows | undefined;
  snapshot: SnapshotFile | undefined;
  #touchedMs = 0;
  #caller: string | undefined;
  #callerMs = Number.NEGATIVE_INFINITY;
  /** Changes before here never came to it: who has an offset below has it from another shape. */
  sinceLsn = 0n;
  #isInSnapshot: IsInSnapshot | undefined;
  readonly #pending: Pending;
  readonly #bytesMax: number;
  #isEnded = false;
  readonly #waiting = new Set<() => void>();
  #lastPiece: { from: string; piece: Piece } | undefined;

  constructor(definition: ShapeDefinition, budget: LogBudget, logBytesMax = LOG_BYTES_MAX) {
    this.definition = definition;
    // Also after a restart, or on another process, no handle is made a second time.
    this.handle = `${Date.now()}-${randomBytes(8).toString('hex')}`;
    this.log = new ShapeLog(logBytesMax, budget);
    this.#pending = new Pending(budget);
    this.#bytesMax = logBytesMax;
  }

  prepare(ready: Promise<void>): void {
    this.ready = ready;
    // Whoever asks for it hears why; nobody may be there any more.
    ready.catch(() => {});
  }

  /** When it was last read, by `performance.now()`. */
  get touchedMs(): number {
    return this.#touchedMs;
  }

  /** Whose it is: who read it first, or who reads it after that one has left. */
  get caller(): string | undefined {
    return this.#caller;
  }

  readBy(caller: string | undefined, nowMs: number): void {
    this.#touchedMs = nowMs;
    if (this.#callerMs < nowMs - UNUSED_MS) this.#caller = caller;
    if (this.#caller === caller) this.#callerMs = nowMs;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether snapshot and log together are still all of it, for who starts now. */
  get isWhole(): boolean {
    return !this.#isEnded && this.log.floor.lsn === 0n;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** In memory: its log, and what is to come into it. */
  get bytes(): number {
    return this.log.bytes + this.#pending.bytes;
  }

  /** More came at once than is kept of it: nobody could follow, and it need not be held until it is committed. */
  get isTooMuch(): boolean {
    return this.#pending.bytes > this.#bytesMax;
  }

  /** @returns true with the first change of a transaction */
  take(before: Tuple | null, after: Tuple | null, of: Transaction): boolean {
    if (this.rows === undefined || this.#isInSnapshot?.(of.xid, of.lsn) === true) return false;
    const changes = this.rows.changes(before, after);
    if (changes.length === 0) return false;
    const isFirst = !this.#pending.isOpen;
    this.#pending.add(changes, of, this.rows.source.relation);
    return isFirst;
  }

  /** Begins anew, with rows as the table has them now. */
  restart(rows: ShapeRows): void {
    this.rows = rows;
    this.#isInSnapshot = undefined;
    this.#pending.clear();
  }

  /** The transaction whose changes were taken is committed. */
  commit({ xid, lsn }: Transaction): void {
    const entries = this.#pending.close();
    if (this.#isInSnapshot === undefined) this.#pending.keep({ xid, lsn, entries });
    else if (!this.#isInSnapshot(xid, lsn)) this.#append(entries);
  }

  /** From now on it is known what the snapshot has. */
  setMoment(isInSnapshot: IsInSnapshot): void {
    this.#isInSnapshot = isInSnapshot;
    for (const { xid, lsn, entries } of this.#pending.takeEarly())
      if (!isInSnapshot(xid, lsn)) this.#append(entries);
  }

  #append(entries: readonly Entry[]): void {
    if (this.#isEnded) return;
    this.log.append(entries);
    this.#lastPiece = undefined;
    this.#wake();
  }

  /** As of the log; what many wait for is put together once. */
  after(offset: Offset, bytesMax: number): Piece {
    const from = `${offset.lsn}_${offset.op}`;
    if (this.#lastPiece?.from === from) return this.#lastPiece.piece;
    const piece = this.log.after(offset, bytesMax);
    this.#lastPiece = { from, piece };
    return piece;
  }

  /** Until something changes, it ends, so long has passed, or the one who waits is gone. */
  wait(ms: number, gone?: AbortSignal): Promise<void> {
    if (this.#isEnded || gone?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        gone?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
      gone?.addEventListener('abort', done);
    });
  }

  end(why: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.log.clear();
    this.#pending.clear();
    void this.snapshot?.remove(why);
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
