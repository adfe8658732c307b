/**
 * Prune: lets go of old entries that the authority has settled (D7).
 *
 * Only whole runs go, oldest first, below the entry of their writer that has been settled
 * for the whole retention, and only when all their entries are older than that. What they
 * did to the rows moves into a checkpoint in the same transaction; `verify` starts from
 * there. Entries of writers below stay: whoever is given one of them as a child is told its
 * past from above (F3a).
 *
 * Documents outlive their entries: a repeat that comes after weeks is still a repeat, and
 * an entry that is here has its documents here.
 */
import {
  addDigest,
  applyEffect,
  type Digest,
  decodeEntry,
  digestRow,
  type Entry,
  emptyRow,
  forEachEffect,
  type Hash,
  type PoolId,
  type Row,
  sameBytes,
  subtractDigest,
} from '@tallystick/crdt';
import type { Database, Statement } from 'better-sqlite3';
import { blobOf, hashOf } from './columns.ts';
import { DAY_MS } from './commit.ts';
import { DocumentReader } from './document-reader.ts';
import { EntryReader } from './entry-reader.ts';
import type { Line } from './line-digest.ts';
import type { Names } from './names.ts';
import { addEntryProgress } from './progress-print.ts';
import { ROW_COLUMNS, ROW_PLACES, type RowValues, rowFrom, rowValues } from './row-codec.ts';
import { placesIn, sha256 } from './runs.ts';
import type { Seals } from './seals.ts';
import { settledSince } from './settled-notes.ts';

export interface PruneOptions {
  /** This machine's wall clock. */
  readonly nowMs: number;
  /** Entries younger than this stay: the longer of the authority's restore window and the shop's own. */
  readonly retentionMs: number;
  /** Documents younger than this stay; never less than `DOCUMENT_RETENTION_MS_MIN`. */
  readonly documentRetentionMs?: number;
}

export interface Pruned {
  readonly entries: number;
  readonly documents: number;
  /** The step reached its bound; there may be more to let go. */
  readonly more: boolean;
}

/** Clients retry, and tills that were in a drawer come back, within a season. */
export const DOCUMENT_RETENTION_MS_MIN = 90 * DAY_MS;
/** Bounds of one step, so that no sale waits behind it for longer than about 50 ms: an entry costs about 12 µs. */
const ENTRIES_MAX = 4_000;
const RUNS_MAX = 100;
const DOCUMENTS_MAX = 5_000;

export function prune(db: Database, names: Names, seals: Seals, options: PruneOptions): Pruned {
  try {
    return db.transaction(() => pruneStep(db, names, seals, options)).immediate();
  } catch (error) {
    names.reload();
    seals.reload();
    throw error;
  }
}

function pruneStep(db: Database, names: Names, seals: Seals, options: PruneOptions): Pruned {
  let entries = 0;
  let runs = 0;
  const isFull = () => runs >= RUNS_MAX || entries >= ENTRIES_MAX;
  const olderThanMs = options.nowMs - options.retentionMs;
  const longSettled = settledSince(db, options.nowMs, olderThanMs);
  for (const settled of ownSettledWriters(db)) {
    if (isFull()) break;
    const upTo = Math.min(settled.seq, settled.fence, longSettled.get(settled.writer) ?? 0);
    const bounds = { runsMax: RUNS_MAX - runs, entriesMax: ENTRIES_MAX - entries };
    const step = pruneWriter(db, names, seals, settled, upTo, olderThanMs, bounds);
    runs += step.runs;
    entries += step.entries;
  }
  const documents = pruneDocuments(db, seals, options);
  if (entries + documents > 0) seals.write(seals.meta);
  return { entries, documents, more: isFull() || documents === DOCUMENTS_MAX };
}

interface Settled {
  readonly writer: number;
  readonly seq: number;
  readonly hash: Buffer;
  /** What a writer said after its fence stays: whether it counted is told by its documents alone (T8). */
  readonly fence: number;
}

function ownSettledWriters(db: Database): Settled[] {
  return db
    .prepare<[], Settled>(
      `select writer, min(settled_seq, seq) as seq, settled_hash as hash,
         coalesce(fence_seq, seq) as fence from streams
       where settled_seq > 0 and via is null`,
    )
    .all();
}

type RunRow = [seqFirst: number, seqLast: number, hashLast: unknown, bytes: unknown];

function pruneWriter(
  db: Database,
  names: Names,
  seals: Seals,
  settled: Settled,
  upTo: number,
  olderThanMs: number,
  { runsMax, entriesMax }: { readonly runsMax: number; readonly entriesMax: number },
): { runs: number; entries: number } {
  const runs = db
    .prepare<[number, number, number], RunRow>(
      `select seq_first, seq_last, hash_last, bytes from runs where writer = ? and seq_last <= ?
       order by seq_first limit ?`,
    )
    .raw()
    .all(settled.writer, upTo, runsMax);
  const first = runs[0];
  if (first === undefined || !isSettledHere(db, settled)) return { runs: 0, entries: 0 };
  const checkpoint = readCheckpoint(db, settled.writer);
  const folder = new CheckpointRows(db, names, settled.writer, checkpoint.digest);
  const documents = new DocumentReader(db, new EntryReader(db, names));
  let { seq, hash } = checkpoint;
  let count = 0;
  for (const [seqFirst, seqLast, storedHash, bytes] of runs) {
    if (seq - checkpoint.seq >= entriesMax) break;
    const entries = readRun(bytes);
    const hashLast = hashOf(storedHash, 'the hash of a run');
    const fits = seqFirst === seq + 1 && entries.length === seqLast - seqFirst + 1;
    // A chain that does not join on is `verify`'s to explain; nothing of it may be lost before.
    if (!fits || !joins(entries, seq === 0 ? undefined : hash, hashLast)) break;
    if (entries.some(({ entry }) => entry.wallMs > olderThanMs)) break;
    for (const { entry } of entries) {
      folder.fold(entry);
      if (!documents.isCopyCancelled(entry, { writer: settled.writer, seq: entry.seq }))
        addEntryProgress(seals.prunedProgress, entry);
    }
    seq = seqLast;
    hash = hashLast;
    count += 1;
  }
  if (count === 0) return { runs: 0, entries: 0 };
  folder.write();
  db.prepare(
    'insert or replace into checkpoints (writer, seq, hash, digest_lo, digest_hi) values (?, ?, ?, ?, ?)',
  ).run(settled.writer, seq, hash, folder.digest.lo, folder.digest.hi);
  db.prepare('delete from runs where writer = ? and seq_last <= ?').run(settled.writer, seq);
  return { runs: count, entries: seq - checkpoint.seq };
}

