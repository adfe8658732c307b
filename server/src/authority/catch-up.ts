/** Catching up: what other processes of this authority committed since. */
import { decodeEntry, type Entry, type ReplicaId, type StreamHead, type WriterId } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import type pg from 'pg';
import { inSnapshot } from './load.ts';
import { HEAD_COLUMNS, type HeadRecord, headOf } from './stored-heads.ts';

export interface CommittedRun {
  readonly writer: WriterId;
  /** The direct child through which it came; null for the authority's own. */
  readonly via: ReplicaId | null;
  /** Of its first and last entry; the journal's first entry has position 1. */
  readonly positions: { readonly first: number; readonly last: number };
  readonly seqFirst: number;
  /** Length-prefixed entries, byte for byte as they came. */
  readonly bytes: Uint8Array;
}

export interface CaughtUp {
  readonly runs: readonly CommittedRun[];
  /** The position after the last of these runs. */
  readonly position: number;
  /** Whether these are all, so that the next turn may be committed. */
  readonly isComplete: boolean;
  /**
   * Heads that were written since, as they are now: fences, ways and marks are not all
   * in entries. Empty unless complete, for a head belongs behind its entries.
   */
  readonly heads: readonly WrittenHead[];
  /** Of them, accounts of lives that were in no books (F6): they stand before what came late of those lives. Always all. */
  readonly accounts: readonly WrittenHead[];
  readonly self: WriterId | null;
}

interface WrittenHead {
  readonly writer: WriterId;
  readonly head: StreamHead;
  readonly digest: string;
}

interface RunRecord {
  readonly pos_first: number;
  readonly writer: WriterId;
  readonly via: ReplicaId | null;
  readonly seq_first: number;
  readonly seq_last: number;
  readonly bytes: Uint8Array;
}

/** The database was put back under a running process: what it knows is gone from the books (F6). */
class BooksWentBack extends Error {
  override readonly name = 'BooksWentBack';

  constructor(known: number, found: number) {
    super(`The books were put back: ${known} entries are known here, and they hold ${found}.`);
  }
}

/** @param turn the commit that the reader's memory is current with. */
export async function readAfter(
  pool: pg.Pool,
  position: number,
  turn: number,
  entriesMax: number,
): Promise<{ caughtUp: CaughtUp; entries: Entry[]; turn: number }> {
  return await inSnapshot(pool, async (client) => {
    const { rows: books } = await client.query<{ position: number; turn: number; self: WriterId | null }>(
      'select position, turn, self from tallystick.books',
    );
    const now = books[0] ?? { position, turn, self: null };
    if (now.position < position || now.turn < turn) throw new BooksWentBack(position, now.position);
    const { rows } = await client.query<RunRecord>(
      `select pos_first, writer, via, seq_first, seq_last, bytes from tallystick.runs
        where pos_first > $1 and pos_first <= $1 + $2::bigint order by pos_first`,
      [position, entriesMax],
    );
    const runs = rows.map(runOf);
    const last = runs.at(-1)?.positions.last ?? position;
    const isComplete = last === now.position;
    const { rows: written } = await client.query<HeadRecord>(
      `select ${HEAD_COLUMNS} from tallystick.writers
        where turn > $1 and ($2 or fence_seq = 0)`,
      [turn, isComplete],
    );
    const heads = written.map((row) => ({ writer: row.writer, head: headOf(row), digest: row.digest }));
    return {
      caughtUp: {
        runs,
        position: last,
        isComplete,
        heads: isComplete ? heads : [],
        accounts: heads.filter(({ head: { fence } }) => fence?.seq === 0 && fence.reason !== 'branch'),
        self: now.self,
      },
      entries: runs.flatMap((run) => splitEntries(run.bytes).map(decodeEntry)),
      turn: now.turn,
    };
  });
}

function runOf(row: RunRecord): CommittedRun {
  const count = row.seq_last - row.seq_first + 1;
  return {
    writer: row.writer,
    via: row.via,
    positions: { first: row.pos_first, last: row.pos_first + count - 1 },
    seqFirst: row.seq_first,
    bytes: row.bytes,
  };
}
