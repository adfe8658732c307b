/**
 * Branches: both histories of a writer that lived twice (T3, F2).
 *
 * One history is the writer's chain. The other is kept as a stream of its own, whose
 * entries are those that the chain has no place for: it begins after the last entry
 * that both share, is shut out from its first entry on, and is relayed like any other.
 * Its name is made from its first entry, so every ancestor finds the same one.
 */

import { type Hash, NO_HASH } from '../entry/entry.ts';
import { areTwins, incarnationOf, replicaOf, type WriterId, writerId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import { hexOf } from '../wire/bytes.ts';
import type { Ledger } from './ledger.ts';
import { isBranch, newHead, type Stream } from './stream.ts';
import type { WrittenEntry } from './writes.ts';

/** The writer whose history this is: itself, or for a branch the writer that forked. */
export function rootOf(ledger: Ledger, stream: Stream): Stream {
  let root = stream;
  while (isBranch(root)) root = ledger.streams.get(root.head.parent as WriterId) as Stream;
  return root;
}

/** A writer's chain and, behind it, all branches that left it or each other. */
export function historiesOf(ledger: Ledger, stream: Stream): Stream[] {
  const root = rootOf(ledger, stream);
  if (ledger.branches.size === 0) return [root];
  return [root, ...[...ledger.branches].filter((branch) => rootOf(ledger, branch) === root)];
}

/**
 * Keeps an entry that the writer's chain has no place for, once.
 *
 * @returns the branch that it is part of, or the chain where that has it;
 * undefined where it joins nothing that is known here.
 */
export function keepBranch(ledger: Ledger, stream: Stream, written: WrittenEntry): Stream | undefined {
  const { seq, prevHash } = written.entry;
  const histories = historiesOf(ledger, stream);
  const known = histories.find((each) => holds(ledger, each, seq, written.hash));
  if (known !== undefined) return known;
  const isNext = ({ head }: Stream) => head.seq + 1 === seq && sameBytes(head.hash, prevHash);
  let branch = histories.find((each) => isBranch(each) && isNext(each));
  if (branch === undefined) {
    const left = histories.find((each) => leaves(ledger, each, seq, prevHash));
    if (left === undefined) return undefined;
    branch = beginBranch(ledger, left, written);
  }
  ledger.accept(branch, written);
  return branch;
}

/** True where this history has that very entry. */
function holds(ledger: Ledger, stream: Stream, seq: number, hash: Hash): boolean {
  if (seq === 0 || seq > stream.head.seq) return false;
  const known = ledger.hashOf(stream, seq);
  return known !== undefined && sameBytes(known, hash);
}

/** The seq of the first entry that stands under a stream's name. */
export function firstSeqOf({ head }: Stream): number {
  return head.fence?.reason === 'branch' ? head.fence.seq + 1 : 1;
}

/** The history that has this very entry of a life, under whatever name it stands here. */
export function copyOf(ledger: Ledger, writer: WriterId, seq: number, hash: Hash): Stream | undefined {
  const named = ledger.streams.get(writer);
  if (named !== undefined && holds(ledger, named, seq, hash)) return named;
  for (const stream of ledger.streams.values())
    if (areTwins(stream.writer, writer) && holds(ledger, stream, seq, hash)) return stream;
  return undefined;
}

function leaves(ledger: Ledger, stream: Stream, seq: number, prevHash: Hash): boolean {
  if (seq === 1) return !isBranch(stream) && sameBytes(prevHash, NO_HASH);
  if (seq - 1 > stream.head.seq) return false;
  const shared = ledger.hashOf(stream, seq - 1);
  // What both share may have been pruned here, as it was settled long ago.
  return shared === undefined ? !isBranch(stream) : sameBytes(shared, prevHash);
}

function beginBranch(ledger: Ledger, left: Stream, { entry, hash }: WrittenEntry): Stream {
  const nonce = hexOf(hash.subarray(0, 16));
  const writer = writerId(replicaOf(entry.writer), incarnationOf(entry.writer), nonce);
  return ledger.addStream(writer, branchHead(left, entry.seq - 1, entry.prevHash));
}

/** The head of a branch before its first entry: it stands where the shared history ends. */
export function branchHead(left: Stream, seq: number, hash: Hash) {
  const head = newHead(left.head.kind, left.writer, left.head.via);
  head.seq = seq;
  head.hash = hash;
  head.fence = { seq, hash, reason: 'branch' };
  return head;
}
