/** A till's journal, cut off between any two steps of its turns and its pruning: a seed is one run. */
import { IndexedJournal, tillDatabase } from '@tallystick/client-sdk/test-kit';
import type { Ledger } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { held, ledgerOn, NOON, openShop, SELF, sell } from '@tallystick/store-agent/test-kit';
import { IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { Prng } from '../sim/prng.ts';
import { CutDatabases, PowerCut } from './cut-databases.test-kit.ts';

Object.assign(globalThis, { IDBKeyRange });

const SEEDS = 12;
const STEPS = 30;
const DAY_MS = 86_400_000;
const RETENTION_MS = 3 * DAY_MS;

/** What must have been met, or the runs prove nothing. */
const seen = { cutBefore: 0, cutAfter: 0, cutWhilePruned: 0, pruned: 0 };

class Run {
  readonly #prng: Prng;
  readonly #disk = new CutDatabases();
  #journal!: IndexedJournal;
  #ledger!: Ledger;
  #day = 0;
  #orders = 0;
  /** All entries that ever were durable, in their order. */
  #all: string[] = [];

  constructor(seed: number) {
    this.#prng = new Prng(seed, 'power cuts');
  }

  async play(): Promise<void> {
    this.#journal = await this.#open();
    this.#ledger = await openShop(this.#journal, { lamp: 10_000 });
    this.#all = this.#entries();
    for (let step = 0; step < STEPS; step += 1) {
      this.#day += 1;
      if (this.#prng.chance(0.3)) await this.#prune();
      else await this.#turn();
      if (this.#prng.chance(0.1)) await this.#restart();
    }
    expect(this.#disk.unflushed).toBe(0);
  }

  async #open(): Promise<IndexedJournal> {
    return IndexedJournal.open(await tillDatabase(this.#disk.databases, 'kasse'));
  }

  #entries(): string[] {
    return splitEntries(this.#journal.view.readStream(0, 1e9).bytes).map((bytes) =>
      Buffer.from(bytes).toString('hex'),
    );
  }

  /** All that a replica starts from. */
  #state(ledger = this.#ledger): unknown {
    return structuredClone({
      position: ledger.durablePosition,
      holds: [...ledger.holds],
      streams: [...ledger.streams.values()].map(({ writer, head, digest }) => ({ writer, head, digest })),
      rows: [...ledger.self.rows()],
    });
  }

  async #turn(): Promise<void> {
    const before = this.#state();
    const now = { ...NOON, wallMs: NOON.wallMs + this.#day * DAY_MS };
    if (this.#prng.chance(0.4)) {
      const { seq } = this.#ledger.self.head;
      const at = Math.max(this.#ledger.self.head.settled.seq, seq - this.#prng.below(4));
      const hash = this.#journal.view.hashAt(SELF, at);
      if (hash !== undefined) this.#ledger.touchHead(this.#ledger.self).settled = { seq: at, hash };
    }
    for (let n = this.#prng.below(3); n >= 0; n -= 1) {
      this.#orders += 1;
      sell(this.#ledger, `order-${this.#orders}`, { lamp: 1 }, now);
    }
    if (this.#prng.chance(0.2))
      this.#ledger.append(held(`hold-${this.#day}`, { lamp: 1 }), `hold-${this.#day}`, 'x', now);
    const writes = this.#ledger.endTurn();
    if (writes === undefined) return;
    const written = writes.runs.flatMap(({ entries }) =>
      entries.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
    );
    const cut = await this.#cutDuring(() => this.#journal.commit(writes));
    if (cut === undefined) this.#ledger.keep();
    if (cut !== 'before') this.#all.push(...written);
    if (cut === undefined) return;
    seen[cut === 'before' ? 'cutBefore' : 'cutAfter'] += 1;
    const after = cut === 'before' ? before : undefined;
    await this.#restart(after);
  }

  async #prune(): Promise<void> {
    const options = { nowMs: NOON.wallMs + this.#day * DAY_MS, retentionMs: RETENTION_MS };
    const before = this.#state();
    const cut = await this.#cutDuring(async () => {
      seen.pruned += (await this.#journal.prune(options)).entries;
    });
    if (cut !== undefined) seen.cutWhilePruned += 1;
    if (cut !== undefined) await this.#restart(before);
    else expect(this.#state()).toEqual(before);
    this.#check();
  }

  async #cutDuring(act: () => Promise<unknown>): Promise<'before' | 'after' | undefined> {
    if (this.#prng.chance(0.5)) {
      await act();
      return undefined;
    }
    try {
      await this.#disk.during(this.#prng.below(2), this.#prng.chance(0.5) ? 'before' : 'after', act);
      return undefined;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      return error.at;
    }
  }

  /** @param as what must be found; else what memory says, which was told that all of it is durable */
  async #restart(as?: unknown): Promise<void> {
    this.#journal.close();
    this.#journal = await this.#open();
    const ledger = await ledgerOn(this.#journal);
    const { head } = this.#ledger.self;
    if (as !== undefined) expect(this.#state(ledger)).toEqual(as);
    else expect(ledger.self.head).toEqual(head);
    this.#ledger = ledger;
    this.#check();
  }

  /** What is there is the end of all that ever was, and has everything that the authority has not settled. */
  #check(): void {
    const { view } = this.#journal;
    const kept = this.#entries();
    expect(view.position).toBe(this.#all.length);
    expect(kept).toEqual(this.#all.slice(this.#all.length - kept.length));
    const { seq, settled } = this.#ledger.self.head;
    expect(kept.length).toBeGreaterThanOrEqual(seq - settled.seq);
    const numbers = view.sales.map(({ number }) => number);
    expect(numbers.every((number, i) => i === 0 || number === (numbers[i - 1] as number) + 1)).toBe(true);
    expect(numbers.at(-1) ?? view.saleCount(SELF)).toBe(view.saleCount(SELF));
  }
}

test('[D1] [D4] [D7] whatever step the power goes at, what was answered is there, and what was not is there whole or not at all', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await new Run(seed).play();
  for (const [what, times] of Object.entries(seen)) expect([what, times > 10]).toEqual([what, true]);
});