/** L4: where the authority settled another hash than the one here, nothing is let go. */
function isSettledHere(db: Database, settled: Settled): boolean {
  const run = db
    .prepare<[number, number], RunRow>(
      `select seq_first, seq_last, hash_last, bytes from runs where writer = ? and seq_first <= ?
       order by seq_first desc limit 1`,
    )
    .raw()
    .get(settled.writer, settled.seq);
  if (run === undefined) return false;
  const entry = readRun(run[3])[settled.seq - run[0]];
  return entry !== undefined && Buffer.compare(entry.hash, settled.hash) === 0;
}

interface ReadEntry {
  readonly entry: Entry;
  readonly hash: Hash;
}

function readRun(bytes: unknown): ReadEntry[] {
  return Array.from(placesIn(blobOf(bytes, 'a run')), (place) => ({
    entry: decodeEntry(place.bytes),
    hash: sha256(place.bytes),
  }));
}

function joins(entries: readonly ReadEntry[], before: Hash | undefined, hashLast: Uint8Array): boolean {
  let previous = before;
  for (const { entry, hash } of entries) {
    if (previous !== undefined && !sameBytes(entry.prevHash, previous)) return false;
    previous = hash;
  }
  return previous !== undefined && sameBytes(previous, hashLast);
}

function readCheckpoint(db: Database, writer: number): { seq: number; hash: Hash; digest: Digest } {
  const row = db
    .prepare<[number], { seq: number; hash: unknown; lo: number; hi: number }>(
      'select seq, hash, digest_lo as lo, digest_hi as hi from checkpoints where writer = ?',
    )
    .get(writer);
  if (row === undefined) return { seq: 0, hash: new Uint8Array(32), digest: { lo: 0, hi: 0 } };
  return {
    seq: row.seq,
    hash: hashOf(row.hash, 'the hash of a checkpoint'),
    digest: { lo: row.lo, hi: row.hi },
  };
}

/** The rows of a checkpoint that this step changes, and no others. */
class CheckpointRows {
  readonly digest: Digest;
  readonly #db: Database;
  readonly #names: Names;
  readonly #writer: number;
  readonly #stored: Statement<[number, string], RowValues>;
  readonly #rows = new Map<PoolId, Row>();

  constructor(db: Database, names: Names, writer: number, digest: Digest) {
    this.#db = db;
    this.#names = names;
    this.#writer = writer;
    this.digest = digest;
    this.#stored = db
      .prepare<[number, string], RowValues>(
        `select ${ROW_COLUMNS} from checkpoint_rows where writer = ? and pool = ?`,
      )
      .raw();
  }

  fold(entry: Entry): void {
    forEachEffect(entry.body, (effect) => applyEffect(this.#row(effect.pool), effect, entry.seq));
  }

  #row(pool: PoolId): Row {
    const known = this.#rows.get(pool);
    if (known !== undefined) return known;
    const values = this.#stored.get(this.#writer, pool);
    let row = emptyRow();
    if (values !== undefined) {
      row = rowFrom(values, 0, (id) => this.#names.writerOf(id));
      subtractDigest(this.digest, digestRow(pool, row));
    }
    this.#rows.set(pool, row);
    return row;
  }

  write(): void {
    const insert = this.#db.prepare(
      `insert or replace into checkpoint_rows (writer, pool, ${ROW_COLUMNS}) values (?, ?, ${ROW_PLACES})`,
    );
    for (const [pool, row] of this.#rows) {
      addDigest(this.digest, digestRow(pool, row));
      insert.run(this.#writer, pool, ...rowValues(row, (writer) => this.#names.idOf(writer)));
    }
  }
}

function pruneDocuments(db: Database, seals: Seals, options: PruneOptions): number {
  const retentionMs = Math.max(
    options.documentRetentionMs ?? 0,
    DOCUMENT_RETENTION_MS_MIN,
    options.retentionMs,
  );
  const day = Math.floor((options.nowMs - retentionMs) / DAY_MS);
  const gone = db
    .prepare<[number], Line[number][]>(
      `delete from documents where (kind, id) in
         (select kind, id from documents d join checkpoints c on c.writer = d.writer
          where d.day < ? and d.seq <= c.seq limit ${DOCUMENTS_MAX})
       returning kind, id, writer, seq, day`,
    )
    .raw()
    .all(day);
  for (const line of gone) seals.take('documents', line);
  return gone.length;
}
