/**
 * Owner: which writer of a region an order belongs to.
 *
 * Rendezvous hashing (Thaler and Ravishankar, 1998): every writer scores the order,
 * the highest score owns it. All doors agree without a word, and when a writer joins
 * or leaves only the orders that it wins or owned move.
 *
 * Doors of different releases must agree too, so the hash below never changes; a
 * test pins its values.
 */
import type { ReplicaId } from '../ids.ts';

/** The owner of this order among the region's writers, whatever their order in the list. */
export function ownerOf(orderId: string, writers: readonly ReplicaId[]): ReplicaId {
  let owner = writers[0];
  if (owner === undefined) throw new RangeError('A region has at least one writer.');
  if (writers.length === 1) return owner;
  let best = scoreOf(orderId, owner);
  for (let i = 1; i < writers.length; i += 1) {
    const writer = writers[i] as ReplicaId;
    const score = scoreOf(orderId, writer);
    const order = score.high - best.high || score.low - best.low;
    if (order > 0 || (order === 0 && writer < owner)) {
      owner = writer;
      best = score;
    }
  }
  return owner;
}

/** Any two different odd-looking numbers do; these are the first 64 bits of the fraction of π. */
const SEED_HIGH = 0x243f6a88;
const SEED_LOW = 0x85a308d3;

/** 64 bits as two halves, since the numbers of this language mix only 32 at a time. */
function scoreOf(orderId: string, writer: ReplicaId): { high: number; low: number } {
  // A replica id holds no line break, so the two cannot run into each other.
  const text = `${writer}\n${orderId}`;
  return { high: murmur(text, SEED_HIGH), low: murmur(text, SEED_LOW) };
}

/**
 * MurmurHash3_x86_32 by Austin Appleby (public domain), except that a block is one
 * UTF-16 code unit instead of four bytes: ids are short, and no bytes need be made.
 */
function murmur(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) {
    let block = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    hash ^= block;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
