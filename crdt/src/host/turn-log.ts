/**
 * Turn log: a journal as the log of its turns, for storages that keep one record a turn.
 *
 *   const record = recordOf(writes, image);   // plain data: what the storage must make durable
 *   …store it…
 *   image.apply(record);                      // only then the core may ask for it
 *   const stored = foldLog(records, sha256);  // what a replica starts from when the log is read again
 *
 * Rows, heads and holds are the fold of the log; what the core asks of its journal in between is
 * answered from memory, because such storages answer later than the core can wait.
 */
import type { FenceReason, Hash } from '../entry/entry.ts';
import type { HoldId, OrderId, PoolId, WriterId } from '../ids.ts';
import type { Hold } from '../replica/holds.ts';
import type { Sha256 } from '../replica/ledger.ts';
import { Stream, type StreamHead } from '../replica/stream.ts';
import type { Stored, Writes } from '../replica/writes.ts';
import { type Digest, digestText, sameDigest } from '../tally/digest.ts';
import { CELL_COLUMNS, COUNTERS, emptyRow, type Row } from '../tally/row.ts';
import { hexOf } from '../wire/bytes.ts';
import { joinEntries, splitEntries } from '../wire/slices.ts';
import type { JournalImage } from './journal-image.ts';
import type { LogBase } from './log-base.ts';

/** A row as one flat list: its pool, its counters, then four values for each cell. */
export type RowLine = readonly (string | number)[];

export interface SaleRecord {
  readonly orderId: OrderId;
  readonly writer: WriterId;
  readonly seq: number;
  /** Which of its writer's sales it is, counted from 1 without a gap: the number of its receipt. */
  readonly number: number;
}

/** All that one turn made durable. Plain data, so that any storage can keep it. */
export interface TurnRecord {
  readonly position: number;
  readonly self: WriterId;
  readonly awaitsFormerLives: boolean;
  readonly runs: readonly {
    readonly writer: WriterId;
    readonly seqFirst: number;
    readonly bytes: Uint8Array;
  }[];
  readonly rows: readonly { readonly writer: WriterId; readonly lines: readonly RowLine[] }[];
  readonly heads: readonly {
    readonly writer: WriterId;
    readonly head: StreamHead;
    readonly digest: Digest;
  }[];
  readonly documents: Writes['documents'];
  readonly progress: Writes['progress'];
  readonly holds: Writes['holds'];
  readonly quarantined: readonly {
    readonly bytes: Uint8Array;
    readonly hash: Hash;
    readonly reason: FenceReason;
  }[];
  readonly sales: readonly SaleRecord[];
}

/** What a turn wrote, as plain data that nobody else changes. */
export function recordOf(writes: Writes, image: JournalImage): TurnRecord {
  const rows = new Map<WriterId, RowLine[]>();
  for (const { stream, pool, row } of writes.rows) {
    const lines = rows.get(stream.writer);
    if (lines === undefined) rows.set(stream.writer, [lineOf(pool, row)]);
    else lines.push(lineOf(pool, row));
  }
  return {
    position: writes.position,
    self: writes.self,
    awaitsFormerLives: writes.awaitsFormerLives,
    runs: writes.runs.flatMap(({ writer, entries }) => {
      const [first] = entries;
      if (first === undefined) return [];
      return [{ writer, seqFirst: first.entry.seq, bytes: joinEntries(entries).slice() }];
    }),
    rows: [...rows].map(([writer, lines]) => ({ writer, lines })),
    heads: writes.streams.map(({ writer, head, digest }) => ({
      writer,
      head: { ...head },
      digest: { ...digest },
    })),
    documents: [...writes.documents],
    progress: [...writes.progress],
    holds: [...writes.holds],
    quarantined: writes.quarantined.map(({ bytes, hash, reason }) => ({ bytes, hash, reason })),
    sales: salesOf(writes, image),
  };
}

/** Own sales alone: a receipt is printed where it was sold. */
function salesOf({ runs, self }: Writes, image: JournalImage): SaleRecord[] {
  let number = image.saleCount(self);
  const sales: SaleRecord[] = [];
  for (const { writer, entries } of runs) {
    if (writer !== self) continue;
    for (const { entry } of entries) {
      if (entry.body.type !== 'sold' && entry.body.type !== 'confirmed') continue;
      number += 1;
      sales.push({ orderId: entry.body.orderId, writer, seq: entry.seq, number });
    }
  }
  return sales;
}

