/** End: where the stored runs end, against the position that `meta` says. */
import type { Database } from 'better-sqlite3';
import { wholeOf } from './columns.ts';

export interface End {
  /** The position of the last entry that is stored. */
  readonly position: number;
  /** Entries were pruned, maybe the last of all among them. */
  readonly isPruned: boolean;
}

export function findEnd(db: Database): End {
  const last = db
    .prepare<[], [unknown, unknown, unknown]>(
      'select pos_first, seq_first, seq_last from runs order by pos_first desc limit 1',
    )
    .raw()
    .get();
  const isPruned = db.prepare('select 1 from checkpoints limit 1').get() !== undefined;
  if (last === undefined) return { position: 0, isPruned };
  const [first, seqFirst, seqLast] = last.map((value) => wholeOf(value, 'the place of a run'));
  return { position: (first as number) + (seqLast as number) - (seqFirst as number), isPruned };
}

export function fitsEnd(position: number, end: End): boolean {
  return end.isPruned ? end.position <= position : end.position === position;
}
