/**
 * Vault: personal data sealed under a key per person (AES-256-GCM), and those keys wrapped by a master key.
 *
 * Master keys come from the environment or lie in a file beside the books, never in them. The first one wraps; the others
 * still unwrap what they wrapped, so that a new one can be put in front at any start.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@tallystick/store-agent';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MASTERS_MAX = 8;

export interface WrappedKey {
  readonly master: string;
  readonly wrapped: Buffer;
}

export class Vault {
  readonly #masters: ReadonlyMap<string, Buffer>;
  /** The name of the key that wraps. */
  readonly current: string;

  /**
   * @param fromEnvironment keys in base64url, divided by commas, the current one first
   * @throws ConfigError where they are none, or the file cannot be used
   */
  static open(dataDir: string, fromEnvironment: string | undefined, warn: (line: string) => void): Vault {
    const path = join(dataDir, 'master-key');
    return new Vault((fromEnvironment ?? readOrMake(path, warn)).split(',').map(readKey));
  }

  constructor(keys: readonly Buffer[]) {
    if (keys.length === 0 || keys.length > MASTERS_MAX)
      throw new ConfigError(`There must be 1 to ${MASTERS_MAX} master keys.`);
    const named = keys.map(
      (key) => [createHash('sha256').update(key).digest('hex').slice(0, 12), key] as const,
    );
    this.#masters = new Map(named);
    [[this.current]] = named as [[string, Buffer]];
  }

  /** A new key for a person. */
  makeKey(person: string): { readonly key: Buffer; readonly stored: WrappedKey } {
    const key = randomBytes(KEY_BYTES);
    return { key, stored: this.wrap(person, key) };
  }

  wrap(person: string, key: Buffer): WrappedKey {
    return {
      master: this.current,
      wrapped: seal(this.#masters.get(this.current) as Buffer, `key ${person}`, key),
    };
  }

  /** @throws Error where the master key is not there, or it is not the key of this person */
  unwrap(person: string, { master, wrapped }: WrappedKey): Buffer {
    const key = this.#masters.get(master);
    if (key === undefined)
      throw new ConfigError(
        `Master key ${master} is not here: name it in TALLYSTICK_MASTER_KEYS (in TALLYSTICK_REGION_MASTER_KEYS for a region’s own customers), behind the current one.`,
      );
    return unseal(key, `key ${person}`, wrapped);
  }

  sealJson(person: string, key: Buffer, value: unknown): Buffer {
    return seal(key, `person ${person}`, Buffer.from(JSON.stringify(value)));
  }

  /** @throws Error where it was changed, or belongs to another person */
  unsealJson(person: string, key: Buffer, sealed: Buffer): unknown {
    return JSON.parse(unseal(key, `person ${person}`, sealed).toString('utf8'));
  }
}

/** Nonce, tag and what is hidden; `about` says whose it is, so that nobody swaps two people. */
function seal(key: Buffer, about: string, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]);
}

function unseal(key: Buffer, about: string, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(about))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}

function readKey(text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length === KEY_BYTES) return key;
  throw new ConfigError(
    'A master key is 32 bytes in base64url, as `openssl rand -base64 32 | tr +/ -_` prints them.',
  );
}

function readOrMake(path: string, warn: (line: string) => void): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new ConfigError(`${path} cannot be read (${code}).`);
  }
  const key = randomBytes(KEY_BYTES).toString('base64url');
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
  warn(
    `A master key was made: ${path}. Keep a copy apart from the books: without it all personal data is lost.`,
  );
  return key;
}
