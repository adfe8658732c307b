/** SHA-256 at once: what browsers have themselves answers later, and the core cannot wait in the middle of a turn. */
export { sha256 } from '@noble/hashes/sha2.js';
