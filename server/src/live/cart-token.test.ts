/** Cart tokens: what the region signed opens one cart until its end, and nothing else does. */
import { expect, test } from 'vitest';
import { readCartToken, signCartToken } from './cart-token.ts';

const SECRET = Buffer.alloc(32, 7);
const said = { cart: 'c-1', mode: 'read', endsAtMs: 1_000, keeper: 'eu' } as const;

test('is read until its end, by the secret that signed it, as it was signed', () => {
  const token = signCartToken(SECRET, said);
  expect(readCartToken(SECRET, token, 999)).toEqual(said);
  expect(readCartToken(SECRET, token, 1_000), 'it is over').toBeUndefined();
  expect(readCartToken(Buffer.alloc(32, 8), token, 0), 'another region').toBeUndefined();
  const [, mac] = token.split('.');
  const wider = Buffer.from(JSON.stringify(['c-1', 'edit', 1_000, 'eu'])).toString('base64url');
  expect(readCartToken(SECRET, `${wider}.${mac}`, 0), 'what it says was changed').toBeUndefined();
});
