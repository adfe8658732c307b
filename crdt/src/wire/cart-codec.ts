/** The cart channel: what a live client of one region says at a cart that another region keeps, and hears. */

import type { Reader, Writer } from './bytes.ts';
import { readBlob, readText, readUint, writeBlob, writeText, writeUint } from './bytes.ts';
import { type FrameCodecs, readFlag, readReplica, writeFlag } from './field-codec.ts';
import type { CartSession } from './frames.ts';

/** A cart of the largest size, and what stands around it. */
const SAID_BYTES_MAX = 640 * 1024;
const TEXT_BYTES = 512;
const CLOSE_CODE_MAX = 4_999;

function writeSession(out: Writer, { from, to, session, isKeeper }: CartSession): void {
  writeText(out, from);
  writeText(out, to);
  writeUint(out, session);
  writeFlag(out, isKeeper);
}

function readSession(input: Reader): CartSession {
  return {
    from: readReplica(input),
    to: readReplica(input),
    session: readUint(input),
    isKeeper: readFlag(input),
  };
}

export const cartCodecs: FrameCodecs<'cart-open' | 'cart-said' | 'cart-ended'> = {
  'cart-open': {
    number: 1,
    write(out, frame) {
      writeSession(out, frame);
      writeText(out, frame.cart);
      writeText(out, frame.token);
    },
    read: (input) => ({
      kind: 'cart-open',
      ...readSession(input),
      cart: readText(input, TEXT_BYTES),
      token: readText(input, TEXT_BYTES),
    }),
  },
  'cart-said': {
    number: 2,
    write(out, frame) {
      writeSession(out, frame);
      writeUint(out, frame.nr);
      writeBlob(out, frame.bytes);
    },
    read: (input) => ({
      kind: 'cart-said',
      ...readSession(input),
      nr: readUint(input),
      bytes: readBlob(input, SAID_BYTES_MAX).slice(),
    }),
  },
  'cart-ended': {
    number: 3,
    write(out, frame) {
      writeSession(out, frame);
      writeUint(out, frame.code);
      writeText(out, frame.reason);
    },
    read: (input) => ({
      kind: 'cart-ended',
      ...readSession(input),
      code: readUint(input, CLOSE_CODE_MAX),
      reason: readText(input, TEXT_BYTES),
    }),
  },
};
