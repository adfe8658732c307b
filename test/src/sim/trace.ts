/**
 * Trace: what happened, as a hash of every event, as counters, and, where somebody
 * listens, as readable lines. Two runs of a seed have the same hash or the simulator
 * is not deterministic.
 */
import type { Timeline } from './clock.ts';

/** What the checkers found: the run ends here, and its seed is printed. */
export class Violation extends Error {
  readonly rule: string;
  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

const FNV_PRIME = 0x01000193;

export class Trace {
  readonly #timeline: Timeline;
  readonly #line: ((text: string) => void) | undefined;
  #low = 0x811c9dc5;
  #high = 0x01234567;
  readonly faults = new Map<string, number>();
  readonly sometimes = new Map<string, number>();

  constructor(timeline: Timeline, line?: (text: string) => void) {
    this.#timeline = timeline;
    this.#line = line;
  }

  /** One event: its name, where, and a number that says more. Cheap, for it is called for every frame. */
  event(name: string, place: string, value: number): void {
    this.#mix(Math.trunc(this.#timeline.nowMs * 4));
    this.#mix(value);
    for (let i = 0; i < name.length; i += 1) this.#mix(name.charCodeAt(i));
    for (let i = 0; i < place.length; i += 1) this.#mix(place.charCodeAt(i));
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#mix(byte);
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, FNV_PRIME);
    this.#high = Math.imul(this.#high ^ (value + 0x5bd1) ^ (this.#low >>> 7), FNV_PRIME);
  }

  get hash(): string {
    return [this.#high, this.#low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }

  get isHeard(): boolean {
    return this.#line !== undefined;
  }

  /** A readable line; `text` is made only where somebody listens. */
  say(place: string, text: () => string): void {
    this.#line?.(`${(this.#timeline.nowMs / 1_000).toFixed(3).padStart(9)}s  ${place.padEnd(8)} ${text()}`);
  }

  fault(kind: string, place: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.event(kind, place, 1);
    this.say(place, () => `** ${kind}`);
  }

  /** Something worth seeing now and then happened: a run that never saw it proves little. */
  saw(name: string, times = 1): void {
    this.sometimes.set(name, (this.sometimes.get(name) ?? 0) + times);
  }
}