function lineOf(pool: PoolId, row: Readonly<Row>): RowLine {
  const line: (string | number)[] = [pool];
  for (const counter of COUNTERS) line.push(row[counter]);
  CELL_COLUMNS.forEach((name, column) => {
    for (const { writer, n, seq } of row[name]) line.push(column, writer, n, seq);
  });
  return line;
}

function rowFrom(line: RowLine): Row {
  const row = emptyRow();
  COUNTERS.forEach((counter, i) => {
    row[counter] = line[i + 1] as number;
  });
  for (let at = COUNTERS.length + 1; at < line.length; at += 4) {
    const [column, writer, n, seq] = line.slice(at, at + 4) as [number, WriterId, number, number];
    const name = CELL_COLUMNS[column];
    if (name === undefined) throw new Error(`D6: the row of ${line[0]} has a cell of no known column`);
    row[name] = [...row[name], { writer, n, seq }];
  }
  return row;
}

/**
 * What a replica starts from.
 * @param base what the turns before the first of these were folded to, where they were let go of
 * @throws Error where the log contradicts itself (D6): a turn is missing, a head has another hash than its
 *   last entry, rows another digest than was written with them. Sell nothing then.
 */
export function foldLog(records: readonly TurnRecord[], sha256: Sha256, base?: LogBase): Stored {
  const heads = new Map(base?.heads.map((head) => [head.writer, head]));
  const rows = new Map<WriterId, Map<PoolId, RowLine>>();
  const holds = new Map<HoldId, Hold>(base?.holds);
  /** The last entry of each writer, or what is known of it where it was let go of. */
  const last = new Map<WriterId, Uint8Array | Hash>();
  const isGone = new Set<WriterId>();
  let position = base?.position ?? 0;
  for (const { writer, lines } of base?.rows ?? [])
    rows.set(writer, new Map(lines.map((line) => [line[0] as PoolId, line])));
  for (const { writer, hash } of base?.pruned ?? []) {
    last.set(writer, hash);
    isGone.add(writer);
  }
  for (const { writer, bytes } of base?.kept ?? []) {
    last.set(writer, splitEntries(bytes).at(-1) as Uint8Array);
    isGone.delete(writer);
  }
  for (const record of records) {
    if (record.position !== position) throw new Error(`D5: the turn after entry ${position} is not there`);
    for (const { writer, bytes } of record.runs) {
      const entries = splitEntries(bytes);
      position += entries.length;
      last.set(writer, entries.at(-1) as Uint8Array);
      isGone.delete(writer);
    }
    for (const { writer, lines } of record.rows) {
      let pools = rows.get(writer);
      if (pools === undefined) {
        pools = new Map();
        rows.set(writer, pools);
      }
      for (const line of lines) pools.set(line[0] as PoolId, line);
    }
    for (const head of record.heads) heads.set(head.writer, head);
    for (const { holdId, hold } of record.holds) {
      if (hold === null) holds.delete(holdId);
      else holds.set(holdId, hold);
    }
  }
  const streams = [...heads.values()].map(({ writer, head, digest }) => {
    const stream = new Stream(writer, { ...head });
    for (const [pool, line] of rows.get(writer) ?? []) stream.load(pool, rowFrom(line));
    if (!sameDigest(stream.digest, digest)) {
      const [stored, found] = [digestText(digest), digestText(stream.digest)];
      throw new Error(`D6: the rows of ${writer} have the digest ${found} where ${stored} was written`);
    }
    const bytes = last.get(writer);
    if (bytes !== undefined && hexOf(isGone.has(writer) ? bytes : sha256(bytes)) !== hexOf(head.hash))
      throw new Error(`D6: the last entry of ${writer} is not the one that its head names`);
    return stream;
  });
  const { self = null, awaitsFormerLives = false } = records.at(-1) ?? base ?? {};
  return { self, awaitsFormerLives, position, streams, holds };
}
