/**
 * Desk: commands in, answers out, and those between that wait for units from elsewhere (R4).
 *
 * A waiting command is decided again whenever one of its pools grew, and a last time
 * when its deadline is over, the tree says no, or nobody is left who could help.
 */
import type { Hub } from '../hub/hub.ts';
import type { Moves } from '../hub/moves.ts';
import type { PoolId } from '../ids.ts';
import { type Answer, type Command, type Refusal, refuse } from './command.ts';
import type { Directory } from './directory.ts';
import { type Executing, execute, judge, mayWait } from './execute.ts';
import type { Ledger, Now } from './ledger.ts';
import type { PoolWatch } from './pool-watch.ts';
import type { ReplicaSettings } from './settings.ts';
import type { Uplink } from './uplink.ts';
import type { Ticket, Waiter, Waiting } from './waiting.ts';

interface Here {
  readonly ledger: Ledger;
  readonly hub: Hub;
  readonly uplink: Uplink;
  readonly settings: ReplicaSettings;
}

export class Desk {
  readonly #here: Here;
  readonly #waiting: Waiting;
  readonly #moves: Moves;
  readonly #watch: PoolWatch;
  readonly #directory: Directory;
  #answers: { ticket: Ticket; answer: Answer }[] = [];

  constructor(here: Here, waiting: Waiting, moves: Moves, watch: PoolWatch, directory: Directory) {
    this.#here = here;
    this.#waiting = waiting;
    this.#moves = moves;
    this.#watch = watch;
    this.#directory = directory;
  }

  execute(ticket: Ticket, command: Command, now: Now): void {
    const answer = this.#decide(command, now);
    if (answer.ok || !mayWait(command, answer)) {
      this.#answers.push({ ticket, answer });
      return;
    }
    if (!this.#canBeHelped(answer)) {
      this.#answers.push({ ticket, answer });
    } else if (this.#waiting.isFull) {
      this.#answers.push({ ticket, answer: refuse('overloaded', 'Too many sales wait for stock.') });
    } else {
      this.#waiting.add({
        ticket,
        command,
        untilMs: now.monotonicMs + (command.waitMs ?? 0),
        refusal: answer,
        denied: new Set(),
      });
      for (const item of answer.items ?? []) {
        this.#moves.poolChanged(item.pool);
      }
    }
  }

  #decide(command: Command, now: Now): Answer {
    const answer = execute(this.#executing(now), command);
    if (answer.ok && !answer.replayed) this.#watch.afterOwn(answer.entry.body, now);
    return answer;
  }

  /** What a command would be refused with now; undefined where it would not be. */
  refusalOf(command: Command, now: Now): Refusal | undefined {
    const judged = judge(this.#executing(now), command);
    return judged.ok ? undefined : judged;
  }

  #executing(now: Now): Executing {
    return {
      ledger: this.#here.ledger,
      directory: this.#directory,
      now,
      holdsMax: this.#here.settings.holdsMax,
      knowsFormerLives: !this.#here.ledger.awaitsFormerLives,
    };
  }

  /** Somebody else may hold what is missing here. */
  #canBeHelped(refusal: Refusal): boolean {
    if (this.#here.uplink.isOpen) return true;
    for (const child of this.#here.hub.children.values()) {
      if (child.session === undefined) continue;
      if (refusal.items?.some(({ pool }) => (child.pools.get(pool)?.holding ?? 0) > 0)) return true;
    }
    return false;
  }

  /** Looks again at who waits: their pools grew, or their time is over. */
  retry(now: Now): void {
    if (this.#waiting.size === 0) return;
    for (const waiter of this.#waiting.for(this.#watch.grown)) {
      const answer = this.#decide(waiter.command, now);
      if (answer.ok || !mayWait(waiter.command, answer)) this.#answer(waiter, answer);
      else this.#waitOn(waiter, answer, now);
    }
    for (const waiter of this.#waiting.overdue(now.monotonicMs)) this.#giveUp(waiter, now);
  }

  #answer(waiter: Waiter, answer: Answer): void {
    this.#waiting.remove(waiter);
    this.#answers.push({ ticket: waiter.ticket, answer: answer.ok ? { ...answer, waited: true } : answer });
    for (const item of waiter.refusal.items ?? []) this.#moves.poolChanged(item.pool);
  }

  /** The last word: decided once more with what is here now. */
  #giveUp(waiter: Waiter, now: Now): void {
    this.#answer(waiter, this.#decide(waiter.command, now));
  }

  #waitOn(waiter: Waiter, refusal: Refusal, now: Now): void {
    this.#waiting.update(waiter, refusal);
    if (isHopeless(waiter)) this.#giveUp(waiter, now);
    else for (const { pool } of refusal.items ?? []) this.#moves.poolChanged(pool);
  }

  /** The parent said no for these pools. Who waits for others too waits on, so that its refusal names just what nobody has. */
  denied(pools: readonly PoolId[], now: Now): void {
    const none = new Set(pools);
    for (const waiter of this.#waiting.for(pools)) {
      this.#waiting.deny(waiter, none);
      if (isHopeless(waiter)) this.#giveUp(waiter, now);
    }
  }

  /** A link went: who can no longer be helped is told. */
  giveUpHopeless(now: Now): void {
    for (const waiter of this.#waiting.all()) {
      if (!this.#canBeHelped(waiter.refusal)) this.#giveUp(waiter, now);
    }
  }

  takeAnswers(): readonly { readonly ticket: Ticket; readonly answer: Answer }[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }
}

/** Everything that is still missing was denied. */
function isHopeless({ refusal, denied }: Waiter): boolean {
  return (refusal.items ?? []).every(({ pool }) => denied.has(pool));
}
