/** Time in the simulator: one line of events, and a clock for each machine that reads it with an error of its own. */
import type { Now } from '@tallystick/crdt';
import type { Prng } from './prng.ts';

interface Event {
  readonly atMs: number;
  /** Events of one moment happen in the order in which they were planned. */
  readonly order: number;
  readonly run: () => void;
}

/** A binary heap of what is planned: the earliest first. */
export class Timeline {
  nowMs = 0;
  #planned = 0;
  readonly #heap: Event[] = [];

  after(delayMs: number, run: () => void): void {
    const event: Event = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#planned, run };
    this.#planned += 1;
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(event, heap[above] as Event)) break;
      heap[at] = heap[above] as Event;
      at = above;
    }
    heap[at] = event;
  }

  get nextAtMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Runs the next event. @returns false when nothing is planned. */
  step(): boolean {
    const first = this.#heap[0];
    if (first === undefined) return false;
    const last = this.#heap.pop() as Event;
    if (this.#heap.length > 0) this.#sink(last);
    this.nowMs = first.atMs;
    first.run();
    return true;
  }

  #sink(event: Event): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Event, heap[below] as Event)) below += 1;
      if (!isBefore(heap[below] as Event, event)) break;
      heap[at] = heap[below] as Event;
      at = below;
    }
    heap[at] = event;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

const NEW_YEAR_2026_MS = 1_767_225_600_000;

/**
 * What one machine believes: the monotonic clock starts anew with each boot and stands
 * still while the machine sleeps; the wall clock goes on, is off by seconds, and jumps where
 * somebody sets it, or where its battery is empty. Both tick a little too fast or too slow.
 */
export class MachineClock {
  readonly #timeline: Timeline;
  readonly #prng: Prng;
  readonly #rate: number;
  #bootAtMs = 0;
  #bootId = '';
  #wallErrorMs: number;
  #asleepSinceMs: number | undefined;

  constructor(timeline: Timeline, prng: Prng, rate = 1) {
    this.#timeline = timeline;
    this.#prng = prng;
    this.#rate = rate;
    this.#wallErrorMs = prng.between(-5_000, 5_000);
    this.boot();
  }

  boot(): void {
    this.#bootAtMs = this.#timeline.nowMs - this.#prng.spanMs(0, 1_000);
    this.#bootId = this.#prng.hex(32);
    this.#wallErrorMs += this.#prng.between(-200, 200);
    this.#asleepSinceMs = undefined;
  }

  now(): Now {
    const { nowMs } = this.#timeline;
    const upMs = (this.#asleepSinceMs ?? nowMs) - this.#bootAtMs;
    return {
      wallMs: Math.max(0, Math.floor(NEW_YEAR_2026_MS + nowMs * this.#rate + this.#wallErrorMs)),
      monotonicMs: upMs * this.#rate,
      bootId: this.#bootId,
    };
  }

  /** How long a span by this machine's clock really takes. */
  realMs(spanMs: number): number {
    return spanMs / this.#rate;
  }

  /** The wall clock is set, by a hand or by a server: forwards or back. */
  jump(spanMs: number): void {
    this.#wallErrorMs += spanMs;
  }

  /** The wall clock begins again in 1970, as one without a battery does. */
  forget(): void {
    this.#wallErrorMs = -NEW_YEAR_2026_MS - this.#timeline.nowMs * this.#rate;
  }

  sleep(): void {
    this.#asleepSinceMs ??= this.#timeline.nowMs;
  }

  wake(): void {
    if (this.#asleepSinceMs === undefined) return;
    this.#bootAtMs += this.#timeline.nowMs - this.#asleepSinceMs;
    this.#asleepSinceMs = undefined;
  }
}
