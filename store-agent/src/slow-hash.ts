/** Slow hashes: what is kept of a secret, so that whoever reads it still has to guess, at a price for each guess. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const BLOCK = 8;
const HASH_BYTES = 32;

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** `scrypt$logN$r$p$salt$hash`, the last two in base64url. */
export const SLOW_HASH = /^scrypt\$1[4-8]\$8\$[1-4]\$[\w-]{22}\$[\w-]{43}$/;

/** @param costLog2 14 takes 16 MiB and some 40 ms, each more twice that; up to 18 */
export async function slowHash(text: string, costLog2: number): Promise<string> {
  const salt = randomBytes(16);
  const hash = await hashWith(text, salt, costLog2, BLOCK, 1);
  return ['scrypt', costLog2, BLOCK, 1, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether a text is what was hashed.
 * @param hash undefined where none is known: then it is compared with nothing, at the same cost
 */
export async function isHashOf(text: string, hash: string | undefined, costLog2: number): Promise<boolean> {
  const nobody = `scrypt$${costLog2}$${BLOCK}$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  const [, logN, r, p, salt = '', wanted = ''] = (hash ?? nobody).split('$');
  const derived = await hashWith(text, Buffer.from(salt, 'base64url'), Number(logN), Number(r), Number(p));
  const known = Buffer.from(wanted, 'base64url');
  return known.length === derived.length && timingSafeEqual(known, derived) && hash !== undefined;
}

function hashWith(text: string, salt: Buffer, logN: number, r: number, p: number): Promise<Buffer> {
  const N = 2 ** logN;
  return derive(text, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r });
}
