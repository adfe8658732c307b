/**
 * Signing keys: each region signs its tokens with a key of its own, which never leaves its folder. The public half
 * goes to the books and from there to the other regions, so that a token of one opens the doors of all.
 *
 * A key signs for a month. Its successor is made and published before it signs, and what the old one signed is taken
 * until the last of those tokens has ended: nobody notices. To drop a key at once, delete the file and start the
 * region again: keys that it no longer names are taken out of the books.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@tallystick/store-agent';
import { z } from 'zod';
import type { SigningKey } from '../../access/items.ts';

const DAY_MS = 86_400_000;
const SIGNS_MS = 30 * DAY_MS;
/** Longer than the longest token, and than a clock may be wrong. */
const TAKEN_AFTER_MS = 2 * DAY_MS;

const fileSchema = z.array(z.strictObject({ createdAtMs: z.int().min(0), privateKey: z.string() })).max(8);

interface OwnKey {
  readonly kid: string;
  readonly createdAtMs: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export class SigningKeys {
  readonly #path: string;
  readonly replica: string;
  /** Oldest first. */
  #keys: readonly OwnKey[];
  #current: OwnKey;

  /** @param published whether other regions can know a key by now. @throws ConfigError where the file is damaged */
  static open(
    folder: string,
    replica: string,
    nowMs: number,
    published: (kid: string) => boolean,
  ): SigningKeys {
    const path = join(folder, 'signing-keys.json');
    const keys = readKeys(path);
    const first = keys.length === 0 ? [makeKey(nowMs)] : keys;
    const opened = new SigningKeys(path, replica, first);
    if (keys.length === 0) opened.#write();
    opened.renew(nowMs, published);
    return opened;
  }

  private constructor(path: string, replica: string, keys: readonly OwnKey[]) {
    this.#path = path;
    this.replica = replica;
    this.#keys = keys;
    this.#current = keys[0] as OwnKey;
  }

  /** The key that signs now. */
  get current(): { readonly kid: string; readonly privateKey: KeyObject } {
    return this.#current;
  }

  find(kid: string): KeyObject | undefined {
    return this.#keys.find((key) => key.kid === kid)?.publicKey;
  }

  /** As the books write them down. */
  published(): SigningKey[] {
    return this.#keys.map(({ kid, publicKey, createdAtMs }) => ({
      id: kid,
      replica: this.replica,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      expiresAtMs: createdAtMs + SIGNS_MS + TAKEN_AFTER_MS,
    }));
  }

  /** The JWK set (RFC 7517) of this region's own keys. */
  jwks() {
    return {
      keys: this.#keys.map(({ kid, publicKey }) => {
        return { ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' };
      }),
    };
  }

  /** Makes the next key when it is time, lets it sign once it is published, and drops what nobody needs any more. */
  renew(nowMs: number, published: (kid: string) => boolean): void {
    const kept = this.#keys.filter(({ createdAtMs }) => createdAtMs + SIGNS_MS + TAKEN_AFTER_MS > nowMs);
    const newest = kept.at(-1);
    const isDue = newest === undefined || newest.createdAtMs + SIGNS_MS - TAKEN_AFTER_MS <= nowMs;
    const keys = isDue ? [...kept, makeKey(nowMs)] : kept;
    if (isDue || kept.length < this.#keys.length) {
      this.#keys = keys;
      this.#write();
    }
    // One that nobody else knows yet still signs where there is no other: this region itself knows it.
    this.#current = (keys.findLast(({ kid }) => published(kid)) ?? keys[0]) as OwnKey;
  }

  #write(): void {
    const text = JSON.stringify(
      this.#keys.map(({ createdAtMs, privateKey }) => {
        return { createdAtMs, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
      }),
    );
    // Whole or not at all: half a file would be a region that cannot start.
    writeFileSync(`${this.#path}.new`, `${text}\n`, { mode: 0o600, flush: true });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function makeKey(nowMs: number): OwnKey {
  return ownKey(generateKeyPairSync('ed25519').privateKey, nowMs);
}

function ownKey(privateKey: KeyObject, createdAtMs: number): OwnKey {
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    kid: createHash('sha256').update(der).digest('base64url').slice(0, 22),
    createdAtMs,
    privateKey,
    publicKey,
  };
}

function readKeys(path: string): OwnKey[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new ConfigError(`${path} cannot be read (${code}). Check who may read it.`);
  }
  try {
    return fileSchema
      .parse(JSON.parse(text))
      .map(({ createdAtMs, privateKey }) => ownKey(createPrivateKey(privateKey), createdAtMs));
  } catch {
    // Not the parser's words: they would quote a private key.
    throw new ConfigError(
      `${path} holds no signing keys. Delete it: new ones are made, and clients ask for new tokens.`,
    );
  }
}
