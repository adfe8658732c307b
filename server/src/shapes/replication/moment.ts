/** A moment, as Postgres' snapshots have it, and whether a transaction that was told is in it. */

/** Of the statement in which it stands. */
export const MOMENT_SQL = `pg_current_snapshot()::text as snapshot, (pg_current_wal_insert_lsn() - '0/0')::text as lsn`;

export interface MomentRow {
  readonly snapshot: string;
  readonly lsn: string;
}

/** As Postgres writes them: transactions below `xmin` are in it, those from `xmax` on and the running ones are not. */
export interface Moment {
  readonly xmin: string;
  readonly xmax: string;
  readonly running: readonly string[];
  readonly lsn: bigint;
}

export function momentOf({ snapshot, lsn }: MomentRow): Moment {
  const [xmin = '', xmax = '', list = ''] = snapshot.split(':');
  return { xmin, xmax, running: list === '' ? [] : list.split(','), lsn: BigInt(lsn) };
}

/** Whether a transaction that committed at a place in the log is in the snapshot. */
export type IsInSnapshot = (xid: bigint, lsn: bigint) => boolean;

export function isIn({ xmin, xmax, running, lsn: until }: Moment): IsInSnapshot {
  const [first, next, others] = [BigInt(xmin), BigInt(xmax), new Set(running.map(BigInt))];
  return (xid, lsn) => lsn <= until && (xid < first || (xid < next && !others.has(xid)));
}
