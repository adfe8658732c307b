/** Readers at once: as many as a region can bear, and of one credential no more than leave room for others. */
import { Problem } from '@tallystick/store-agent';
import type { Streams } from '../../events/streams.ts';

/** Each costs some kilobytes and a look at what concerns it. */
const READERS_MAX = 5_000;
/** Of one credential; where nobody signs in there is none. */
const OF_ONE_MAX = 1_000;

export class Readers {
  readonly #streams: Streams;
  /** Who waits for a list, or for a stream to begin. */
  readonly #asking: (string | undefined)[] = [];

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** @param whose the credential @returns a function that ends it @throws Problem where there are too many */
  enter(whose: string | undefined): () => void {
    if (this.#streams.count + this.#asking.length >= READERS_MAX)
      throw new Problem(
        'overloaded',
        'As many follow the events here as can. Try again later, or another region.',
      );
    if (whose !== undefined && this.#of(whose) >= OF_ONE_MAX)
      throw new Problem(
        'overloaded',
        `${OF_ONE_MAX} follow the events here in your name already. Close some, or share one.`,
      );
    this.#asking.push(whose);
    return () => void this.#asking.splice(this.#asking.indexOf(whose), 1);
  }

  #of(whose: string): number {
    return this.#streams.countOf(whose) + this.#asking.filter((one) => one === whose).length;
  }
}
