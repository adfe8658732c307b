/**
 * Verifying the books: every chain from its first entry to its head, every row folded anew (D5, D6).
 *
 * Reads in writer order, a bounded batch of runs at a time; what is found is named by writer and seq.
 */
import {
  applyEffect,
  areTwins,
  copyRow,
  decodeEntry,
  EMPTY_ROW,
  emptyRow,
  forEachEffect,
  isBranch,
  NO_MARK,
  type PoolId,
  type Row,
  type Stream,
  sameBytes,
} from '@tallystick/crdt';
import { MalformedBytes, splitEntries } from '@tallystick/crdt/wire';
import { sha256 } from '@tallystick/store-agent';
import type pg from 'pg';
import type { Anchor } from './audit.ts';
import { loadBooks } from './load.ts';
import { pagesOf } from './read-ahead.ts';

export interface BooksReport {
  readonly writers: number;
  readonly entries: number;
  readonly problems: readonly string[];
}

const RUNS_PER_READ = 200;

/** @param heads heads of writers that stand in the trail, and so must stand here */
export async function verifyChains(
  pool: pg.Pool,
  heads: ReadonlyMap<string, Anchor> = new Map(),
): Promise<BooksReport> {
  const problems: string[] = [];
  const { stored } = await loadBooks(pool, (message) => problems.push(message));
  let entries = 0;
  let writers = 0;
  const awaited = new Map(heads);
  for (const stream of stored.streams) {
    writers += 1;
    const folded = new Map<PoolId, Row>();
    const anchor = awaited.get(stream.writer);
    awaited.delete(stream.writer);
    const found = await verifyStream(pool, stream, folded, problems, anchor);
    entries += found.entries;
    if (anchor !== undefined && found.seq < anchor.seq)
      problems.push(
        `${stream.writer}: the trail has seen entry ${anchor.seq}, and it ends at ${found.seq}: cut off`,
      );
    if (found.seq !== stream.head.seq) {
      problems.push(
        `${stream.writer}: the chain ends at entry ${found.seq}, its head says ${stream.head.seq}`,
      );
    } else if (!sameBytes(found.hash, stream.head.hash)) {
      problems.push(`${stream.writer}: the hash of entry ${found.seq} is not the head's`);
    }
    for (const [pool_, row] of stream.rows()) {
      if (!isSame(row, folded.get(pool_) ?? EMPTY_ROW)) {
        problems.push(`${stream.writer}: the row of ${pool_} is not what its entries add up to`);
      }
      folded.delete(pool_);
    }
    for (const pool_ of folded.keys()) problems.push(`${stream.writer}: the row of ${pool_} is missing`);
  }
  for (const [writer, { seq }] of awaited)
    problems.push(`${writer}: the trail has seen ${seq} entries of it, and the books have none`);
  return { writers, entries, problems };
}

async function verifyStream(
  pool: pg.Pool,
  stream: Stream,
  folded: Map<PoolId, Row>,
  problems: string[],
  anchor: Anchor | undefined,
): Promise<{ seq: number; hash: Uint8Array; entries: number }> {
  const { writer, head } = stream;
  // A branch begins behind what it shares with the history that it left, in the name of the writer that forked (F2).
  const start = isBranch(stream) && head.fence !== null ? head.fence : NO_MARK;
  let { seq, hash } = start;
  const repeated = await repeatsOf(pool, stream);
  const end = () => ({ seq, hash, entries: seq - start.seq });
  const read = async (after: Run | undefined) => {
    const { rows } = await pool.query<Run>(
      `select seq_first, bytes from tallystick.runs where writer = $1 and seq_first > $2 order by seq_first limit ${RUNS_PER_READ}`,
      [writer, after?.seq_first ?? start.seq],
    );
    return rows;
  };
  for await (const runs of pagesOf(read, RUNS_PER_READ)) {
    for (const { bytes } of runs) {
      try {
        for (const view of splitEntries(bytes)) {
          const entry = decodeEntry(view);
          // The fleet may be selling: what came after the rows were read is the next run's matter.
          if (entry.seq > head.seq) return end();
          if (
            !(isBranch(stream) ? areTwins(entry.writer, writer) : entry.writer === writer) ||
            entry.seq !== seq + 1
          ) {
            problems.push(
              `${writer}: entry ${seq + 1} is missing or swapped with ${entry.writer} ${entry.seq}`,
            );
          }
          if (!sameBytes(entry.prevHash, hash)) {
            problems.push(
              `${writer}: entry ${seq} was changed, or entry ${entry.seq} does not belong behind it`,
            );
          }
          // T8: what somebody else counted first folds as nothing.
          if (!repeated.has(entry.seq))
            forEachEffect(entry.body, (effect) => {
              let row = folded.get(effect.pool);
              if (row === undefined) {
                row = emptyRow();
                folded.set(effect.pool, row);
              }
              applyEffect(row, effect, entry.seq);
            });
          seq = entry.seq;
          hash = sha256(view);
          if (seq === anchor?.seq && Buffer.from(hash).toString('hex') !== anchor.hash)
            problems.push(`${writer}: the entries up to ${seq} are not those that the trail has seen`);
        }
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
        problems.push(`${writer}: an entry after ${seq} cannot be read: ${error.message}`);
        return end();
      }
    }
  }
  return end();
}

interface Run {
  readonly seq_first: number;
  readonly bytes: Uint8Array;
}

/**
 * Entries of a writer that was shut out whose document another entry carried first. A copy that is
 * filed was folded: its writer was shut out for that very entry, and not before.
 */
async function repeatsOf(pool: pg.Pool, { writer, head }: Stream): Promise<ReadonlySet<number>> {
  if (head.fence === null) return new Set();
  const { rows } = await pool.query<{ seq: number }>(
    `select distinct d.seq from tallystick.duplicates d
      where d.writer = $1 and d.seq > $2 and d.kind <> 'hold-end' and not exists (
        select from tallystick.documents c
        where c.kind = 'order-copy' and c.id = d.id || ' ' || d.writer and c.seq = d.seq)`,
    [writer, head.fence.seq],
  );
  return new Set(rows.map(({ seq }) => seq));
}

function isSame(a: Readonly<Row>, b: Readonly<Row>): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Cells commute, so their order says nothing. */
function sorted(row: Readonly<Row>): Row {
  const copy = copyRow(row);
  const order = (cells: Row['sent']) => [...cells].sort((x, y) => (x.writer < y.writer ? -1 : 1));
  return { ...copy, sent: order(copy.sent), took: order(copy.took), reclaimed: order(copy.reclaimed) };
}
