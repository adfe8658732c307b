/**
 * The past: what a tail does not hold, read for its readers where the tail came from. They take turns, and those of one
 * credential that stand at the same place, as after a restart of everything, are given one answer.
 */
import type { Read } from './tail.ts';
import { Turns, type TurnsBounds } from './turns.ts';

export interface PastReader {
  /** The credential; undefined where nobody signs in. */
  readonly whose: string | undefined;
  /** False where it went away while it waited: nothing is read for it. */
  isWaiting(): boolean;
}

interface Asked {
  readonly readers: PastReader[];
  readonly read: Promise<Read>;
}

export class Past {
  readonly #turns: Turns;
  readonly #ask: (after: number, limit: number) => Promise<Read>;
  readonly #asked = new Map<string, Asked>();

  constructor(bounds: TurnsBounds, ask: (after: number, limit: number) => Promise<Read>) {
    this.#turns = new Turns(bounds);
    this.#ask = ask;
  }

  /** @throws Problem `overloaded` where too many wait; and whatever asking throws */
  read(after: number, limit: number, reader: PastReader): Promise<Read> {
    const whose = reader.whose ?? '';
    const key = `${after} ${limit} ${whose}`;
    const known = this.#asked.get(key);
    if (known !== undefined) {
      known.readers.push(reader);
      return known.read;
    }
    const readers = [reader];
    const read = this.#turns
      .take(whose, async () =>
        readers.some((one) => one.isWaiting()) ? this.#ask(after, limit) : { events: [], next: after },
      )
      .finally(() => this.#asked.delete(key));
    this.#asked.set(key, { readers, read });
    return read;
  }
}
