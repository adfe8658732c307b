/**
 * Waiting: commands that need units from elsewhere (R4).
 *
 * Each has one deadline for all hops together and is decided again whenever one of
 * its pools grew; at the deadline, or when the tree says no, it is refused with
 * what is known. The list is bounded.
 */
import type { PoolId } from '../ids.ts';
import type { Command, Refusal } from './command.ts';

/** Names one command of one caller while its answer is outstanding. */
export type Ticket = number;

export interface Waiter {
  readonly ticket: Ticket;
  readonly command: Command;
  readonly untilMs: number;
  /** What is missing where, by the last decision. */
  refusal: Refusal;
  /** Pools that the tree said no to since this began to wait. */
  denied: ReadonlySet<PoolId>;
}

export class Waiting {
  readonly #max: number;
  readonly #waiters = new Map<Ticket, Waiter>();
  readonly #byPool = new Map<PoolId, Set<Ticket>>();
  /** Waiters that the open turn touched, as they were before it; undefined where it added them. */
  readonly #before = new Map<Ticket, Waiter | undefined>();

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#waiters.size >= this.#max;
  }

  get size(): number {
    return this.#waiters.size;
  }

  add(waiter: Waiter): void {
    this.#remember(waiter.ticket);
    this.#waiters.set(waiter.ticket, waiter);
    this.#index(waiter);
  }

  #index(waiter: Waiter): void {
    for (const { pool } of waiter.refusal.items ?? []) {
      let tickets = this.#byPool.get(pool);
      if (tickets === undefined) {
        tickets = new Set();
        this.#byPool.set(pool, tickets);
      }
      tickets.add(waiter.ticket);
    }
  }

  /** The command lacks other units than before. */
  update(waiter: Waiter, refusal: Refusal): void {
    this.#remember(waiter.ticket);
    this.#unindex(waiter);
    waiter.refusal = refusal;
    this.#index(waiter);
  }

  /** The tree has nothing to give of this pool now. */
  deny(waiter: Waiter, pools: ReadonlySet<PoolId>): void {
    this.#remember(waiter.ticket);
    waiter.denied = new Set([...waiter.denied, ...pools]);
  }

  remove(waiter: Waiter): void {
    this.#remember(waiter.ticket);
    this.#waiters.delete(waiter.ticket);
    this.#unindex(waiter);
  }

  #unindex(waiter: Waiter): void {
    for (const { pool } of waiter.refusal.items ?? []) {
      const tickets = this.#byPool.get(pool);
      tickets?.delete(waiter.ticket);
      if (tickets?.size === 0) this.#byPool.delete(pool);
    }
  }

  #remember(ticket: Ticket): void {
    if (this.#before.has(ticket)) return;
    const waiter = this.#waiters.get(ticket);
    this.#before.set(ticket, waiter && { ...waiter });
  }

  /** The turn is durable: who was answered in it no longer waits. */
  keep(): void {
    this.#before.clear();
  }

  /** The turn failed: its answers never left, so who was answered waits on (D4). Who came in it must ask again. */
  putBack(): void {
    for (const [ticket, before] of this.#before) {
      const waiter = this.#waiters.get(ticket);
      if (waiter !== undefined) this.#unindex(waiter);
      this.#waiters.delete(ticket);
      if (before === undefined) continue;
      this.#waiters.set(ticket, before);
      this.#index(before);
    }
    this.#before.clear();
  }

  /** Who waits for any of these pools, first come first. */
  for(pools: Iterable<PoolId>): Waiter[] {
    const tickets = new Set<Ticket>();
    for (const pool of pools) for (const ticket of this.#byPool.get(pool) ?? []) tickets.add(ticket);
    return [...tickets].sort((a, b) => a - b).map((ticket) => this.#waiters.get(ticket) as Waiter);
  }

  /** Units that waiting commands lack of a pool, and until when. */
  shortOf(pool: PoolId): { units: number; untilMs: number } {
    let units = 0;
    let untilMs = 0;
    for (const ticket of this.#byPool.get(pool) ?? []) {
      const waiter = this.#waiters.get(ticket) as Waiter;
      for (const item of waiter.refusal.items ?? []) {
        if (item.pool === pool) units += item.requested;
      }
      untilMs = Math.max(untilMs, waiter.untilMs);
    }
    return { units, untilMs };
  }

  overdue(nowMs: number): Waiter[] {
    return [...this.#waiters.values()].filter((waiter) => waiter.untilMs <= nowMs);
  }

  wakeAtMs(): number | undefined {
    let at: number | undefined;
    for (const waiter of this.#waiters.values()) at = Math.min(at ?? waiter.untilMs, waiter.untilMs);
    return at;
  }

  all(): Waiter[] {
    return [...this.#waiters.values()];
  }
}
