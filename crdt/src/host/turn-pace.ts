/**
 * Turn pace: when the next turn begins.
 *
 * What somebody waits for begins one at once. The rest gathers until some time after the beginning of the last
 * turn, half as long as a busy link gathers: many children then share a commit, and nobody who is alone waits. What
 * is due by itself is due by one timer, and what is due soon after has the same turn.
 */
import type { LinkSettings } from '../replica/settings.ts';
import type { Machine } from './machine.ts';

/** Timers are not exact to the millisecond; waking a little late costs less than waking twice. */
const SLACK_MS_MIN = 1;
/** Of the time for which a link gathers: how long a turn does, and how late a timer may be. */
const TURN_SHARE = 1 / 2;
const SLACK_SHARE = 1 / 4;
const DELAY_MS_MAX = 2 ** 31 - 1;

export class TurnPace {
  readonly #machine: Pick<Machine, 'now' | 'after'>;
  /** Since the last turn began. */
  readonly #restMs: number;
  readonly #slackMs: number;
  readonly #wake: () => void;
  #isHurried = false;
  #beganMs = Number.NEGATIVE_INFINITY;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(
    machine: Pick<Machine, 'now' | 'after'>,
    { gatherMs }: Pick<LinkSettings, 'gatherMs'>,
    wake: () => void,
  ) {
    this.#machine = machine;
    this.#restMs = gatherMs * TURN_SHARE;
    this.#slackMs = Math.max(SLACK_MS_MIN, gatherMs * SLACK_SHARE);
    this.#wake = wake;
  }

  /** Something came, or is left over, that must not gather. */
  hurry(): void {
    this.#isHurried = true;
  }

  /** A turn begins with all that is there. */
  began(): void {
    this.#isHurried = false;
    this.#beganMs = this.#machine.now().monotonicMs;
  }

  /** What waits has its turn now. */
  get isDue(): boolean {
    return this.#isHurried || this.#machine.now().monotonicMs >= this.#beganMs + this.#restMs;
  }

  /** Wakes when what gathers is due, unless it does so before. */
  wakeWhenDue(): void {
    const dueMs = this.#beganMs + this.#restMs;
    if (dueMs < this.#wakeAtMs) this.#set(dueMs, SLACK_MS_MIN);
  }

  /** Wakes then or a moment later, and not when it was to before. @param atMs Infinity: not at all */
  wakeAt(atMs: number): void {
    if (atMs !== this.#wakeAtMs) this.#set(atMs, this.#slackMs);
  }

  #set(atMs: number, slackMs: number): void {
    this.stop();
    this.#wakeAtMs = atMs;
    if (!Number.isFinite(atMs)) return;
    const leftMs = Math.max(0, atMs - this.#machine.now().monotonicMs);
    this.#stopTimer = this.#machine.after(Math.min(DELAY_MS_MAX, leftMs + slackMs), () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#wake();
    });
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
  }
}
