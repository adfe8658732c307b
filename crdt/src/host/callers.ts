/**
 * Callers: who waits for the answer to which ticket.
 *
 * A map that lives on and loses as many entries as it gains makes a new table every few of them, and V8 lets
 * each table that was outgrown name the next: one that grew old keeps all that follow until a full collection,
 * with what stood in them. So an entry lets go of its caller once it was answered. Else each request, and all
 * that hangs on it, grows old with the tables: that was most of a region's work for the collector.
 */
import type { Answer } from '../replica/command.ts';
import type { Ticket } from '../replica/waiting.ts';

type Say = (answer: Answer) => void;

export class Callers {
  readonly #callers = new Map<Ticket, { say: Say | undefined }>();

  add(ticket: Ticket, say: Say): void {
    this.#callers.set(ticket, { say });
  }

  /** Nothing happens where nobody waits for it, or no more. */
  tell(ticket: Ticket, answer: Answer): void {
    const caller = this.#callers.get(ticket);
    if (caller === undefined) return;
    this.#callers.delete(ticket);
    const { say } = caller;
    caller.say = undefined;
    say?.(answer);
  }

  tellAll(answer: Answer): void {
    for (const ticket of [...this.#callers.keys()]) this.tell(ticket, answer);
  }
}
