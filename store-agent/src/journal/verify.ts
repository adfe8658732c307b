/**
 * Verify: recomputes the journal from its entries, own and relayed, and compares all
 * that was stored beside them (D5, D6).
 *
 * One writer after the other, a page of runs at a time, so that memory holds one
 * writer's rows and the loop may run in between. The last page and the comparison
 * happen in one step: a turn that comes in between pages is simply verified as well.
 */
import {
  applyEffect,
  digestText,
  type Entry,
  forEachEffect,
  NO_MARK,
  type PoolId,
  Stream,
  type WriterId,
} from '@tallystick/crdt';
import type { Database } from 'better-sqlite3';
import { Chain, type ChainProblemKind } from './chain.ts';
import type { Names } from './names.ts';
import { ROW_COLUMNS, type RowValues, rowFrom, rowValues, sameRowValues } from './row-codec.ts';
import { plain, sha256 } from './runs.ts';

export interface VerifyProblem {
  readonly kind: ChainProblemKind | 'rows-differ' | 'digest-differs' | 'quarantine-changed' | 'stray';
  readonly writer: WriterId;
  /** The entry that is meant; for rows, the last one that was folded. */
  readonly seq: number;
  readonly message: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly writers: number;
  readonly entries: number;
  readonly problems: readonly VerifyProblem[];
  /** Problems that were found and not listed: after this many the file is past reading one by one. */
  readonly problemsLeftOut: number;
}

const PROBLEMS_MAX = 1_000;
/** Eight full runs are about 2,000 sales at about 10 µs each: a step stays near 20 ms. */
const RUNS_PER_STEP = 8;

interface HeadRow {
  writer: number;
  seq: number;
  hash: Buffer;
  kind: Stream['head']['kind'];
  digest_lo: number;
  digest_hi: number;
  fence_seq: number | null;
}

export function* verifySteps(db: Database, names: Names): Generator<void, VerifyReport, void> {
  const problems: VerifyProblem[] = [];
  let found = 0;
  let entries = 0;
  const report: Report = (kind, writer, seq, message) => {
    found += 1;
    if (problems.length < PROBLEMS_MAX) problems.push({ kind, writer, seq, message });
  };
  const writers = db.prepare<[], number>('select writer from streams order by writer').pluck().all();
  for (const writer of writers) {
    entries += yield* verifyWriter(db, names, writer, report);
    yield;
  }
  verifyStrays(db, names, report);
  verifyQuarantine(db, names, report);
  const problemsLeftOut = found - problems.length;
  return { ok: found === 0, writers: writers.length, entries, problems, problemsLeftOut };
}

type Report = (kind: VerifyProblem['kind'], writer: WriterId, seq: number, message: string) => void;

function* verifyWriter(
  db: Database,
  names: Names,
  id: number,
  report: Report,
): Generator<void, number, void> {
  const writer = names.writerOf(id);
  const readHead = db.prepare<[number], HeadRow>('select * from streams where writer = ?');
  const page = db
    .prepare<[number, number], [number, number, Buffer, Buffer]>(
      `select seq_first, seq_last, hash_last, bytes from runs where writer = ? and seq_first > ?
       order by seq_first limit ${RUNS_PER_STEP}`,
    )
    .raw();
  const folded = startOf(db, names, id, readHead.get(id) as HeadRow, report);
  const fenceSeq = () => readHead.get(id)?.fence_seq ?? Number.POSITIVE_INFINITY;
  const chain = new Chain(
    writer,
    folded.head,
    (kind, seq, message) => report(kind, writer, seq, message),
    (entry) => fold(folded, entry, fenceSeq, report),
  );
  let after = folded.head.seq;
  for (;;) {
    const runs = page.all(id, after);
    for (const [seqFirst, seqLast, hashLast, bytes] of runs) {
      chain.run({ seqFirst, seqLast, hashLast: plain(hashLast), bytes });
      after = Math.max(after, seqFirst);
    }
    // What was folded stays folded; only the list of touched rows must not grow with the chain.
    folded.currentDigest();
    folded.keep();
    if (runs.length < RUNS_PER_STEP) break;
    yield;
  }
  const head = readHead.get(id) as HeadRow;
  chain.end({ seq: head.seq, hash: plain(head.hash) });
  compareRows(db, names, id, folded, head, report);
  return chain.entries;
}

