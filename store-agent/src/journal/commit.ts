/**
 * Commit: all that one turn did, in one transaction (D1, D4, L4).
 *
 * This is the hot path of a shop: prepared statements only, one row per run, one per
 * document, each changed row once however many sales touched it.
 */
import { DOCUMENT_KINDS, type DocumentKind, free, type Stream, type Writes } from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import type { Database, Statement } from 'better-sqlite3';
import type { Names } from './names.ts';
import { ROW_COLUMNS, ROW_PLACES, rowValues } from './row-codec.ts';
import { piecesOf } from './runs.ts';

/** On disk a kind is its place in the core's list, which therefore only ever grows at its end. */
const KIND_NUMBERS = new Map<DocumentKind, number>(DOCUMENT_KINDS.map((kind, index) => [kind, index]));

export function kindNumber(kind: DocumentKind): number {
  return KIND_NUMBERS.get(kind) as number;
}

export const DAY_MS = 86_400_000;

export class Commit {
  readonly #names: Names;
  readonly #idOf: (writer: Parameters<Names['idOf']>[0]) => number;
  readonly #wallMs: () => number;
  readonly #transaction: (writes: Writes) => void;
  readonly #run: Statement;
  readonly #row: Statement;
  readonly #stream: Statement;
  readonly #document: Statement;
  readonly #progress: Statement;
  readonly #hold: Statement;
  readonly #holdEnd: Statement;
  readonly #quarantine: Statement;
  readonly #meta: Statement;

  constructor(db: Database, names: Names, wallMs: () => number) {
    this.#names = names;
    this.#idOf = (writer) => names.idOf(writer);
    this.#wallMs = wallMs;
    this.#run = db.prepare(
      'insert into runs (pos_first, writer, seq_first, seq_last, hash_last, bytes) values (?, ?, ?, ?, ?, ?)',
    );
    this.#row = db.prepare(
      `insert or replace into rows (writer, pool, ${ROW_COLUMNS}, free) values (?, ?, ${ROW_PLACES}, ?)`,
    );
    this.#stream = db.prepare(
      `insert or replace into streams (writer, seq, hash, kind, parent, via, fence_seq, fence_hash,
         fence_reason, parent_seen, relayed_seq, relayed_hash, settled_seq, settled_hash, digest_lo, digest_hi)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#document = db.prepare('insert into documents (kind, id, writer, seq, day) values (?, ?, ?, ?, ?)');
    this.#progress = db.prepare(
      `insert or replace into progress (order_id, line_id, cancelled, shipped, returned)
       values (?, ?, ?, ?, ?)`,
    );
    this.#hold = db.prepare(
      `insert or replace into holds (hold_id, writer, lines, ttl_ms, wall_ms, monotonic_ms, boot_id, capturing)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#holdEnd = db.prepare('delete from holds where hold_id = ?');
    this.#quarantine = db.prepare(
      `insert into quarantine (writer, seq, hash, reason, bytes) values (?, ?, ?, ?, ?)
       on conflict (writer, seq, hash) do nothing`,
    );
    // A restored life is over once another one has taken its place (F1).
    this.#meta = db.prepare(
      `update meta set past = case when self is ? then past end, self = ?, awaits = ?, position = ?
       where id = 1`,
    );
    this.#transaction = db.transaction((writes: Writes) => this.#write(writes)).immediate;
  }

  /** @returns the journal's position after it. */
  run(writes: Writes): number {
    try {
      this.#transaction(writes);
    } catch (error) {
      this.#names.reload();
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
    for (const stream of writes.streams) this.#writeStream(stream);
    const day = Math.floor(this.#wallMs() / DAY_MS);
    for (const { kind, id, ref } of writes.documents) {
      this.#document.run(kindNumber(kind), id, this.#idOf(ref.writer), ref.seq, day);
    }
    for (const { orderId, lineId, progress } of writes.progress) {
      this.#progress.run(orderId, lineId, progress.cancelled, progress.shipped, progress.returned);
    }
    this.#writeHolds(writes);
    for (const { entry, hash, reason, bytes } of writes.quarantined) {
      this.#quarantine.run(this.#idOf(entry.writer), entry.seq, hash, reason, bytes);
    }
    const self = this.#idOf(writes.self);
    this.#meta.run(self, self, writes.awaitsFormerLives ? 1 : 0, positionAfter(writes));
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

  #writeStream({ writer, head, digest }: Stream): void {
    this.#stream.run(
      this.#idOf(writer),
      head.seq,
      head.hash,
      head.kind,
      head.parent === null ? null : this.#idOf(head.parent),
      head.via,
      head.fence?.seq ?? null,
      head.fence?.hash ?? null,
      head.fence?.reason ?? null,
      head.parentSeen,
      head.relayed.seq,
      head.relayed.hash,
      head.settled.seq,
      head.settled.hash,
      digest.lo,
      digest.hi,
    );
  }

  #writeHolds(writes: Writes): void {
    for (const { holdId, hold } of writes.holds) {
      if (hold === null) {
        this.#holdEnd.run(holdId);
        continue;
      }
      this.#hold.run(
        holdId,
        this.#idOf(hold.writer),
        JSON.stringify(hold.lines),
        hold.ttlMs,
        hold.sinceWallMs,
        hold.sinceMonotonicMs,
        hold.bootId,
        hold.capturing ? 1 : 0,
      );
    }
  }
}

function positionAfter(writes: Writes): number {
  return writes.runs.reduce((position, run) => position + run.entries.length, writes.position);
}
