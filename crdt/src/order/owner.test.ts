import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { ownerOf } from './owner.ts';

const five = ['eu-1', 'eu-2', 'eu-3', 'eu-4', 'eu-5'] as ReplicaId[];
const ORDERS = 20_000;
/** Ids made in one burst differ in few places, which is what a weak hash stumbles over. */
const orderId = (n: number) => `01890a5d-ac96-774b-bcce-${n.toString(16).padStart(12, '0')}`;

function share(writers: readonly ReplicaId[]): Map<ReplicaId, number> {
  const shares = new Map<ReplicaId, number>();
  for (let n = 0; n < ORDERS; n += 1) {
    const owner = ownerOf(orderId(n), writers);
    shares.set(owner, (shares.get(owner) ?? 0) + 1);
  }
  return shares;
}

test('[Who] the owner of an order is the same in every release', () => {
  expect([0, 1, 2, 3, 4, 5].map((n) => ownerOf(orderId(n), five))).toEqual([
    'eu-1',
    'eu-1',
    'eu-4',
    'eu-2',
    'eu-5',
    'eu-1',
  ]);
});

test('[Who] one writer owns everything, and without a writer there is no owner', () => {
  expect(ownerOf('any', ['eu-1' as ReplicaId])).toBe('eu-1');
  expect(() => ownerOf('any', [])).toThrow(RangeError);
});

test('[Who] writers own even shares of the orders', () => {
  const shares = share(five);
  expect(shares.size).toBe(5);
  // Chance alone spreads 4,000 by about 57; four times that is a broken hash.
  for (const count of shares.values()) expect(Math.abs(count - ORDERS / 5)).toBeLessThan(230);
});

test('[Who] a writer that joins takes its share, and nothing else moves', () => {
  const joined = [...five, 'eu-6' as ReplicaId];
  let moved = 0;
  for (let n = 0; n < ORDERS; n += 1) {
    const before = ownerOf(orderId(n), five);
    const after = ownerOf(orderId(n), joined);
    if (before === after) continue;
    expect(after).toBe('eu-6');
    moved += 1;
  }
  expect(Math.abs(moved - ORDERS / 6)).toBeLessThan(220);
});

const replica = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/) as fc.Arbitrary<ReplicaId>;

test('[Who] the order of the list does not matter, and losing another writer moves nothing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(replica, { minLength: 2, maxLength: 8 }), fc.uuid(), (writers, order) => {
      const owner = ownerOf(order, writers);
      expect(ownerOf(order, [...writers].reverse())).toBe(owner);
      const lost = writers.find((writer) => writer !== owner);
      expect(
        ownerOf(
          order,
          writers.filter((writer) => writer !== lost),
        ),
      ).toBe(owner);
    }),
  );
});
