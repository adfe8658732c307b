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
  type Digest,
  digestText,
  type Entry,
  forEachEffect,
  type Hash,
  type Mark,
  NO_MARK,
  newHead,
  type PoolId,
  Stream,
  sameBytes,
  type WriterId,
} from '@tallystick/crdt';
import { MalformedBytes } from '@tallystick/crdt/wire';
import type { Database } from 'better-sqlite3';
import { Chain, type ChainProblemKind } from './chain.ts';
import { blobOf, hashOf, textOf, wholeOf } from './columns.ts';
import { findEnd, fitsEnd } from './end.ts';
import { Damage } from './errors.ts';
import type { Names } from './names.ts';
import { ROW_COLUMNS, type RowValues, rowFrom, rowValues, sameRowValues } from './row-codec.ts';
import { sha256 } from './runs.ts';
import { SEALED_TABLES, type Seals } from './seals.ts';
import { FiledCheck } from './verify-filed.ts';

export interface VerifyProblem {
  readonly kind:
    | ChainProblemKind
    | 'rows-differ'
    | 'digest-differs'
    | 'head-differs'
    | 'document-differs'
    | 'progress-differs'
    | 'hold-differs'
    | 'position-differs'
    | 'table-changed'
    | 'quarantine-changed'
    | 'stray';
  /** Null where the problem is no single writer's. */
  readonly writer: WriterId | null;
  /** The entry that is meant; for rows, the last one that was folded; 0 for none. */
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

export type Report = (
  kind: VerifyProblem['kind'],
  writer: WriterId | null,
  seq: number,
  message: string,
) => void;

export function* verifySteps(db: Database, names: Names, seals: Seals): Generator<void, VerifyReport, void> {
  const problems: VerifyProblem[] = [];
  let found = 0;
  let entries = 0;
  const report: Report = (kind, writer, seq, message) => {
    found += 1;
    if (problems.length < PROBLEMS_MAX) problems.push({ kind, writer, seq, message });
  };
  const check: Check = { db, names, filed: new FiledCheck(db, names, seals, report), report };
  const writers = db.prepare<[], unknown>('select writer from streams order by writer').pluck().all();
  for (const id of writers) {
    try {
      entries += yield* verifyWriter(check, wholeOf(id, 'the number of a writer'));
    } catch (error) {
      reportDamage(error, report);
    }
    yield;
  }
  const parts = [
    () => check.filed.end(),
    () => verifyPosition(check, seals),
    () => verifyStrays(check),
    () => verifyQuarantine(check),
  ];
  for (const verifyPart of parts) {
    try {
      verifyPart();
    } catch (error) {
      reportDamage(error, report);
    }
  }
  for (const { part, stored, found: is } of seals.broken(SEALED_TABLES)) {
    report('table-changed', null, 0, `${part}: its digest is ${is} where ${stored} was written`);
  }
  const problemsLeftOut = found - problems.length;
  return { ok: found === 0, writers: writers.length, entries, problems, problemsLeftOut };
}

interface Check {
  readonly db: Database;
  readonly names: Names;
  readonly filed: FiledCheck;
  readonly report: Report;
}

/** What cannot even be read is one problem more; the rest of the journal is still looked at. */
function reportDamage(error: unknown, report: Report): void {
  if (!(error instanceof Damage || error instanceof MalformedBytes)) throw error;
  report('unreadable', null, 0, error.message);
}

interface StoredHead {
  readonly seq: number;
  readonly hash: Hash;
  readonly kind: unknown;
  /** Null for the authority. */
  readonly parent: WriterId | null;
  readonly fenceSeq: number;
  /** F2: the writer in whose name a branch speaks, and the last entry of what it shares. */
  readonly branch: { readonly of: WriterId; readonly from: Mark } | undefined;
  readonly digest: Digest;
}

function readHead({ db, names }: Check, id: number): StoredHead {
  const line = db
    .prepare<[number], unknown[]>(
      `select seq, hash, kind, parent, fence_seq, digest_lo, digest_hi, fence_hash, fence_reason
       from streams where writer = ?`,
    )
    .raw()
    .get(id);
  if (line === undefined) throw new Damage(`the head of writer number ${id} is not found`);
  const [seq, hash, kind, parent, fenceSeq, lo, hi, fenceHash, fenceReason] = line;
  const isBranch = fenceReason === 'branch' && typeof parent === 'number';
  return {
    branch: isBranch
      ? {
          of: forkedWriter(db, names, parent),
          from: {
            seq: wholeOf(fenceSeq, 'the entry of a fence'),
            hash: hashOf(fenceHash, 'the hash of a fence'),
          },
        }
      : undefined,
    seq: wholeOf(seq, 'the last entry of a head'),
    hash: hashOf(hash, 'the hash of a head'),
    kind,
    parent: parent === null ? null : names.writerOf(parent as number),
    fenceSeq: fenceSeq === null ? Number.POSITIVE_INFINITY : wholeOf(fenceSeq, 'the entry of a fence'),
    digest: { lo: lo as number, hi: hi as number },
  };
}

/** A branch left another history, which may be a branch as well. */
function forkedWriter(db: Database, names: Names, id: number): WriterId {
  const find = db
    .prepare<[number], [unknown, unknown]>('select parent, fence_reason from streams where writer = ?')
    .raw();
  const seen = new Set<number>();
  let at = id;
  for (let line = find.get(at); line?.[1] === 'branch' && !seen.has(at); line = find.get(at)) {
    seen.add(at);
    at = wholeOf(line[0], 'the history that a branch left');
  }
  return names.writerOf(at);
}

/** What a writer's own entries say of it. */
interface Said {
  kind: unknown;
  parent: WriterId | null;
}

function* verifyWriter(check: Check, id: number): Generator<void, number, void> {
  const { db, names, report } = check;
  const writer = names.writerOf(id);
  const page = db
    .prepare<[number, number], unknown[]>(
      `select seq_first, seq_last, hash_last, bytes from runs where writer = ? and seq_first > ?
       order by seq_first limit ${RUNS_PER_STEP}`,
    )
    .raw();
  const folded = startOf(check, id);
  let { fenceSeq, branch } = readHead(check, id);
  let said: Said | undefined;
  const chain = new Chain(
    branch?.of ?? writer,
    folded.head,
    (kind, seq, message) => report(kind, writer, seq, message),
    (entry) => {
      if (check.filed.entry(entry, id, fenceSeq)) fold(folded, entry, fenceSeq, report);
      if (branch === undefined) said = saidBy(entry, said);
    },
  );
  let after = folded.head.seq;
  for (;;) {
    fenceSeq = readHead(check, id).fenceSeq;
    const runs = page.all(id, after);
    for (const [first, last, hashLast, bytes] of runs) {
      const seqFirst = wholeOf(first, 'the first entry of a run');
      const seqLast = wholeOf(last, 'the last entry of a run');
      const hash = hashOf(hashLast, 'the hash of a run');
      chain.run({ seqFirst, seqLast, hashLast: hash, bytes: blobOf(bytes, 'a run') });
      after = Math.max(after, seqFirst);
    }
    // What was folded stays folded; only the list of touched rows must not grow with the chain.
    folded.currentDigest();
    folded.keep();
    if (runs.length < RUNS_PER_STEP) break;
    yield;
  }
  const head = readHead(check, id);
  chain.end(head);
  if (said !== undefined && (said.kind !== head.kind || said.parent !== head.parent)) {
    const message = `stored ${head.kind} under ${head.parent}, its entries say ${said.kind} under ${said.parent}`;
    report('head-differs', writer, head.seq, message);
  }
  compareRows(check, id, folded, head);
  return chain.entries;
}

/** Where the first entry was pruned, nobody but the seal knows of what kind a writer is. */
function saidBy({ body }: Entry, said: Said | undefined): Said | undefined {
  if (body.type === 'life') return { kind: body.kind, parent: body.parent };
  return said && body.type === 'reparented' ? { ...said, parent: body.parent } : said;
}

/** Rows as of the checkpoint that pruning left, or none (D7). */
function startOf(check: Check, id: number): Stream {
  const { db, names, report } = check;
  const checkpoint = db
    .prepare<[number], unknown[]>('select seq, hash, digest_lo, digest_hi from checkpoints where writer = ?')
    .raw()
    .get(id);
  const mark =
    checkpoint === undefined
      ? (readHead(check, id).branch?.from ?? NO_MARK)
      : {
          seq: wholeOf(checkpoint[0], 'the entry of a checkpoint'),
          hash: hashOf(checkpoint[1], 'the hash of a checkpoint'),
        };
  const stream = new Stream(names.writerOf(id), { ...newHead('store', null, null), ...mark });
  const rows = db
    .prepare<[number], [PoolId, ...RowValues]>(
      `select pool, ${ROW_COLUMNS} from checkpoint_rows where writer = ?`,
    )
    .raw();
  for (const values of rows.iterate(id)) {
    stream.load(
      textOf(values[0], 'the pool of a row'),
      rowFrom(values as RowValues, 1, (writer) => names.writerOf(writer)),
    );
  }
  if (checkpoint !== undefined) {
    const stored = digestText({ lo: checkpoint[2] as number, hi: checkpoint[3] as number });
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

function fold(stream: Stream, entry: Entry, fenceSeq: number, report: Report): void {
  if (entry.body.type === 'checkpoint' && entry.seq <= fenceSeq) {
    const found = digestText(stream.currentDigest());
    if (found !== entry.body.digest) {
      const message = `the writer says ${entry.body.digest}, its entries give ${found}`;
      report('digest-differs', stream.writer, entry.seq, message);
    }
  }
  forEachEffect(entry.body, (effect) => applyEffect(stream.touch(effect.pool), effect, entry.seq));
}

function compareRows({ db, names, report }: Check, id: number, folded: Stream, head: StoredHead): void {
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
  const said = digestText(head.digest);
  const found = digestText(folded.digest);
  if (said !== found) {
    report('digest-differs', writer, head.seq, `stored ${said}, its entries give ${found}`);
  }
}

function verifyPosition({ db, report }: Check, { meta }: Seals): void {
  const end = findEnd(db);
  if (fitsEnd(meta.position, end)) return;
  report('position-differs', null, 0, `stored ${meta.position}, its runs end at ${end.position}`);
}

/** Entries of a writer that no stream stands for. */
function verifyStrays({ db, names, report }: Check): void {
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

function verifyQuarantine({ db, names, report }: Check): void {
  const all = db.prepare<[], unknown[]>('select writer, seq, hash, bytes from quarantine');
  for (const [writer, seq, hash, bytes] of all.raw().iterate()) {
    const found = sha256(blobOf(bytes, 'a quarantined entry'));
    if (sameBytes(found, hashOf(hash, 'the hash of a quarantined entry'))) continue;
    const message = 'its quarantined bytes have another hash';
    report('quarantine-changed', names.writerOf(writer as number), seq as number, message);
  }
}
