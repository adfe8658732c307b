/**
 * Worker: one endpoint's reader. It sends what concerns the endpoint in the order of the feed, one at a time, and
 * stands still at an event that is not taken until its next attempt is due. Nobody else waits for it.
 */
import type { Log } from '@tallystick/store-agent';
import type { Held } from '../events/event.ts';
import type { Read, Tail } from '../events/tail.ts';
import type { Endpoint } from './endpoints.ts';
import type { Poster } from './post.ts';
import { attemptOf, type Delivered, type Records } from './records.ts';
import { ATTEMPTS_MAX, pauseMs } from './retries.ts';
import { signatureHeaders } from './sign.ts';

export interface WorkerPorts {
  readonly tail: Tail;
  /** What the tail does not hold. @param isWaiting false where nobody wants it any more by the time of its turn */
  readOlder(after: number, isWaiting: () => boolean): Promise<Read>;
  readonly poster: Poster;
  readonly records: Records;
  /** False where another process may be sending by now. */
  maySend(): boolean;
  readonly log: Log;
  now(): Date;
  /** In [0, 1). */
  random(): number;
}

const PIECE = 500;
/** Sent and not yet written down: what is sent again should this process end now. */
const UNWRITTEN_MAX = 200;
/** Whoever leads is sure of it again within a second, or leads no more. */
const UNSURE_MS = 250;
/** For a feed that stands still, and for one that cannot be read. */
const WAIT_MS = 2_000;

export class Worker {
  readonly endpoint: Endpoint;
  readonly #ports: WorkerPorts;
  #cursor: number;
  #attempts: number;
  #dueAtMs: number;
  #unwritten: Delivered[] = [];
  #written: number;
  #isEnded = false;
  #wake: (() => void) | undefined;
  /** That is under way. */
  #attempt: AbortController | undefined;
  readonly #running: Promise<void>;

  constructor(endpoint: Endpoint, ports: WorkerPorts) {
    this.endpoint = endpoint;
    this.#ports = ports;
    this.#cursor = endpoint.cursor;
    this.#written = endpoint.cursor;
    this.#attempts = endpoint.attempts;
    this.#dueAtMs = endpoint.nextAt.getTime();
    this.#running = this.#run();
  }

  /** @param isBrokenOff an attempt under way is not waited for; somebody makes it again */
  async stop(isBrokenOff: boolean): Promise<void> {
    this.#isEnded = true;
    this.#wake?.();
    if (isBrokenOff) this.#attempt?.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const leave = this.#ports.tail.follow();
    while (!this.#isEnded) {
      try {
        await this.#untilDue();
        if (!this.#isEnded) await this.#step();
      } catch (error) {
        this.#ports.log.warn(
          { err: error, webhook: this.endpoint.id },
          'a webhook endpoint cannot be served now',
        );
        await this.#pause(WAIT_MS);
      }
    }
    leave();
    await this.#write().catch(() => {});
  }

  async #untilDue(): Promise<void> {
    const waitMs = this.#dueAtMs - this.#ports.now().getTime();
    if (waitMs > 0) await this.#pause(waitMs);
  }

  /** A piece of the feed, until there is no more or the endpoint does not take one. */
  async #step(): Promise<void> {
    const { tail } = this.#ports;
    const inTail = tail.after(this.#cursor, PIECE);
    const read = inTail ? { events: inTail, next: inTail.at(-1)?.position } : await this.#older();
    if (read === undefined) return;
    if (read.events.length === 0 && (read.next === undefined || read.next === this.#cursor)) {
      await this.#write();
      if (this.#isEnded) return;
      // A tail that has stopped lets nobody wait: asked again and again, it would leave time for nothing else.
      await (tail.isEnded
        ? this.#untilWoken()
        : Promise.race([tail.wait(this.#cursor, WAIT_MS), this.#untilWoken()]));
      return;
    }
    for (const event of read.events) {
      if (this.#isEnded) return;
      if (!this.#concerns(event)) this.#attempts = 0;
      else if (!(await this.#deliver(event))) return;
      this.#cursor = event.position;
      if (this.#unwritten.length >= UNWRITTEN_MAX) await this.#write();
    }
    this.#cursor = read.next ?? this.#cursor;
  }

  async #older(): Promise<{ events: readonly Held[]; next: number | undefined } | undefined> {
    const read = await this.#ports.readOlder(this.#cursor, () => !this.#isEnded);
    if (!('gone' in read)) return read;
    await this.#disable(
      `${read.gone} Read the state anew before you enable it: it goes on from now.`,
      read.restart,
    );
    return undefined;
  }

  #concerns({ type }: Held): boolean {
    const { types } = this.endpoint;
    return types.length === 0 || types.includes(type);
  }

  /** @returns whether to go on with the next */
  async #deliver(event: Held): Promise<boolean> {
    const { endpoint } = this;
    if (!this.#ports.maySend()) {
      await this.#pause(UNSURE_MS);
      return false;
    }
    const at = this.#ports.now();
    this.#attempt = new AbortController();
    const id = String(event.position);
    const message = { id, timestamp: Math.floor(at.getTime() / 1_000), body: event.text };
    const posted = await this.#ports.poster.post(
      endpoint.url,
      signatureHeaders(message, endpoint.secrets),
      event.text,
      this.#attempt,
    );
    // Broken off from here; somebody makes it again.
    if (this.#isEnded && posted.status === null) return false;
    this.#attempts += 1;
    const pause = pauseMs(this.#attempts, this.#ports.random());
    const isTaken = posted.error === undefined;
    const isLast = pause === undefined || posted.status === 410;
    const state = isTaken ? 'delivered' : isLast ? 'failed' : 'retrying';
    this.#unwritten.push({
      log: endpoint.log,
      eventId: id,
      type: event.type,
      state,
      attempt: attemptOf(posted, 'delivery', at),
    });
    if (isTaken) {
      this.#attempts = 0;
      return true;
    }
    this.#dueAtMs = this.#ports.now().getTime() + (pause ?? 0);
    await this.#write();
    if (posted.status === 410) await this.#disable('It answered 410: it does not want any more.');
    else if (isLast) await this.#disable(`Event ${id} was not taken in ${ATTEMPTS_MAX} attempts.`);
    return false;
  }

  async #disable(because: string, restart?: number): Promise<void> {
    this.#ports.log.warn({ webhook: this.endpoint.id, because }, 'a webhook endpoint is disabled');
    await this.#ports.records.disable(this.endpoint, because, restart);
    this.#isEnded = true;
  }

  async #write(): Promise<void> {
    const delivered = this.#unwritten;
    if (delivered.length === 0 && this.#cursor === this.#written) return;
    const place = {
      log: this.endpoint.log,
      version: this.endpoint.version,
      cursor: this.#cursor,
      // One more than the last was made where the process ended before the endpoint was disabled.
      attempts: Math.min(this.#attempts, ATTEMPTS_MAX),
      nextAt: new Date(this.#dueAtMs),
    };
    await this.#ports.records.add(delivered, place);
    this.#written = place.cursor;
    this.#unwritten = this.#unwritten.slice(delivered.length);
  }

  #pause(ms: number): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      // A timer holds no more than 24 days; nothing here waits as long.
      const timer = setTimeout(done, ms);
      timer.unref();
      function done() {
        clearTimeout(timer);
        resolve();
      }
      this.#wake = done;
    });
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
