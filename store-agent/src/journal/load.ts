/**
 * Load: memory as it was after the last commit.
 *
 * Rows are not recomputed from entries here, that would take minutes; their digest is
 * compared with the one that was stored with them, and the last entry with the head
 * (D6). What differs is an alarm with both values, and `verify` says where.
 */
import {
  digestText,
  emptyRow,
  type FenceReason,
  type Hash,
  type Hold,
  type HoldId,
  type PoolId,
  type PoolUnits,
  type ReplicaId,
  type ReplicaKind,
  type Stored,
  Stream,
  type WriterId,
} from '@tallystick/crdt';
import { hexOf } from '@tallystick/crdt/wire';
import type { Database } from 'better-sqlite3';
import type { Names } from './names.ts';
import { ROW_COLUMNS, type RowValues, rowFrom } from './row-codec.ts';
import { plain } from './runs.ts';

export interface Alarm {
  readonly kind: 'rows' | 'head';
  readonly writer: WriterId;
  readonly stored: string;
  readonly found: string;
}

export interface Loaded extends Stored {
  /** D6: where the disk contradicts itself. Sell nothing before somebody has looked. */
  readonly alarms: readonly Alarm[];
  /** F1: the journal was restored from a backup; its life is over and a new one must begin. */
  readonly wasRestored: boolean;
}

interface StreamRow {
  writer: number;
  seq: number;
  hash: Buffer;
  kind: ReplicaKind;
  parent: number | null;
  via: ReplicaId | null;
  fence_seq: number | null;
  fence_hash: Buffer | null;
  fence_reason: FenceReason | null;
  parent_seen: number;
  relayed_seq: number;
  relayed_hash: Buffer;
  settled_seq: number;
  settled_hash: Buffer;
  digest_lo: number;
  digest_hi: number;
}

export interface MetaRow {
  self: number | null;
  awaits: number;
  position: number;
  past: 'restored' | null;
}

export function readMeta(db: Database): MetaRow {
  return db.prepare<[], MetaRow>('select self, awaits, position, past from meta').get() as MetaRow;
}

export function load(db: Database, names: Names): Loaded {
  const meta = readMeta(db);
  const alarms: Alarm[] = [];
  const streamRows = db.prepare<[], StreamRow>('select * from streams').all();
  const streams = new Map(streamRows.map((row) => [row.writer, streamFrom(row, names)]));
  loadRows(db, names, streams);
  const findHead = headFinder(db);
  for (const row of streamRows) {
    const stream = streams.get(row.writer) as Stream;
    const stored = digestText({ lo: row.digest_lo, hi: row.digest_hi });
    const found = digestText(stream.digest);
    if (stored !== found) alarms.push({ kind: 'rows', writer: stream.writer, stored, found });
    const head = `${row.seq}:${hexOf(row.hash)}`;
    const last = findHead(row.writer);
    if (row.seq > 0 && head !== last)
      alarms.push({ kind: 'head', writer: stream.writer, stored: head, found: last });
  }
  return {
    self: meta.self === null ? null : names.writerOf(meta.self),
    awaitsFormerLives: meta.awaits === 1,
    position: meta.position,
    streams: streams.values(),
    holds: loadHolds(db, names),
    alarms,
    wasRestored: meta.past !== null,
  };
}

function streamFrom(row: StreamRow, names: Names): Stream {
  return new Stream(names.writerOf(row.writer), {
    seq: row.seq,
    hash: own(row.hash),
    kind: row.kind,
    parent: row.parent === null ? null : names.writerOf(row.parent),
    via: row.via,
    fence:
      row.fence_seq === null
        ? null
        : {
            seq: row.fence_seq,
            hash: own(row.fence_hash as Buffer),
            reason: row.fence_reason as FenceReason,
          },
    parentSeen: row.parent_seen,
    relayed: { seq: row.relayed_seq, hash: own(row.relayed_hash) },
    settled: { seq: row.settled_seq, hash: own(row.settled_hash) },
  });
}

function own(bytes: Buffer): Hash {
  return plain(bytes).slice();
}

/** Rows of goods that were taken from the parent and sold, and nothing else: nearly all of a shop's. */
const IS_PLAIN = '(cells is null and received + reinstated + opened + closed + owed + repaid = 0)';

/**
 * Every column that is read costs about 0.2 µs, so plain rows are read by their few:
 * a hundred thousand of them in half the time. A pool's name is one string in memory,
 * however many writers speak of it.
 */
function loadRows(db: Database, names: Names, streams: ReadonlyMap<number, Stream>): void {
  const pools = new Map<string, PoolId>();
  const poolOf = streams.size > 1 ? (pool: PoolId) => intern(pools, pool) : (pool: PoolId) => pool;
  const writerOf = (id: number) => names.writerOf(id);
  const plainRows = db
    .prepare<[number], [PoolId, number, number, number | null, number, number]>(
      `select pool, used, departed, took_from, took_n, took_seq from rows where writer = ? and ${IS_PLAIN}`,
    )
    .raw();
  const otherRows = db
    .prepare<[number], [PoolId, ...RowValues]>(
      `select pool, ${ROW_COLUMNS} from rows where writer = ? and not ${IS_PLAIN}`,
    )
    .raw();
  for (const [id, stream] of streams) {
    for (const [pool, used, departed, from, n, seq] of plainRows.iterate(id)) {
      const row = emptyRow();
      row.used = used;
      row.departed = departed;
      if (from !== null) row.took = [{ writer: writerOf(from), n, seq }];
      stream.load(poolOf(pool), row);
    }
    for (const values of otherRows.iterate(id)) {
      stream.load(poolOf(values[0]), rowFrom(values as RowValues, 1, writerOf));
    }
  }
}

function intern(pools: Map<string, PoolId>, pool: PoolId): PoolId {
  const known = pools.get(pool);
  if (known === undefined) pools.set(pool, pool);
  return known ?? pool;
}

/** The last entry of a writer as its runs, or the checkpoint under them, tell it. */
function headFinder(db: Database): (writer: number) => string {
  const inRuns = db
    .prepare<[number], [number, Buffer]>(
      'select seq_last, hash_last from runs where writer = ? order by seq_first desc limit 1',
    )
    .raw();
  const inCheckpoint = db
    .prepare<[number], [number, Buffer]>('select seq, hash from checkpoints where writer = ?')
    .raw();
  return (writer) => {
    const found = inRuns.get(writer) ?? inCheckpoint.get(writer);
    return found === undefined ? 'nothing' : `${found[0]}:${hexOf(found[1])}`;
  };
}

interface HoldRow {
  hold_id: HoldId;
  writer: number;
  lines: string;
  ttl_ms: number;
  wall_ms: number;
  monotonic_ms: number;
  boot_id: string;
  capturing: number;
}

function loadHolds(db: Database, names: Names): [HoldId, Hold][] {
  const rows = db.prepare<[], HoldRow>('select * from holds').all();
  return rows.map((row) => {
    const lines: readonly PoolUnits[] = JSON.parse(row.lines);
    const hold: Hold = {
      writer: names.writerOf(row.writer),
      lines,
      ttlMs: row.ttl_ms,
      sinceWallMs: row.wall_ms,
      sinceMonotonicMs: row.monotonic_ms,
      bootId: row.boot_id,
      capturing: row.capturing === 1,
    };
    return [row.hold_id, hold];
  });
}
