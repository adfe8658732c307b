import { generateKeyPairSync, sign } from 'node:crypto';
import type { ReplicaId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { isProved, type PassedOn, passedOnBy, proofOf } from './forward-proof.ts';

const NOW = 1_700_000_000_000;
const keys = generateKeyPairSync('ed25519');
const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const identity = {
  publicKey: new Uint8Array(),
  sign: (bytes: Uint8Array) => sign(null, bytes, keys.privateKey),
};

const PASSED: PassedOn = {
  from: 'eu-a' as ReplicaId,
  to: 'eu-b' as ReplicaId,
  method: 'POST',
  target: '/v1/orders?x=1',
  said: { 'idempotency-key': 'k', authorization: 'Bearer t' },
  body: '{"id":"o-1"}',
};
const header = proofOf({ identity }, PASSED, NOW);

test('what a door passed on is proved by its key, whatever the order of its headers', () => {
  expect(passedOnBy(header)).toBe('eu-a');
  expect(isProved(header, PASSED, publicKey, NOW + 59_000)).toBe(true);
  const said = { authorization: 'Bearer t', 'idempotency-key': 'k' };
  expect(isProved(header, { ...PASSED, said }, publicKey, NOW)).toBe(true);
});

test.each<[string, Partial<PassedOn>]>([
  ['another sender', { from: 'eu-c' as ReplicaId }],
  ['another door', { to: 'eu-c' as ReplicaId }],
  ['another method', { method: 'PUT' }],
  ['another call', { target: '/v1/holds' }],
  ['another body', { body: '{"id":"o-2"}' }],
  ['no body', { body: undefined }],
  ['another caller', { said: { 'idempotency-key': 'k', authorization: 'Bearer u' } }],
])('the proof of one request is none of %s', (_, other) => {
  expect(isProved(header, { ...PASSED, ...other }, publicKey, NOW)).toBe(false);
});

test.each(['', 'eu-a', 'eu-a 1', 'eu-a x y', `eu-a ${NOW} !`, 'anybody at all'])(
  'there is no proof in %j',
  (text) => expect(isProved(text, PASSED, publicKey, NOW)).toBe(false),
);

test('a proof of an hour ago, of another key, or of a door without one is none', () => {
  expect(isProved(header, PASSED, publicKey, NOW + 3_600_000)).toBe(false);
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
  expect(isProved(header, PASSED, other.toString('base64'), NOW)).toBe(false);
  expect(isProved(header, PASSED, null, NOW)).toBe(false);
});
