/**
 * Play: a history of the simulated authority once more, turn for turn, through the journal that
 * ships and a real Postgres. After each turn all tables are laid beside the model; now and then a
 * commit breaks off, its answer is lost, it comes twice or too late, and the process starts again.
 */

import type { Directory, ReplicaSettings, Writes } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { CommitUnknown, PgJournal, verifyChains } from '@tallystick/server/test-kit';
import type { Prng } from '../prng.ts';
import { sha256 } from '../sha256.ts';
import { BooksModel, type RootView } from './books-model.ts';
import { type Break, BreakingPool } from './breaking-pool.ts';
import { type Counts, Disagreement, noCounts } from './counts.ts';
import type { BooksPool } from './database.ts';
import { Deciding } from './deciding.ts';
import { Follower } from './follower.ts';
import type { History, Restart } from './history.ts';
import { readTables } from './read-tables.ts';
import { differencesOf } from './tables.ts';
import { textOfBytes, textOfStored } from './texts.ts';

/** What happens to a turn on its way into the books, and how often. */
const MISHAPS = { none: 10, 'breaks off': 2, 'answer lost': 2, 'comes again': 2, 'too late': 2 } as const;

/** The root of the tree: what it is, what it may know, and how it reaches the others. */
export interface Root extends RootView {
  readonly settings: ReplicaSettings;
  readonly directory: Directory;
}

export class Player {
  readonly counts: Counts = noCounts();
  readonly #pool: BooksPool;
  readonly #breaking: BreakingPool;
  readonly #root: Root;
  readonly #prng: Prng;
  readonly #model: BooksModel;
  #journal: PgJournal;
  #follower: Follower | undefined;

  constructor(pool: BooksPool, root: Root, prng: Prng) {
    this.#pool = pool;
    this.#breaking = new BreakingPool(pool);
    this.#root = root;
    this.#prng = prng;
    this.#model = new BooksModel(root);
    this.#journal = new PgJournal(this.#breaking.pool);
  }

  /** @throws Disagreement, and whatever the core or the journal throw where they should not. */
  async play({ happened, nonces }: History): Promise<void> {
    const deciding = new Deciding(this.#root.settings, this.#root.directory, sha256, nonces);
    for (const [at, each] of happened.entries()) {
      switch (each.kind) {
        case 'asked':
          break;
        case 'call':
          await deciding.prepare(happened, at);
          deciding.call(each);
          break;
        case 'turn':
          await this.#turn(deciding.take(each.writes));
          break;
        case 'lost':
          await this.#breakOff(deciding.take(each.writes));
          this.counts.lostTurns += 1;
          break;
        case 'restart':
          await this.#restart(each, deciding);
          break;
        default:
          each satisfies never;
      }
      this.counts.answers = deciding.answers;
      this.counts.unforeseen = deciding.unforeseen;
    }
    await this.#follow();
    await this.#verify();
  }

  async #turn(writes: Writes): Promise<void> {
    // Only the number of the turn tells one without an entry from the one before it.
    const mishap = writes.runs.length === 0 ? 'too late' : this.#prng.weighted(MISHAPS);
    const late = mishap === 'too late' ? await this.#another() : undefined;
    if (mishap === 'breaks off') await this.#breakOff(writes);
    if (mishap === 'answer lost') await this.#loseAnswer(writes);
    else await this.#commit(this.#journal, writes, 'committed');
    this.#model.apply(writes);
    // Who was slower, and who sends a turn again: neither may write it twice.
    if (late !== undefined) await this.#commit(late, writes, 'behind');
    if (mishap === 'comes again') await this.#commit(this.#journal, writes, 'behind');
    this.counts.turns += 1;
    this.counts[mishap] += 1;
    await this.#compare();
    if (this.#prng.chance(0.2)) await this.#follow();
  }

  async #another(): Promise<PgJournal> {
    const journal = new PgJournal(this.#pool);
    await journal.load();
    return journal;
  }

  async #commit(journal: PgJournal, writes: Writes, expected: 'committed' | 'behind'): Promise<void> {
    const outcome = await journal.commit(writes);
    if (outcome !== expected) throw this.#disagreement('a commit', `was ${outcome}, and not ${expected}`);
  }

