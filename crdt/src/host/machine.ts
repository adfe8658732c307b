/** Machine: what a host needs of the computer it runs on, as arguments; of Node, of a browser, of a test. */
import type { Now } from '../replica/ledger.ts';

export interface Machine {
  now(): Now;
  /** Calls back in the next pass of the loop, when sockets were read. */
  nextPass(run: () => void): void;
  /** Calls back once after so many milliseconds. @returns what takes it back */
  after(delayMs: number, run: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
}
