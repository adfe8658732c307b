/**
 * A turn as the parameters of `tallystick.commit_turn`.
 *
 * Columns go as arrays and bytes as one blob with offsets, so that twenty thousand
 * entries cost the server a dozen statements and the link one round trip.
 */
import {
  type Cell,
  COLUMN_MAX,
  COUNTERS,
  digestText,
  parsePoolId,
  type StreamHead,
  sumCells,
  type Writes,
} from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import { pgArray } from './pg-array.ts';
import { json, text } from './pg-text.ts';
import { projectTurn } from './projection.ts';

/** A run is read whole to find one entry in it, so it stays small: some 64 KiB of single-line sales. */
const RUN_ENTRIES_MAX = 256;

/** In the order in which `commit_turn` declares them, after position and turn. */
export function turnParameters(writes: Writes): unknown[] {
  return parametersOf(writes).map((value) => (Array.isArray(value) ? pgArray(value) : value));
}

function parametersOf(writes: Writes): unknown[] {
  const runs = runColumns(writes);
  const projected = projectTurn(writes);
  // An order's own row is its document: one index less for the commonest act.
  const documents = writes.documents.filter(({ kind }) => kind !== 'order');
  return [
    runs.count,
    writes.self,
    writes.awaitsFormerLives,
    ...runs.columns,
    json(writes.streams.map((stream) => headOf(stream.writer, stream.head, digestText(stream.digest)))),
    ...rowColumns(writes),
    documents.map(({ kind }) => kind),
    documents.map(({ id }) => text(id)),
    documents.map(({ ref }) => ref.writer),
    documents.map(({ ref }) => ref.seq),
    ...projected.columns,
    listOrNull(projected.progress),
    listOrNull(writes.holds.map(({ holdId, hold }) => ({ hold_id: holdId, hold }))),
    listOrNull(projected.duplicates),
    listOrNull(
      writes.quarantined.map(({ entry, bytes, hash, reason }) => ({
        writer: entry.writer,
        seq: entry.seq,
        hash: hex(hash),
        reason,
        bytes: hex(bytes),
      })),
    ),
  ];
}

function runColumns(writes: Writes): { count: number; columns: unknown[] } {
  const vias = new Map(writes.streams.map((stream) => [stream.writer, stream.head.via]));
  const blobs: Uint8Array[] = [];
  const hashes: Uint8Array[] = [];
  const columns: [string[], (string | null)[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
    [],
  ];
  let offset = 0;
  let count = 0;
  for (const { writer, entries } of writes.runs) {
    for (let at = 0; at < entries.length; at += RUN_ENTRIES_MAX) {
      const part = entries.slice(at, at + RUN_ENTRIES_MAX);
      const [first, last] = [part[0], part.at(-1)];
      if (first === undefined || last === undefined) continue;
      const bytes = joinEntries(part);
      columns[0].push(writer);
      columns[1].push(vias.get(writer) ?? null);
      columns[2].push(first.entry.seq);
      columns[3].push(part.length);
      columns[4].push(offset);
      columns[5].push(bytes.length);
      blobs.push(bytes);
      hashes.push(last.hash);
      offset += bytes.length;
      count += part.length;
    }
  }
  return { count, columns: [Buffer.concat(blobs), Buffer.concat(hashes), ...columns] };
}

function headOf(writer: string, head: StreamHead, digest: string): Record<string, unknown> {
  return {
    writer,
    seq: head.seq,
    hash: hex(head.hash),
    kind: head.kind,
    parent: head.parent,
    via: head.via,
    fence_seq: head.fence?.seq ?? null,
    fence_hash: head.fence === null ? null : hex(head.fence.hash),
    fence_reason: head.fence?.reason ?? null,
    parent_seen: head.parentSeen,
    relayed_seq: head.relayed.seq,
    relayed_hash: hex(head.relayed.hash),
    digest,
  };
}

function rowColumns({ rows }: Writes): unknown[] {
  const ids = rows.map(({ pool }) => parsePoolId(pool));
  return [
    rows.map(({ stream }) => stream.writer),
    rows.map(({ pool }) => pool),
    ids.map(({ sku }) => sku),
    ids.map(({ location }) => location),
    ...COUNTERS.map((counter) => rows.map(({ row }) => row[counter])),
    rows.map(({ row }) => storedSum(row.sent)),
    rows.map(({ row }) => storedSum(row.took)),
    rows.map(({ row }) => storedSum(row.reclaimed)),
    rows.map(({ row }) => {
      if (row.sent.length + row.took.length + row.reclaimed.length === 0) return null;
      return json({ sent: row.sent.map(cell), took: row.took.map(cell), reclaimed: row.reclaimed.map(cell) });
    }),
    rows.map(({ stream }) => stream.head.fence !== null),
  ];
}

/** T7: of a writer that was shut out for it there may be more than a column counts. */
function storedSum(cells: readonly Cell[]): number {
  return Math.min(COLUMN_MAX, sumCells(cells));
}

function cell({ writer, n, seq }: Cell): [string, number, number] {
  return [writer, n, seq];
}

function listOrNull(items: readonly unknown[]): string | null {
  return items.length === 0 ? null : json(items);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
