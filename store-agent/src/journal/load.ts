/**
 * Load: memory as it was after the last commit.
 *
 * Rows are not recomputed from entries here, that would take minutes; their digest is
 * compared with the one that was stored with them, the last entry with the head, the small
 * tables with their seals, and the last entries with what was filed for them (D6). What
 * differs is an alarm with both values, and `verify` says where.
 */
import {
  digestText,
  emptyRow,
  type PoolId,
  type Stored,
  type Stream,
  sameDigest,
  type WriterId,
} from '@tallystick/crdt';
import { hexOf } from '@tallystick/crdt/wire';
import type { Database } from 'better-sqlite3';
import { hashOf, textOf, wholeOf } from './columns.ts';
import { findEnd, fitsEnd } from './end.ts';
import { Damage } from './errors.ts';
import { HOLD_COLUMNS, holdFrom } from './hold-codec.ts';
import type { Line } from './line-digest.ts';
import type { Names } from './names.ts';
import { findRecentFaults } from './recent.ts';
import { ROW_COLUMNS, type RowValues, rowFrom, tookCell } from './row-codec.ts';
import { type Seals, SMALL_TABLES } from './seals.ts';
import { STREAM_COLUMNS, streamFrom } from './stream-codec.ts';

export interface Alarm {
  readonly kind: 'rows' | 'head' | 'position' | 'document' | 'progress';
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

/** @throws Damage where a small table is not what was written: nothing in it can be trusted then. */
export function load(db: Database, names: Names, seals: Seals): Loaded {
  const [broken] = seals.broken(SMALL_TABLES);
  if (broken !== undefined) {
    const { part, stored, found } = broken;
    throw new Damage(`the digest of its ${part} is ${found} where ${stored} was written`);
  }
  const { meta } = seals;
  const alarms: Alarm[] = [];
  const writerOf = (id: number) => names.writerOf(id);
  const stored = Array.from(linesOf(db, `select ${STREAM_COLUMNS} from streams`), (line) =>
    streamFrom(line, writerOf),
  );
  const streams = new Map(stored.map(({ id, stream }) => [id, stream]));
  loadRows(db, writerOf, streams);
  const findHead = headFinder(db);
  for (const { id, stream, digest } of stored) {
    const { writer, head } = stream;
    const found = digestText(stream.digest);
    if (!sameDigest(digest, stream.digest)) {
      alarms.push({ kind: 'rows', writer, stored: digestText(digest), found });
    }
    const said = `${head.seq}:${hexOf(head.hash)}`;
    const last = findHead(id);
    if (head.seq > 0 && said !== last) alarms.push({ kind: 'head', writer, stored: said, found: last });
  }
  const self = meta.self === null ? null : names.writerOf(meta.self);
  const end = findEnd(db);
  if (self !== null && !fitsEnd(meta.position, end)) {
    alarms.push({ kind: 'position', writer: self, stored: `${meta.position}`, found: `${end.position}` });
  }
  alarms.push(...findRecentFaults(db, names, end.isPruned));
  return {
    self,
    awaitsFormerLives: meta.awaits === 1,
    position: meta.position,
    streams: streams.values(),
    holds: linesOf(db, `select ${HOLD_COLUMNS} from holds`).map((line) => holdFrom(line, writerOf)),
    alarms,
    wasRestored: meta.past !== null,
  };
}

function linesOf(db: Database, sql: string): Line[] {
  return db.prepare<[], unknown[]>(sql).raw().all();
}

type WriterOf = (id: number) => WriterId;

/** Rows of goods that were taken from the parent and sold, and nothing else: nearly all of a shop's. */
const IS_PLAIN = '(cells is null and received + reinstated + opened + closed + owed + repaid = 0)';

/**
 * Every column that is read costs about 0.2 µs, so plain rows are read by their few:
 * a hundred thousand of them in half the time. A pool's name is one string in memory,
 * however many writers speak of it.
 */
function loadRows(db: Database, writerOf: WriterOf, streams: ReadonlyMap<number, Stream>): void {
  const pools = new Map<string, PoolId>();
  const poolOf = streams.size > 1 ? (pool: PoolId) => intern(pools, pool) : (pool: PoolId) => pool;
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
      row.used = wholeOf(used, 'a counter of a row');
      row.departed = wholeOf(departed, 'a counter of a row');
      if (from !== null) row.took = [tookCell([from, n, seq], 0, writerOf)];
      stream.load(poolOf(textOf(pool, 'the pool of a row')), row);
    }
    for (const values of otherRows.iterate(id)) {
      stream.load(poolOf(textOf(values[0], 'the pool of a row')), rowFrom(values as RowValues, 1, writerOf));
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
    .prepare<[number], [unknown, unknown]>(
      'select seq_last, hash_last from runs where writer = ? order by seq_first desc limit 1',
    )
    .raw();
  const inCheckpoint = db
    .prepare<[number], [unknown, unknown]>('select seq, hash from checkpoints where writer = ?')
    .raw();
  return (writer) => {
    const found = inRuns.get(writer) ?? inCheckpoint.get(writer);
    return found === undefined
      ? 'nothing'
      : `${found[0]}:${hexOf(hashOf(found[1], 'the hash of a last entry'))}`;
  };
}
