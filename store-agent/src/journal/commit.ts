/**
 * Commit: all that one turn did, in one transaction (D1, D4, L4).
 *
 * This is the hot path of a shop: prepared statements only, one row per run, one per
 * document, each changed row once however many sales touched it.
 */
import { free, type Writes } from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import type { Database, Statement } from 'better-sqlite3';
import { kindNumber } from './document-reader.ts';
import { HOLD_COLUMNS, holdLine } from './hold-codec.ts';
import type { Names } from './names.ts';
import { ROW_COLUMNS, ROW_PLACES, rowValues } from './row-codec.ts';
import { piecesOf } from './runs.ts';
import type { Seals } from './seals.ts';
import { STREAM_COLUMNS, streamLine } from './stream-codec.ts';

export const DAY_MS = 86_400_000;

/** Lines of one statement: a line of it costs a third less than one of its own, and more of them gain little more. */
const DOCUMENTS_TOGETHER = 8;

export class Commit {
  readonly #names: Names;
  readonly #seals: Seals;
  readonly #idOf: (writer: Parameters<Names['idOf']>[0]) => number;
  readonly #wallMs: () => number;
  readonly #transaction: (writes: Writes) => void;
  readonly #run: Statement;
  readonly #row: Statement;
  readonly #stream: Statement;
  readonly #document: Statement;
  readonly #documents: Statement;
  readonly #progress: Statement;
  readonly #hold: Statement;
  readonly #holdEnd: Statement;
  readonly #quarantine: Statement;

  constructor(db: Database, names: Names, seals: Seals, wallMs: () => number) {
    this.#names = names;
    this.#seals = seals;
    this.#idOf = (writer) => names.idOf(writer);
    this.#wallMs = wallMs;
    this.#run = db.prepare(
      'insert into runs (pos_first, writer, seq_first, seq_last, hash_last, bytes) values (?, ?, ?, ?, ?, ?)',
    );
    this.#row = db.prepare(
      `insert or replace into rows (writer, pool, ${ROW_COLUMNS}, free) values (?, ?, ${ROW_PLACES}, ?)`,
    );
    this.#stream = db.prepare(
      `insert or replace into streams (${STREAM_COLUMNS}) values (${'?, '.repeat(15)}?)`,
    );
    const documents = (count: number) =>
      db.prepare(
        `insert into documents (kind, id, writer, seq, day) values ${Array(count).fill('(?, ?, ?, ?, ?)').join(', ')}`,
      );
    this.#document = documents(1);
    this.#documents = documents(DOCUMENTS_TOGETHER);
    this.#progress = db.prepare(
      `insert or replace into progress (order_id, line_id, cancelled, shipped, returned)
       values (?, ?, ?, ?, ?)`,
    );
    this.#hold = db.prepare(`insert or replace into holds (${HOLD_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#holdEnd = db.prepare('delete from holds where hold_id = ?');
    this.#quarantine = db.prepare(
      `insert into quarantine (writer, seq, hash, reason, bytes) values (?, ?, ?, ?, ?)
       on conflict (writer, seq, hash) do nothing`,
    );
    this.#transaction = db.transaction((writes: Writes) => this.#write(writes)).immediate;
  }

  /** @returns the journal's position after it. */
  run(writes: Writes): number {
    try {
      this.#transaction(writes);
    } catch (error) {
      this.#names.reload();
      this.#seals.reload();
      throw error;
    }
    return positionAfter(writes);
  }

  #write(writes: Writes): void {
    this.#writeRuns(writes);
    for (const { stream, pool, row } of writes.rows) {
      const bound = stream.head.fence === null ? free(row) : null;
      this.#row.run(this.#idOf(stream.writer), pool, ...rowValues(row, this.#idOf), bound);
    }
    for (const stream of writes.streams) {
      const line = streamLine(stream, this.#idOf);
      this.#stream.run(...line);
      this.#seals.replace('streams', line);
    }
    this.#writeDocuments(writes.documents);
    for (const { orderId, lineId, progress } of writes.progress) {
      this.#progress.run(orderId, lineId, progress.cancelled, progress.shipped, progress.returned);
    }
    this.#writeHolds(writes);
    for (const { entry, hash, reason, bytes } of writes.quarantined) {
      const line = [this.#idOf(entry.writer), entry.seq, hash, reason, bytes];
      if (this.#quarantine.run(...line).changes > 0) this.#seals.add('quarantine', line);
    }
    const self = this.#idOf(writes.self);
    const was = this.#seals.meta;
    this.#seals.write({
      self,
      awaits: writes.awaitsFormerLives ? 1 : 0,
      position: positionAfter(writes),
      // A restored life is over once another one has taken its place (F1).
      past: was.self === self ? was.past : null,
    });
  }

  #writeRuns(writes: Writes): void {
    let position = writes.position + 1;
    for (const run of writes.runs) {
      const writer = this.#idOf(run.writer);
      for (const piece of piecesOf(run.entries)) {
        const first = piece[0];
        const last = piece.at(-1);
        if (first === undefined || last === undefined) continue;
        const bytes = joinEntries(piece);
        this.#run.run(position, writer, first.entry.seq, last.entry.seq, last.hash, bytes);
        position += piece.length;
      }
    }
  }

  #writeDocuments(documents: Writes['documents']): void {
    const day = Math.floor(this.#wallMs() / DAY_MS);
    const alone = documents.length - (documents.length % DOCUMENTS_TOGETHER);
    let together: unknown[] = [];
    for (let i = 0; i < documents.length; i += 1) {
      const { kind, id, ref } = documents[i] as Writes['documents'][number];
      const line = [kindNumber(kind), id, this.#idOf(ref.writer), ref.seq, day];
      this.#seals.add('documents', line);
      if (i >= alone) {
        this.#document.run(line);
        continue;
      }
      together.push(...line);
      if (together.length < DOCUMENTS_TOGETHER * line.length) continue;
      this.#documents.run(together);
      together = [];
    }
  }

  #writeHolds(writes: Writes): void {
    for (const { holdId, hold } of writes.holds) {
      if (hold === null) {
        this.#holdEnd.run(holdId);
        this.#seals.end('holds', holdId);
        continue;
      }
      const line = holdLine(holdId, hold, this.#idOf);
      this.#hold.run(...line);
      this.#seals.replace('holds', line);
    }
  }
}

function positionAfter(writes: Writes): number {
  return writes.runs.reduce((position, run) => position + run.entries.length, writes.position);
}
