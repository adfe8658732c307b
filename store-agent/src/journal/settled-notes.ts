/**
 * Settled notes: since when the authority calls an entry settled (D7).
 *
 * An entry that was written long ago may have been settled only today, by a till that was
 * away; if the books are then put back to yesterday, they lack it, and only journals have
 * it. So the mark itself must be older than the restore window, and not only the entry.
 * Pruning notes each writer's mark once a day. A mark that goes back, because the books
 * did, takes all notes above it down with it in the very commit, by a trigger: it may be
 * where it was a moment later, and was not settled for so long.
 */
import type { Database } from 'better-sqlite3';
import { DAY_MS } from './commit.ts';

/** @returns by writer number, the last entry that has been settled since `sinceMs` or longer. */
export function settledSince(db: Database, nowMs: number, sinceMs: number): ReadonlyMap<number, number> {
  // A clock that was ahead left notes of days that have not come.
  db.prepare('delete from settled_notes where noted_ms > ?').run(nowMs);
  db.prepare(
    `insert into settled_notes (writer, noted_ms, seq)
       select writer, ?, min(settled_seq, seq) from streams s where settled_seq > 0 and not exists
         (select 1 from settled_notes n where n.writer = s.writer and n.noted_ms > ?)`,
  ).run(nowMs, nowMs - DAY_MS);
  db.prepare(
    `delete from settled_notes as n where n.noted_ms < (
       select max(m.noted_ms) from settled_notes m where m.writer = n.writer and m.noted_ms <= ?)`,
  ).run(sinceMs);
  const lines = db
    .prepare<[number], [number, number]>(
      'select writer, max(seq) from settled_notes where noted_ms <= ? group by writer',
    )
    .raw();
  return new Map(lines.all(sinceMs));
}
