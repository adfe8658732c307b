/** Arbitrary ids, numbers and texts, as the byte forms of entries and frames allow them. */
import fc from 'fast-check';
import {
  type LocationId,
  type PoolId,
  poolId,
  type ReplicaId,
  type Sku,
  type WriterId,
  writerId,
} from './ids.ts';

/** Small numbers, the edges, and what lies beyond 32 bits. */
export const uints = fc.oneof(
  fc.nat(300),
  fc.constantFrom(0, 1, 127, 128, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
  fc.maxSafeNat(),
);
export const quantities = fc.oneof(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.constantFrom(1, 2 ** 31 - 1));
export const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });
export const texts = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('', 'grün', '€', '你好', '🥕'));

export const replicas = fc
  .constantFrom('a', 'berlin', 'eu', `a${'b'.repeat(62)}`)
  .map((text) => text as ReplicaId);
export const writers: fc.Arbitrary<WriterId> = fc
  .tuple(replicas, fc.constantFrom(1, 2, 999_999_999), fc.constantFrom('0', 'a', 'f'))
  .map(([replica, incarnation, digit]) => writerId(replica, incarnation, digit.repeat(32)));
export const skus = fc.constantFrom('lamp', 'a@b', 'grün', '🥕', 'x'.repeat(64)).map((text) => text as Sku);
export const locations = fc
  .constantFrom('berlin', '1', `w${'-9'.repeat(31)}`)
  .map((text) => text as LocationId);
export const pools: fc.Arbitrary<PoolId> = fc
  .tuple(skus, locations)
  .map(([sku, place]) => poolId(sku, place));
/** Ids of documents, lines, holds and orders. */
export const ids = fc.constantFrom('1', 'order-2', 'till-7/2026-01-05#3', 'z'.repeat(128));

export function few<T>(items: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(items, { maxLength: 4 });
}
