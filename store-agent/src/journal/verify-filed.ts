/**
 * What is filed beside the rows for the entries that `verify` reads, recomputed from them
 * and compared: documents, progress and open holds.
 *
 * What pruned entries filed cannot be recomputed. Their documents and holds have seals
 * only; the print of progress goes on from what pruning left.
 */
import {
  decodeEntry,
  digestText,
  type Entry,
  emptyDigest,
  foldHold,
  type Hold,
  type HoldId,
  sameDigest,
  type WriterId,
} from '@tallystick/crdt';
import type { Database } from 'better-sqlite3';
import { blobOf, textOf, wholeOf } from './columns.ts';
import { DocumentReader } from './document-reader.ts';
import { EntryReader } from './entry-reader.ts';
import { HOLD_COLUMNS, holdLine } from './hold-codec.ts';
import { digestLine, type Line } from './line-digest.ts';
import type { Names } from './names.ts';
import { addEntryProgress, addProgress } from './progress-print.ts';
import { placesIn } from './runs.ts';
import type { Seals } from './seals.ts';
import type { Report } from './verify.ts';

export class FiledCheck {
  readonly #db: Database;
  readonly #names: Names;
  readonly #seals: Seals;
  readonly #report: Report;
  readonly #documents: DocumentReader;
  readonly #entries: EntryReader;
  readonly #progress = emptyDigest();
  readonly #holds = new Map<HoldId, Hold>();
  /** How far each writer was read: what turns wrote meanwhile is added at the end. */
  readonly #readTo = new Map<number, number>();

  constructor(db: Database, names: Names, seals: Seals, report: Report) {
    this.#db = db;
    this.#names = names;
    this.#seals = seals;
    this.#report = report;
    this.#entries = new EntryReader(db, names);
    this.#documents = new DocumentReader(db, this.#entries);
  }

  /** The next entry of a writer. @returns whether it counts: what is said twice after a fence does not. */
  entry(entry: Entry, id: number, fenceSeq: number): boolean {
    this.#readTo.set(id, entry.seq);
    if (entry.seq > fenceSeq && this.#documents.isRepeat(entry, { writer: id, seq: entry.seq })) return false;
    for (const { name, stored } of this.#documents.faultsOf(entry, { writer: id, seq: entry.seq })) {
      this.#report(
        'document-differs',
        entry.writer,
        entry.seq,
        `${name} is its, and ${stored} is stored for it`,
      );
    }
    if (!this.#documents.isCopyCancelled(entry, { writer: id, seq: entry.seq }))
      addEntryProgress(this.#progress, entry);
    if (id !== this.#seals.meta.self) return true;
    const change = foldHold(this.#holds, entry);
    if (change?.hold === null) this.#holds.delete(change.holdId);
    else if (change !== undefined) this.#holds.set(change.holdId, change.hold);
    return true;
  }

  /** After the last entry, in one step. */
  end(): void {
    this.#readOn();
    this.#compareProgress();
    this.#compareHolds();
  }

  /** Entries that turns wrote behind what was read of their writers, and writers that are new since. */
  #readOn(): void {
    const later = this.#db
      .prepare<[number, number], unknown[]>(
        'select bytes from runs where writer = ? and seq_first > ? order by seq_first',
      )
      .pluck();
    const streams = this.#db.prepare<[], [number, number | null]>('select writer, fence_seq from streams');
    for (const [id, fence] of streams.raw().all()) {
      const fenceSeq = fence ?? Number.POSITIVE_INFINITY;
      for (const bytes of later.all(id, this.#readTo.get(id) ?? 0)) {
        for (const place of placesIn(blobOf(bytes, 'a run')))
          this.entry(decodeEntry(place.bytes), id, fenceSeq);
      }
    }
  }

  #compareProgress(): void {
    const entries = this.#progress;
    const { prunedProgress } = this.#seals;
    entries.lo = (entries.lo + prunedProgress.lo) | 0;
    entries.hi = (entries.hi + prunedProgress.hi) | 0;
    const table = emptyDigest();
    const lines = this.#db.prepare<[], unknown[]>(
      'select order_id, line_id, cancelled, shipped, returned from progress',
    );
    for (const [orderId, lineId, ...numbers] of lines.raw().iterate()) {
      const what = 'the progress of an order line';
      const [cancelled, shipped, returned] = numbers.map((n) => wholeOf(n, what)) as [number, number, number];
      addProgress(table, textOf(orderId, what), textOf(lineId, what), { cancelled, shipped, returned });
    }
    if (sameDigest(table, entries)) return;
    const message = `progress of order lines: stored ${digestText(table)}, its entries give ${digestText(entries)}`;
    this.#report('progress-differs', null, 0, message);
  }

  #compareHolds(): void {
    const { self } = this.#seals.meta;
    if (self === null) return;
    const writer = this.#names.writerOf(self);
    const idOf = (name: WriterId) => this.#names.find(name) ?? -1;
    const stored = new Map<unknown, Line>();
    for (const line of this.#db.prepare<[], unknown[]>(`select ${HOLD_COLUMNS} from holds`).raw().all()) {
      stored.set(line[0], line);
    }
    for (const [holdId, hold] of this.#holds) {
      const line = stored.get(holdId);
      stored.delete(holdId);
      if (line !== undefined && sameDigest(digestLine(line), digestLine(holdLine(holdId, hold, idOf))))
        continue;
      this.#report('hold-differs', writer, 0, `hold ${holdId} is not stored as its entries give it`);
    }
    // An entry that was pruned may have opened it.
    if (this.#entries.isPruned(self, 1)) return;
    for (const holdId of stored.keys())
      this.#report('hold-differs', writer, 0, `hold ${String(holdId)} is stored, and no entry holds it open`);
  }
}
