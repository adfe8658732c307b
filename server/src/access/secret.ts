/**
 * Secrets of credentials: 256 random bits, shown once, and kept as a scrypt hash.
 *
 * `ts_<id>_<random>`: the id says which of a credential's secrets it is, so that one hash is computed however
 * many are valid; the prefix lets scanners of code and logs find one that leaked.
 */
import { randomBytes } from 'node:crypto';
import { isHashOf, slowHash } from '@tallystick/store-agent';

/** 16 MiB and some 40 ms a check. More would let a few strangers keep a region busy; the secret itself cannot be guessed. */
const COST_LOG2 = 14;
export interface NewSecret {
  readonly id: string;
  /** To be shown once, and kept nowhere. */
  readonly text: string;
  readonly hash: string;
}

export async function makeSecret(): Promise<NewSecret> {
  const id = randomBytes(5).toString('hex');
  const text = `ts_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, text, hash: await slowHash(text, COST_LOG2) };
}

/** @param hash undefined where no such secret is known; it takes as long, and is never right */
export function isSecret(text: string, hash: string | undefined): Promise<boolean> {
  return isHashOf(text, hash, COST_LOG2);
}

/** Which of its credential's secrets a text claims to be; undefined where it is none of ours. */
export function secretIdOf(text: string): string | undefined {
  return /^ts_([0-9a-f]{10})_[\w-]{43}$/.exec(text)?.[1];
}
