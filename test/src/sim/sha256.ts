/** SHA-256 as the hosts give it to the core. In one call: a hash object for each costs several times the hashing. */
import { hash } from 'node:crypto';

export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = hash('sha256', bytes, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
