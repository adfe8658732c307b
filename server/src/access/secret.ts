/**
 * Secrets of credentials: 256 random bits, shown once, and kept as a scrypt hash.
 *
 * `ts_<id>_<random>`: the id says which of a credential's secrets it is, so that one hash is computed however
 * many are valid; the prefix lets scanners of code and logs find one that leaked.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** 16 MiB and some 40 ms a check. More would let a few strangers keep a region busy; the secret itself cannot be guessed. */
const COST_LOG2 = 14;
const BLOCK = 8;
const HASH_BYTES = 32;

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

export interface NewSecret {
  readonly id: string;
  /** To be shown once, and kept nowhere. */
  readonly text: string;
  readonly hash: string;
}

export async function makeSecret(): Promise<NewSecret> {
  const id = randomBytes(5).toString('hex');
  const text = `ts_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, text, hash: await hashOf(text) };
}

async function hashOf(text: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(text, salt, HASH_BYTES, { N: 2 ** COST_LOG2, r: BLOCK, p: 1 });
  return ['scrypt', COST_LOG2, BLOCK, 1, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** What is compared with where there is nothing to compare with: who guesses an account waits as long as who has one. */
const NOBODY = `scrypt$${COST_LOG2}$${BLOCK}$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** @param hash undefined where no such secret is known; it takes as long, and is never right */
export async function isSecret(text: string, hash: string | undefined): Promise<boolean> {
  const [, logN, r, p, salt = '', wanted = ''] = (hash ?? NOBODY).split('$');
  const derived = await derive(text, Buffer.from(salt, 'base64url'), HASH_BYTES, {
    N: 2 ** Number(logN),
    r: Number(r),
    p: Number(p),
  });
  const known = Buffer.from(wanted, 'base64url');
  return known.length === derived.length && timingSafeEqual(known, derived) && hash !== undefined;
}

/** Which of its credential's secrets a text claims to be; undefined where it is none of ours. */
export function secretIdOf(text: string): string | undefined {
  return /^ts_([0-9a-f]{10})_[\w-]{43}$/.exec(text)?.[1];
}
