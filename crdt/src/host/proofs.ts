/** Proofs: what a device signs with the key that was made at its enrolment, so that nobody else can speak for it. */

import { createWriter, finish, writeFixed, writeText, writeUint } from '../wire/bytes.ts';
import type { Hello } from '../wire/frames.ts';

/** The private half of an Ed25519 key; browsers sign with one that no script can read, and answer later. */
export interface Signer {
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * What a child signs in `hello`: the parent's fresh challenge first, so that a hello
 * overheard once opens nothing a second time, and the writer it claims to be.
 */
export function helloProof(challenge: Uint8Array, parent: string, hello: Pick<Hello, 'writer'>): Uint8Array {
  const out = createWriter();
  writeText(out, 'tallystick hello 1');
  writeFixed(out, challenge);
  writeText(out, parent);
  writeText(out, hello.writer);
  return finish(out);
}

/** What a new device signs in `enrol`: it holds the private half of the key that it hands in. */
export function enrolProof(challenge: Uint8Array, parent: string, replica: string, code: string): Uint8Array {
  const out = createWriter();
  writeText(out, 'tallystick enrol 1');
  writeFixed(out, challenge);
  writeText(out, parent);
  writeText(out, replica);
  writeText(out, code);
  writeUint(out, 0);
  return finish(out);
}
