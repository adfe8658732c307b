/** A stream's head as a line of its table, and back. The rows have a table of their own. */
import {
  type Digest,
  type FenceReason,
  type Hash,
  type ReplicaId,
  type ReplicaKind,
  Stream,
  type WriterId,
} from '@tallystick/crdt';
import type { Line } from './line-digest.ts';
import { plain } from './runs.ts';

/** In the order of `streamLine`. */
export const STREAM_COLUMNS =
  'writer, seq, hash, kind, parent, via, fence_seq, fence_hash, fence_reason, parent_seen, ' +
  'relayed_seq, relayed_hash, settled_seq, settled_hash, digest_lo, digest_hi';

export function streamLine({ writer, head, digest }: Stream, idOf: (writer: WriterId) => number): Line {
  return [
    idOf(writer),
    head.seq,
    head.hash,
    head.kind,
    head.parent === null ? null : idOf(head.parent),
    head.via,
    head.fence?.seq ?? null,
    head.fence?.hash ?? null,
    head.fence?.reason ?? null,
    head.parentSeen,
    head.relayed.seq,
    head.relayed.hash,
    head.settled.seq,
    head.settled.hash,
    digest.lo,
    digest.hi,
  ];
}

interface StoredStream {
  readonly id: number;
  /** Without its rows. */
  readonly stream: Stream;
  /** Of its rows, as it was written. */
  readonly digest: Digest;
}

/** Of a line whose table bears its seal. */
export function streamFrom(line: Line, writerOf: (id: number) => WriterId): StoredStream {
  const [id, seq, hash, kind, parent, via, fenceSeq, fenceHash, reason, parentSeen] = line as HeadOfLine;
  const [relayedSeq, relayedHash, settledSeq, settledHash, lo, hi] = line.slice(10) as RestOfLine;
  const stream = new Stream(writerOf(id), {
    seq,
    hash: own(hash),
    kind,
    parent: parent === null ? null : writerOf(parent),
    via,
    fence:
      fenceSeq === null
        ? null
        : { seq: fenceSeq, hash: own(fenceHash as Hash), reason: reason as FenceReason },
    parentSeen,
    relayed: { seq: relayedSeq, hash: own(relayedHash) },
    settled: { seq: settledSeq, hash: own(settledHash) },
  });
  return { id, stream, digest: { lo, hi } };
}

type HeadOfLine = [
  id: number,
  seq: number,
  hash: Hash,
  kind: ReplicaKind,
  parent: number | null,
  via: ReplicaId | null,
  fenceSeq: number | null,
  fenceHash: Hash | null,
  fenceReason: FenceReason | null,
  parentSeen: number,
];
type RestOfLine = [number, Hash, number, Hash, number, number];

function own(bytes: Hash): Hash {
  return plain(bytes).slice();
}
