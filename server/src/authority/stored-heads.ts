/** Heads and rows as Postgres holds them, back as the core knows them. */
import type {
  Cell,
  FenceReason,
  Hash,
  ReplicaId,
  ReplicaKind,
  Row,
  StreamHead,
  WriterId,
} from '@tallystick/crdt';

export const HEAD_COLUMNS = `writer, seq, hash, kind, parent, via, fence_seq, fence_hash, fence_reason,
  parent_seen, relayed_seq, relayed_hash, settled_seq, settled_hash, digest`;

export interface HeadRecord {
  readonly writer: WriterId;
  readonly seq: number;
  readonly hash: Hash;
  readonly kind: ReplicaKind;
  readonly parent: WriterId | null;
  readonly via: ReplicaId | null;
  readonly fence_seq: number | null;
  readonly fence_hash: Hash | null;
  readonly fence_reason: FenceReason | null;
  readonly parent_seen: number;
  readonly relayed_seq: number;
  readonly relayed_hash: Hash;
  readonly settled_seq: number;
  readonly settled_hash: Hash;
  readonly digest: string;
}

export function headOf(record: HeadRecord): StreamHead {
  const { fence_seq: seq, fence_hash: hash, fence_reason: reason } = record;
  return {
    seq: record.seq,
    hash: ownBytes(record.hash),
    kind: record.kind,
    parent: record.parent,
    via: record.via,
    fence: seq === null || hash === null || reason === null ? null : { seq, hash: ownBytes(hash), reason },
    parentSeen: record.parent_seen,
    relayed: { seq: record.relayed_seq, hash: ownBytes(record.relayed_hash) },
    settled: { seq: record.settled_seq, hash: ownBytes(record.settled_hash) },
  };
}

/** A plain copy: a Buffer would keep the whole answer of the server alive. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

export const ROW_COLUMNS =
  'writer, pool, received, reinstated, used, departed, opened, closed, owed, repaid, cells';

/** One row in the order of `ROW_COLUMNS`. */
export type RowRecord = readonly [
  writer: WriterId,
  pool: string,
  received: number,
  reinstated: number,
  used: number,
  departed: number,
  opened: number,
  closed: number,
  owed: number,
  repaid: number,
  cells: Readonly<Record<'sent' | 'took' | 'reclaimed', readonly CellRecord[]>> | null,
];
type CellRecord = readonly [writer: WriterId, n: number, seq: number];

export function rowOf(record: RowRecord): Row {
  const [, , received, reinstated, used, departed, opened, closed, owed, repaid, cells] = record;
  return {
    received,
    reinstated,
    used,
    departed,
    opened,
    closed,
    owed,
    repaid,
    sent: cells?.sent.map(cellOf) ?? NO_CELLS,
    took: cells?.took.map(cellOf) ?? NO_CELLS,
    reclaimed: cells?.reclaimed.map(cellOf) ?? NO_CELLS,
  };
}

/** Shared, so that a hundred thousand rows stay small. */
const NO_CELLS: readonly Cell[] = Object.freeze([]);

function cellOf([writer, n, seq]: CellRecord): Cell {
  return { writer, n, seq };
}
