/**
 * Tail: the newest events in memory, filled by one reader, served to any number of others.
 *
 * It is bounded in events and in bytes: what is older is read where it came from. Every event is read while
 * somebody follows; while nobody does, the tail glances at the newest now and again, and what happened in
 * between costs nothing here. Whoever reads says so first (`follow`), and then waits until it was `heard`.
 */
import type { Log } from '@tallystick/store-agent';
import type { Held } from './event.ts';

/** What was read of a feed behind a position. */
export type Read = { readonly events: readonly Held[]; readonly next: number } | Gone;

/** Somebody's place leads nowhere any more, and why. `restart` is where they may go on once they read the state anew. */
export interface Gone {
  readonly gone: string;
  readonly restart: number;
}

/** Told at once of what becomes of a tail. */
export interface TailListener {
  appended(events: readonly Held[]): void;
  /** Whoever stood at its end has missed something that nobody can give them. */
  gone(gone: Gone): void;
  stopped(): void;
}

export interface TailSource {
  /**
   * Resolves when there is something; with nothing at once, or after a while where it `waits`. `after` undefined
   * begins at the end.
   */
  read(after: number | undefined, waits: boolean): Promise<Read>;
  /** Some of the newest, behind whatever is left out; at once. */
  glance(after: number | undefined): Promise<Read>;
}

export interface TailBounds {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

const TAIL_BOUNDS: TailBounds = { eventsMax: 20_000, bytesMax: 32 * 1024 * 1024 };
/** The source failed: it is asked again this often. */
const RETRY_MS = 250;
const GLANCE_EVERY_MS = 2_000;
/** Who asks again and again follows without a break. */
const LINGER_MS = 30_000;
/** Somebody who comes waits no longer for what is new; whoever stands in between may be away. */
const HEAR_WAIT_MS = 1_000;

export class Tail {
  readonly #source: TailSource;
  readonly #log: Log;
  readonly #bounds: TailBounds;
  readonly #listeners = new Set<TailListener>();
  #events: Held[] = [];
  /** Events at the beginning of the list that were given up; cut off when they are many. */
  #head = 0;
  #bytes = 0;
  /** The position before the first event that is held; undefined until the source answered once. */
  #base: number | undefined;
  #last = 0;
  #isEnded = false;
  #followers = 0;
  #lingerUntilMs = 0;
  /** Read behind its end since somebody followed. */
  #isHeard = false;
  #wake: (() => void) | undefined;
  readonly #hearers = new Set<() => void>();
  #filling: Promise<void> | undefined;
  /** When the source last answered, by the clock of this machine. */
  heardAtMs: number | undefined;
  isConnected = false;

  constructor(source: TailSource, log: Log, bounds = TAIL_BOUNDS) {
    this.#source = source;
    this.#log = log;
    this.#bounds = bounds;
  }

  /** The newest position; undefined until the source was heard. */
  get last(): number | undefined {
    return this.#base === undefined ? undefined : this.#last;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  start(): void {
    this.#filling ??= this.#fill();
  }

  /** Nothing is appended any more; who waits is told. The source's read that is under way is not waited for. */
  stop(): void {
    this.#isEnded = true;
    this.#wake?.();
    this.#hear();
    for (const listener of this.#listeners) listener.stopped();
  }

  /** Somebody reads. @returns a function that ends it */
  follow(): () => void {
    this.#followers += 1;
    this.#wake?.();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#followers -= 1;
      this.#lingerUntilMs = performance.now() + LINGER_MS;
    };
  }

  get #isFollowed(): boolean {
    return this.#followers > 0 || performance.now() < this.#lingerUntilMs;
  }

  /** For who follows: resolves when the tail has caught up with its source, or that does not answer. */
  async heard(): Promise<void> {
    if (this.#isHeard) return;
    await within(HEAR_WAIT_MS, (done) => {
      this.#hearers.add(done);
      return () => this.#hearers.delete(done);
    });
  }

  #hear(): void {
    for (const done of [...this.#hearers]) done();
  }

  async #fill(): Promise<void> {
    while (!this.#isEnded) {
      try {
        await this.#step();
      } catch (error) {
        if (this.isConnected) this.#log.warn({ err: error }, 'the feed cannot be read now');
        this.isConnected = false;
        this.#hear();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #step(): Promise<void> {
    const { last } = this;
    if (this.#isFollowed) {
      const read = await this.#source.read(last, this.#isHeard);
      this.#take(read);
      if (this.#isHeard || this.last !== last) return;
      this.#isHeard = true;
      this.#hear();
      return;
    }
    this.#isHeard = false;
    const read = await this.#source.glance(last);
    // Whoever came meanwhile wants those that were left out as well.
    if (!this.#isFollowed || last === undefined) this.#take(read);
    if (this.#isFollowed || this.#isEnded) return;
    await within(GLANCE_EVERY_MS, (done) => {
      this.#wake = done;
      return () => {};
    });
  }

  #take(read: Read): void {
    if (this.#isEnded) return;
    this.isConnected = true;
    this.heardAtMs = Date.now();
    if (!('gone' in read)) return this.append(read.events, read.next);
    this.#restart(read.restart);
    for (const listener of this.#listeners) listener.gone(read);
  }

  #restart(position: number): void {
    this.#events = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#base = position;
    this.#last = position;
  }

  append(events: readonly Held[], next: number): void {
    // Behind a jump begins another history: who is before it asks where jumps are known.
    const first = events[0]?.position;
    const continues = first === undefined ? next === this.#last : first === this.#last + 1;
    if (this.#base === undefined || !continues) this.#restart(first === undefined ? next : first - 1);
    for (const event of events) {
      this.#events.push(event);
      this.#bytes += event.bytes;
    }
    this.#last = next;
    this.#trim();
    if (events.length > 0) for (const listener of this.#listeners) listener.appended(events);
  }

  #trim(): void {
    const { eventsMax, bytesMax } = this.#bounds;
    while (this.#events.length - this.#head > eventsMax || this.#bytes > bytesMax) {
      const event = this.#events[this.#head] as Held;
      this.#bytes -= event.bytes;
      this.#base = event.position;
      this.#head += 1;
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Events behind a position, the next ones first; undefined where they are not held. */
  after(position: number, limit: number): readonly Held[] | undefined {
    if (this.#base === undefined || position < this.#base || position > this.#last) return undefined;
    // Held positions have no hole, so the place of one is known.
    const from = this.#head + (position - this.#base);
    return this.#events.slice(from, from + limit);
  }

  /** @returns a function that ends it */
  listen(listener: TailListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when there is something behind a position, when that is gone, when the tail stops, or after a time. */
  wait(position: number, waitMs: number): Promise<void> {
    if (this.#isEnded || (this.#base !== undefined && this.#last > position)) return Promise.resolve();
    return within(waitMs, (done) => this.listen({ appended: done, gone: done, stopped: done }));
  }
}

/** Resolves when `done` is called, or after a time. @param listen may say how to end it */
function within(ms: number, listen: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      off();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const off = listen(done);
  });
}
