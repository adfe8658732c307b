/**
 * Turned away: who was refused at the link door, and why, in the log of the parent. A child asks again every few
 * seconds, and a stranger as often as it likes: the same is said once a minute, and of so many at most.
 */
import type { ReplicaId } from '@tallystick/crdt';
import type { ErrorCode } from '@tallystick/crdt/wire';
import type { Log } from '../log.ts';

const AGAIN_MS = 60_000;
const REMEMBERED_MAX = 256;

export class TurnedAway {
  readonly #log: Pick<Log, 'warn'>;
  readonly #nowMs: () => number;
  readonly #said = new Map<ReplicaId, { readonly why: string; readonly atMs: number }>();

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(log: Pick<Log, 'warn'>, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  say(child: ReplicaId, code: ErrorCode, why: string): void {
    if (this.#isNews(child, why, this.#nowMs())) this.#log.warn({ child, code, why }, 'child turned away');
  }

  #isNews(child: ReplicaId, why: string, nowMs: number): boolean {
    const last = this.#said.get(child);
    if (last?.why === why && nowMs - last.atMs < AGAIN_MS) return false;
    this.#said.delete(child);
    // In the order in which they were said: the oldest comes first.
    for (const [known, { atMs }] of this.#said) {
      if (nowMs - atMs < AGAIN_MS) break;
      this.#said.delete(known);
    }
    if (this.#said.size >= REMEMBERED_MAX) return false;
    this.#said.set(child, { why, atMs: nowMs });
    return true;
  }
}
