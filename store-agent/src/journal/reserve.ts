/**
 * Reserve: a file that only takes up room (D3). When the disk is full it is given up,
 * so that acks, marks and the message that the disk is full can still be written.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { isDiskFull } from './errors.ts';

/** Room for about a thousand small commits, and for SQLite to carry its log over. */
export const RESERVE_BYTES = 4 * 1024 * 1024;

export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  #held = false;

  constructor(path: string, bytes: number = RESERVE_BYTES) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  /**
   * Takes the room, if as much again is left beside it: giving up the reserve alone must not
   * look like a disk with room, or a full one would be tried again and again.
   * @returns false where the disk has too little left: then nothing may be sold.
   */
  hold(): boolean {
    if (this.#held) return true;
    if (sizeOf(this.#path) === this.#bytes) {
      this.#held = true;
      return true;
    }
    try {
      fill(this.#path, 2 * this.#bytes, this.#bytes);
      this.#held = true;
    } catch (error) {
      this.release();
      if (!isDiskFull(error)) throw error;
    }
    return this.#held;
  }

  release(): void {
    this.#held = false;
    rmSync(this.#path, { force: true });
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** Real bytes, not a hole: a file system may compress zeros away, or promise room that it does not have. */
function fill(path: string, bytes: number, kept: number): void {
  const file = openSync(path, 'w');
  try {
    const block = Buffer.alloc(64 * 1024);
    for (let i = 0; i < block.length; i += 1) block[i] = (i * 167 + (i >> 8) * 61) & 0xff;
    for (let written = 0; written < bytes; ) {
      written += writeSync(file, block, 0, Math.min(block.length, bytes - written));
    }
    fsyncSync(file);
    ftruncateSync(file, kept);
  } finally {
    closeSync(file);
  }
}
