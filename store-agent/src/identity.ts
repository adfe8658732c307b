/**
 * Identity: an Ed25519 key made at enrolment. The private half never leaves its file;
 * the public half stands in the catalogue, where parents read it to check a `hello`.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Signer } from '@tallystick/crdt/host';
import { ConfigError } from './config-error.ts';
import { onDisk } from './journal/errors.ts';

export interface Identity extends Signer {
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Reads the key of this replica, or makes one: mode 600, written once.
 * @throws ConfigError where the file holds no such key, JournalError where it cannot be read or written.
 */
export function openIdentity(path: string): Identity {
  return identityOf(
    path,
    onDisk(path, () => readKey(path) ?? makeKey(path)),
  );
}

/**
 * Reads the key of a replica that must have one, for there is a journal: another key would open no link, and nobody
 * would know why.
 * @throws ConfigError where it is missing or no key, JournalError where it cannot be read.
 */
export function readIdentity(path: string): Identity {
  const pem = onDisk(path, () => readKey(path));
  if (pem !== undefined) return identityOf(path, pem);
  throw new ConfigError(
    `${path}, the private key of this replica, is missing, though its journal is there. Put the file back from where it was ` +
      'kept, or ask for a new code and enrol the replica anew in this folder: tallystick-agent enroll.',
  );
}

function identityOf(path: string, pem: string): Identity {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    throw new ConfigError(
      `${path} holds no private key. Put the file back from where it was kept, or enrol the replica again.`,
    );
  }
  return {
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

function readKey(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function makeKey(path: string): string {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  return pem;
}

/** @returns false for a wrong signature and for a key that is none. */
export function isSignedBy(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  } catch {
    return false;
  }
  return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature);
}
