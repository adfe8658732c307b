/**
 * Locked tables: who waits for a lock of Postgres stands in the way of all who come after, writers among them, and keeps a
 * connection that others need. So a table that others hold is left alone for a while, which grows, whoever asks for it.
 */
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';

const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** Not given in time, and given up for another that waited for us. */
const LOCKED: ReadonlySet<string | undefined> = new Set(['55P03', '40P01']);

interface Pause {
  readonly untilMs: number;
  readonly lengthMs: number;
}

export class LockedTables {
  readonly #nowMs: () => number;
  /** Of tables that were locked when they were last tried, and not long ago. */
  readonly #pauses = new Map<string, Pause>();

  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /**
   * @param work takes a lock of the table and gives up by itself
   * @throws Problem where the table is locked, without trying while it is left alone; and what else `work` throws
   */
  async take<T>(schema: string, name: string, work: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([schema, name]);
    const pause = this.#pauses.get(key);
    if (pause !== undefined && this.#nowMs() < pause.untilMs) throw this.#refusal(pause);
    try {
      const done = await work();
      this.#pauses.delete(key);
      return done;
    } catch (error) {
      if (!LOCKED.has((error as pg.DatabaseError).code)) throw error;
      throw this.#refusal(this.#pause(key));
    }
  }

  #pause(key: string): Pause {
    const nowMs = this.#nowMs();
    for (const [other, { untilMs }] of this.#pauses)
      if (untilMs + PAUSE_MAX_MS < nowMs) this.#pauses.delete(other);
    const last = this.#pauses.get(key);
    // Others who tried at the same time: it is one failure.
    if (last !== undefined && nowMs < last.untilMs) return last;
    const lengthMs = Math.min(PAUSE_MAX_MS, last === undefined ? PAUSE_FIRST_MS : 2 * last.lengthMs);
    const pause = { lengthMs, untilMs: nowMs + lengthMs };
    this.#pauses.set(key, pause);
    return pause;
  }

  #refusal({ untilMs }: Pause): Problem {
    return new Problem('overloaded', 'The table is locked by others now. Try again later.', {
      retryAfterS: Math.max(1, Math.ceil((untilMs - this.#nowMs()) / 1_000)),
    });
  }
}