  /** The statement runs and is rolled back: the books are as before, and nothing is to be caught up with. */
  async #breakOff(writes: Writes): Promise<void> {
    await this.#commitBroken(writes, 'before the commit');
    await this.#catchUp(writes.position, []);
    await this.#compare();
  }

  /** The books have the turn, and the process learns it by catching up, byte for byte. */
  async #loseAnswer(writes: Writes): Promise<void> {
    await this.#commitBroken(writes, 'after the commit');
    await this.#catchUp(
      writes.position,
      writes.runs.flatMap(({ entries }) => entries.map(({ bytes }) => bytes)),
    );
  }

  async #commitBroken(writes: Writes, when: Break): Promise<void> {
    this.#breaking.breakNext(when);
    try {
      await this.#journal.commit(writes);
    } catch (error) {
      if (error instanceof CommitUnknown) return;
      throw error;
    }
    throw this.#disagreement('a commit', `was believed, although its connection broke ${when}`);
  }

  async #catchUp(position: number, expected: readonly Uint8Array[]): Promise<void> {
    const found: Uint8Array[] = [];
    for (let at = position; ; ) {
      const caughtUp = await this.#journal.readAfter(at, this.#prng.pick([1, 7, 1_000]));
      for (const { bytes } of caughtUp.runs) found.push(...splitEntries(bytes));
      if (caughtUp.isComplete) break;
      at = caughtUp.position;
    }
    if (found.map(textOfBytes).join() !== expected.map(textOfBytes).join())
      throw this.#disagreement(
        'catching up',
        `gave ${found.length} entries for ${expected.length}, or others`,
      );
  }

  /** A process that starts gets from Postgres what the simulated one got from its disk. */
  async #restart(restart: Restart, deciding: Deciding): Promise<void> {
    this.#journal = new PgJournal(this.#breaking.pool);
    const loaded = await this.#journal.load();
    const stored = { ...loaded, streams: [...loaded.streams], holds: [...loaded.holds] };
    this.#sameLines('a restart', restart.stored, textOfStored(stored));
    deciding.restart(this.#journal, stored, restart);
    this.counts.restarts += 1;
  }

  /** A process that only follows has in memory what one that starts now is given. */
  async #follow(): Promise<void> {
    this.#follower ??= await Follower.open(this.#pool, this.#root.root);
    this.counts.followed += await this.#follower.catchUp(this.#prng.pick([1, 7, 1_000]));
    const fresh = textOfStored(await new PgJournal(this.#pool).load());
    this.#sameLines('a process that follows', this.#follower.memory, fresh);
  }

  #sameLines(what: string, expected: readonly string[], found: readonly string[]): void {
    const [wanted, given] = [new Set(expected), new Set(found)];
    const missing = expected.find((line) => !given.has(line));
    const extra = found.find((line) => !wanted.has(line));
    if (missing === undefined && extra === undefined) return;
    throw this.#disagreement(what, `\n  has             ${missing}\n  the books give  ${extra}`);
  }

  async #compare(): Promise<void> {
    const found = await readTables(this.#pool);
    const differences = differencesOf(this.#model.tables, found);
    if (differences.length > 0) throw this.#disagreement('tables', differences.join('\n'));
    this.counts.comparisons += 1;
    for (const table of ['rows', 'orders', 'duplicates', 'quarantine', 'line_progress', 'outbox'] as const)
      this.counts[table] = found[table].size;
    this.counts.entries = this.#model.position;
  }

  async #verify(): Promise<void> {
    const { entries, problems } = await verifyChains(this.#pool);
    if (problems.length > 0) throw this.#disagreement('verify', problems.join('\n'));
    if (entries !== this.#model.position)
      throw this.#disagreement('verify', `read ${entries} entries, and ${this.#model.position} were brought`);
  }

  #disagreement(what: string, story: string): Disagreement {
    return new Disagreement(`after turn ${this.counts.turns}, ${what}: ${story}`);
  }
}
