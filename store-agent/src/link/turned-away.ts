/**
 * Turned away: who was refused at the link door, and why, in the log of the parent. A child asks again every few
 * seconds, and a stranger as often as it likes: each child's reason is said once a minute, and of strangers one.
 */
import type { ReplicaId } from '@tallystick/crdt';
import type { ErrorCode } from '@tallystick/crdt/wire';
import type { Log } from '../log.ts';

const AGAIN_MS = 60_000;

export class TurnedAway {
  readonly #log: Pick<Log, 'warn'>;
  readonly #nowMs: () => number;
  /** When it was said last: by child and code, and '' for strangers. As many as children that are known, times the codes. */
  readonly #saidAtMs = new Map<string, number>();

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(log: Pick<Log, 'warn'>, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  /** @param isKnown whether the registry has this name; the key may be anybody's */
  say(child: ReplicaId, isKnown: boolean, code: ErrorCode, why: string): void {
    const about = isKnown ? `${child} ${code}` : '';
    const nowMs = this.#nowMs();
    if (nowMs - (this.#saidAtMs.get(about) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    this.#saidAtMs.set(about, nowMs);
    this.#log.warn({ child, code, why }, isKnown ? 'child turned away' : 'stranger turned away');
  }
}