/** Rows as of the checkpoint that pruning left, or none (D7). */
function startOf(db: Database, names: Names, id: number, head: HeadRow, report: Report): Stream {
  const checkpoint = db
    .prepare<[number], { seq: number; hash: Buffer; digest_lo: number; digest_hi: number }>(
      'select seq, hash, digest_lo, digest_hi from checkpoints where writer = ?',
    )
    .get(id);
  const mark = checkpoint === undefined ? NO_MARK : { seq: checkpoint.seq, hash: plain(checkpoint.hash) };
  const stream = new Stream(names.writerOf(id), {
    ...mark,
    kind: head.kind,
    parent: null,
    via: null,
    fence: null,
    parentSeen: 0,
    relayed: NO_MARK,
    settled: NO_MARK,
  });
  const rows = db
    .prepare<[number], [PoolId, ...RowValues]>(
      `select pool, ${ROW_COLUMNS} from checkpoint_rows where writer = ?`,
    )
    .raw();
  for (const values of rows.iterate(id)) {
    stream.load(
      values[0],
      rowFrom(values as RowValues, 1, (writer) => names.writerOf(writer)),
    );
  }
  if (checkpoint !== undefined) {
    const stored = digestText({ lo: checkpoint.digest_lo, hi: checkpoint.digest_hi });
    const found = digestText(stream.digest);
    if (stored !== found) {
      report(
        'digest-differs',
        stream.writer,
        mark.seq,
        `checkpoint: stored ${stored}, its rows give ${found}`,
      );
    }
  }
  return stream;
}

function fold(stream: Stream, entry: Entry, fenceSeq: () => number, report: Report): void {
  if (entry.body.type === 'checkpoint' && entry.seq <= fenceSeq()) {
    const found = digestText(stream.currentDigest());
    if (found !== entry.body.digest) {
      const message = `the writer says ${entry.body.digest}, its entries give ${found}`;
      report('digest-differs', stream.writer, entry.seq, message);
    }
  }
  forEachEffect(entry.body, (effect) => applyEffect(stream.touch(effect.pool), effect, entry.seq));
}

function compareRows(
  db: Database,
  names: Names,
  id: number,
  folded: Stream,
  head: HeadRow,
  report: Report,
): void {
  const { writer } = folded;
  const idOf = (name: WriterId) => names.find(name) ?? -1;
  const rows = db.prepare<[number], [PoolId, ...RowValues]>(
    `select pool, ${ROW_COLUMNS} from rows where writer = ?`,
  );
  let stored = 0;
  for (const [pool, ...values] of rows.raw().iterate(id)) {
    stored += 1;
    if (folded.has(pool) && sameRowValues(rowValues(folded.row(pool), idOf), values)) continue;
    report('rows-differ', writer, head.seq, `the stored row of ${pool} is not the fold of its entries`);
  }
  if (stored < folded.poolCount) {
    report(
      'rows-differ',
      writer,
      head.seq,
      `${folded.poolCount - stored} rows of its entries are not stored`,
    );
  }
  const said = digestText({ lo: head.digest_lo, hi: head.digest_hi });
  const found = digestText(folded.digest);
  if (said !== found) {
    report('digest-differs', writer, head.seq, `stored ${said}, its entries give ${found}`);
  }
}

/** Entries of a writer that no stream stands for. */
function verifyStrays(db: Database, names: Names, report: Report): void {
  const strays = db
    .prepare<[], [number, number]>(
      `select writer, min(seq_first) from runs where writer not in (select writer from streams)
       group by writer`,
    )
    .raw();
  for (const [writer, seq] of strays.all()) {
    report('stray', names.writerOf(writer), seq, 'its entries are here, but its stream is not');
  }
}

function verifyQuarantine(db: Database, names: Names, report: Report): void {
  const all = db.prepare<[], [number, number, Buffer, Buffer]>(
    'select writer, seq, hash, bytes from quarantine',
  );
  for (const [writer, seq, hash, bytes] of all.raw().iterate()) {
    if (Buffer.compare(sha256(bytes), hash) === 0) continue;
    report('quarantine-changed', names.writerOf(writer), seq, 'its quarantined bytes have another hash');
  }
}
