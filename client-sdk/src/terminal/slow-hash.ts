/** Slow hashes of PINs, as shops and the authority write them: `scrypt$logN$r$p$salt$hash`. */
import { scryptAsync } from '@noble/hashes/scrypt.js';

/** For somebody who is not known here: it takes as long, and is never right. */
const NOBODY = `scrypt$15$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
/** A hash that asks for more than this is none of ours. */
const LOG_N_MAX = 18;

export async function isHashOf(text: string, hash: string | undefined): Promise<boolean> {
  const [name, logN, r, p, salt = '', wanted = ''] = (hash ?? NOBODY).split('$');
  if (name !== 'scrypt' || !(Number(logN) <= LOG_N_MAX)) return false;
  const known = bytesOf(wanted);
  const derived = await scryptAsync(text, bytesOf(salt), {
    N: 2 ** Number(logN),
    r: Number(r),
    p: Number(p),
    dkLen: known.length,
    maxmem: 2 ** 30,
  });
  const difference = derived.reduce((sum, byte, i) => sum | (byte ^ (known[i] as number)), 0);
  return difference === 0 && hash !== undefined;
}

function bytesOf(base64url: string): Uint8Array {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
