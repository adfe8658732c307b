/** What hashes of secrets cost: written beside them, and really paid. */
import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPin } from './cashiers/pin.ts';
import { isHashOf, SLOW_HASH, slowHash } from './slow-hash.ts';

test.each([
  ['a secret', () => slowHash('938381', 14), 14],
  ['a PIN', () => hashPin('938381'), 15],
])('the hash of %s is scrypt at the price that it names, under a salt of its own', async (_, make, log2) => {
  const hash = await make();
  expect(hash).toMatch(SLOW_HASH);
  const [, cost, r, p, salt = '', derived] = hash.split('$');
  expect([cost, r, p].map(Number)).toEqual([log2, 8, 1]);
  const price = { N: 2 ** log2, r: 8, p: 1, maxmem: 2 ** 28 };
  expect(scryptSync('938381', Buffer.from(salt, 'base64url'), 32, price).toString('base64url')).toBe(derived);
  expect(await make()).not.toBe(hash);
  expect(await isHashOf('938381', hash, log2)).toBe(true);
  expect(await isHashOf('938382', hash, log2)).toBe(false);
});
