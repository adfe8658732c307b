/** Turn queue: what waits for its turn, oldest first, and how much of it one turn takes. */
import type { Input } from './turn-journal.ts';

/**
 * Bytes of streams that one turn takes in. It is half of what a child may have on its way, so that
 * over a network the second half is read ahead while the first is committed; and a long journal
 * that comes in holds up nobody else's command for longer than that.
 */
const TURN_BYTES_MAX = 512 * 1024;

export class TurnQueue {
  #inputs: Input[] = [];
  #bytes = 0;
  #callers = 0;

  get length(): number {
    return this.#inputs.length;
  }

  /** Those who wait for the answer to a command. */
  get callers(): number {
    return this.#callers;
  }

  /** Of the streams that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  push(input: Input): void {
    this.#inputs.push(input);
    this.#bytes += bytesOf(input);
    if (input.kind === 'command') this.#callers += 1;
  }

  /** One frame at least, if there is any, however large it is. */
  take(): readonly Input[] {
    if (this.#bytes <= TURN_BYTES_MAX) {
      const all = this.#inputs;
      this.clear();
      return all;
    }
    let bytes = 0;
    const end = this.#inputs.findIndex((input) => {
      const before = bytes;
      bytes += bytesOf(input);
      return before > 0 && bytes > before && bytes > TURN_BYTES_MAX;
    });
    const taken = this.#inputs.splice(0, end < 0 ? this.#inputs.length : end);
    this.#count(taken, -1);
    return taken;
  }

  /** Puts back what was taken, before all others. */
  giveBack(inputs: readonly Input[]): void {
    this.#inputs = [...inputs, ...this.#inputs];
    this.#count(inputs, 1);
  }

  clear(): void {
    this.#inputs = [];
    this.#bytes = 0;
    this.#callers = 0;
  }

  #count(inputs: readonly Input[], sign: 1 | -1): void {
    for (const input of inputs) this.#bytes += sign * bytesOf(input);
    this.#callers += sign * callersOf(inputs);
  }
}

function bytesOf(input: Input): number {
  return input.kind === 'frame' && input.frame.kind === 'stream' ? input.frame.entries.length : 0;
}

/** How many of them somebody waits for. */
export function callersOf(inputs: readonly Input[]): number {
  let callers = 0;
  for (const { kind } of inputs) if (kind === 'command') callers += 1;
  return callers;
}
