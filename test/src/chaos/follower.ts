/**
 * Follower: somebody who follows the events at a region's door through everything that happens, goes away now and
 * then, and reads on behind the last id. What it saw must be the books' own sequence: nothing missing, nothing
 * twice, nothing early.
 */
import http from 'node:http';
import type { Prng } from '../sim/prng.ts';

const PAUSE_MS = 250;
/** Silent for longer than a region ever is: the process behind it is frozen or cut off. */
const SILENCE_MS = 20_000;
/** How many it reads before it goes away. */
const STAY = { min: 5, max: 200 };
const CATCH_UP_MS = 60_000;

export class Follower {
  readonly name: string;
  readonly #port: number;
  readonly #prng: Prng;
  readonly #onViolation: (story: string) => void;
  /** As `id type`. */
  readonly seen: string[] = [];
  #after = 0;
  visits = 0;

  constructor(name: string, port: number, prng: Prng, onViolation: (story: string) => void) {
    this.name = name;
    this.#port = port;
    this.#prng = prng;
    this.#onViolation = onViolation;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#visit(signal);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Resolves when it has read up to an event. */
  async until(position: number): Promise<void> {
    const startedMs = performance.now();
    while (this.#after < position) {
      if (performance.now() - startedMs < CATCH_UP_MS) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        continue;
      }
      this.#onViolation(`${this.name} follows the feed up to ${this.#after} of ${position}, and no further`);
      return;
    }
  }

  /** Until it goes away, or the stream ends in whatever way. */
  #visit(signal: AbortSignal): Promise<void> {
    let left = STAY.min + this.#prng.below(STAY.max - STAY.min);
    return new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: this.#port, agent: false, timeout: SILENCE_MS, signal };
      const headers = { accept: 'text/event-stream', 'last-event-id': String(this.#after) };
      const asked = http.get({ ...options, path: '/v1/events', headers }, (response) => {
        if (response.statusCode === 410) this.#onViolation(`${this.name}: position ${this.#after} is gone`);
        if (response.statusCode !== 200) return void asked.destroy();
        this.visits += 1;
        let rest = '';
        response.setEncoding('utf8').on('error', () => {});
        response.on('data', (chunk: string) => {
          const blocks = (rest + chunk).split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks) {
            // Whoever goes away in the middle reads what is left of it again.
            if (left === 0) return void asked.destroy();
            if (this.#take(block)) left -= 1;
          }
        });
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => {});
      asked.on('close', resolve);
    });
  }

  /** @returns whether it was an event */
  #take(block: string): boolean {
    const id = /^id: (\d+)$/m.exec(block)?.[1];
    // A status has an id as well, up to which there is nothing left to be told.
    if (/^event: /m.test(block)) return false;
    if (id === undefined) return false;
    const type = /"type":"([^"]+)"/.exec(block)?.[1];
    this.seen.push(`${id} ${type}`);
    this.#after = Number(id);
    return true;
  }
}

/** @param books all that was ever told, oldest first, as `id type` @returns in words, what is not as it should be */
export function checkFollower(seen: readonly string[], books: readonly string[]): string | undefined {
  const at = seen.findIndex((one, i) => one !== books[i]);
  if (at !== -1) return `read ${seen[at]} where the books have ${books[at] ?? 'nothing'}`;
  return undefined;
}
