/** Askers: who waits at one machine for the answer to a command. */
import type { Answer } from '@tallystick/crdt';

/** undefined: the machine went down, and nobody knows what became of the command. */
export type OnAnswer = (answer: Answer | undefined) => void;

export class Askers {
  readonly #asked = new Map<number, OnAnswer>();
  /** Tickets that a turn left without an answer: their commands wait for units. */
  readonly #waiting = new Set<number>();
  /** Tickets of the turn under way. */
  #ofTurn: number[] = [];
  #nextTicket = 1;

  add(onAnswer: OnAnswer): number {
    const ticket = this.#nextTicket;
    this.#nextTicket += 1;
    this.#asked.set(ticket, onAnswer);
    return ticket;
  }

  /** The turn under way decides on this ticket. */
  decide(ticket: number): void {
    this.#ofTurn.push(ticket);
  }

  /** The turn was put back: it decided nothing. */
  putBack(): void {
    this.#ofTurn = [];
  }

  /** The turn is out: whoever of it has no answer waits. */
  endTurn(): void {
    for (const ticket of this.#ofTurn) if (this.#asked.has(ticket)) this.#waiting.add(ticket);
    this.#ofTurn = [];
  }

  /** @returns true where the command had waited. */
  answer(ticket: number, answer: Answer): boolean {
    const asked = this.#asked.get(ticket);
    this.#asked.delete(ticket);
    const hasWaited = this.#waiting.delete(ticket);
    asked?.(answer);
    return hasWaited;
  }

  /** Everybody is told the same: nothing can be decided now. */
  answerAll(answer: Answer): void {
    for (const ticket of [...this.#asked.keys()]) this.answer(ticket, answer);
    this.#waiting.clear();
    this.#ofTurn = [];
  }

  dropAll(): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    this.#waiting.clear();
    this.#ofTurn = [];
    for (const answer of asked) answer(undefined);
  }
}
