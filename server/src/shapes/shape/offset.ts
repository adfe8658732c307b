/** Offsets: how far a reader came. Rows of the snapshot stand before all changes, which are in the order of commits. */

export interface Offset {
  /** The commit's place in Postgres' log; 0 in the snapshot. */
  readonly lsn: bigint;
  /** The change within its transaction, from 0; in the snapshot, the chunk. Infinity: all of them. */
  readonly op: number;
}

export const SNAPSHOT_END: Offset = { lsn: 0n, op: Number.POSITIVE_INFINITY };

/** @returns undefined where the text is none */
export function parseOffset(text: string): Offset | undefined {
  const found = /^(\d{1,20})_(\d{1,15}|inf)$/.exec(text);
  if (found === null) return undefined;
  const [, lsn = '', op = ''] = found;
  return { lsn: BigInt(lsn), op: op === 'inf' ? Number.POSITIVE_INFINITY : Number(op) };
}

export function offsetText({ lsn, op }: Offset): string {
  return `${lsn}_${op === Number.POSITIVE_INFINITY ? 'inf' : op}`;
}

export function isBehind(a: Offset, b: Offset): boolean {
  return a.lsn > b.lsn || (a.lsn === b.lsn && a.op > b.op);
}
