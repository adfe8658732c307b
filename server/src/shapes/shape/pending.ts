/**
 * Pending: changes of a shape that are not in its log yet. Those of the transaction that is being read, and those of
 * transactions that were committed before the moment of its snapshot is known. Both are counted as they come: a
 * transaction over a million rows is as large as it likes, and only its end says that there is no more of it.
 */
import type { Change } from './rows.ts';
import { bytesOf, type Entry, type LogBudget } from './shape-log.ts';

export interface Transaction {
  /** All 64 bits of it. */
  readonly xid: bigint;
  /** Of its commit, which is known from its beginning. */
  readonly lsn: bigint;
}

/** A transaction whose end was read. */
export interface Committed extends Transaction {
  readonly entries: readonly Entry[];
}

export class Pending {
  readonly #budget: LogBudget;
  #open: Entry[] = [];
  #openBytes = 0;
  #early: Committed[] = [];
  #earlyBytes = 0;

  constructor(budget: LogBudget) {
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#openBytes + this.#earlyBytes;
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  add(changes: readonly Change[], { xid, lsn }: Transaction, relation: readonly string[]): void {
    for (const { headers, ...change } of changes) {
      const op = this.#open.length;
      const more = { relation, lsn: String(lsn), op_position: op, txids: [Number(xid)] };
      const text = JSON.stringify({ ...change, headers: { ...headers, ...more } });
      const entry: Entry = { lsn, op, text };
      this.#open.push(entry);
      this.#openBytes += bytesOf(entry);
      this.#budget.bytes += bytesOf(entry);
    }
  }

  /** What the transaction changed, the last of it marked as such; it is not counted here any more. */
  close(): readonly Entry[] {
    const entries = this.#open;
    this.#budget.bytes -= this.#openBytes;
    this.#open = [];
    this.#openBytes = 0;
    const last = entries.pop();
    // The headers stand at the end of the text.
    if (last !== undefined) entries.push({ ...last, text: `${last.text.slice(0, -2)},"last":true}}` });
    return entries;
  }

  keep(committed: Committed): void {
    this.#early.push(committed);
    const bytes = committed.entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
    this.#earlyBytes += bytes;
    this.#budget.bytes += bytes;
  }

  /** In the order of their commits; they are not counted here any more. */
  takeEarly(): readonly Committed[] {
    const early = this.#early;
    this.#budget.bytes -= this.#earlyBytes;
    this.#early = [];
    this.#earlyBytes = 0;
    return early;
  }

  clear(): void {
    this.close();
    this.takeEarly();
  }
}
