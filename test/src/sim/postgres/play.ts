/**
 * Play: a history of the simulated authority once more, turn for turn, through the journal that
 * ships and a real Postgres. After each turn all tables are laid beside the model; now and then a
 * commit breaks off, its answer is lost, it comes twice or too late, and the process starts again.
 * Where the simulated books were put back (F6), so are these: to what the same turns made of them.
 */

import type { Directory, ReplicaId, ReplicaSettings, Writes } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { CommitUnknown, PgJournal, verifyChains } from '@tallystick/server/test-kit';
import type { Prng } from '../prng.ts';
import { sha256 } from '../sha256.ts';
import { BesideBooks } from './beside-books.ts';
import { BooksModel, type RootView } from './books-model.ts';
import { type Break, BreakingPool } from './breaking-pool.ts';
import { type Counts, Disagreement, noCounts } from './counts.ts';
import type { BooksPool } from './database.ts';
import { Deciding } from './deciding.ts';
import { Follower } from './follower.ts';
import type { CallName, Happened, History, Parents, PutBackTo, Restart } from './history.ts';
import { readTables } from './read-tables.ts';
import { differencesOf } from './tables.ts';
import { textOfBytes, textOfStored } from './texts.ts';

/** What happens to a turn on its way into the books, and how often. */
const MISHAPS = { none: 10, 'breaks off': 2, 'answer lost': 2, 'comes again': 2, 'too late': 2 } as const;

/** The root of the tree: what it is, and what it knows of shelves. Who belongs where, it hears from the registry. */
export interface Root {
  readonly settings: ReplicaSettings;
  readonly directory: Pick<Directory, 'keeperOf' | 'isShared'>;
}

/** A turn that stands in the books, and the registry of that time. */
interface PastTurn {
  readonly writes: Writes;
  readonly parents: Parents;
}

export class Player {
  readonly counts: Counts = noCounts();
  readonly #openBooks: () => Promise<BooksPool>;
  readonly #root: Root;
  readonly #prng: Prng;
  readonly #witness: BesideBooks;
  #pool: BooksPool;
  #breaking: BreakingPool;
  #model: BooksModel;
  #journal: PgJournal;
  #follower: Follower | undefined;
  #turns: PastTurn[] = [];
  #parents: Parents = new Map();

  /** @param openBooks opens fresh ones; whoever gave it closes them. */
  static async open(openBooks: () => Promise<BooksPool>, root: Root, prng: Prng): Promise<Player> {
    return new Player(openBooks, await openBooks(), root, prng);
  }

  private constructor(openBooks: () => Promise<BooksPool>, pool: BooksPool, root: Root, prng: Prng) {
    this.#openBooks = openBooks;
    this.#root = root;
    this.#prng = prng;
    this.#witness = new BesideBooks();
    this.#pool = pool;
    this.#breaking = new BreakingPool(pool);
    this.#model = new BooksModel(this.#view());
    this.#journal = new PgJournal(this.#breaking.pool);
  }

  /** @throws Disagreement, and whatever the core or the journal throw where they should not. */
  async play(history: History): Promise<void> {
    try {
      await this.#playAll(history);
    } finally {
      this.#witness.close();
    }
  }

  async #playAll({ happened, nonces }: History): Promise<void> {
    const directory = {
      ...this.#root.directory,
      parentOf: (replica: ReplicaId) => this.#parents.get(replica),
    };
    const deciding = new Deciding(this.#root.settings, directory, sha256, nonces);
    for (const [at, each] of happened.entries()) {
      switch (each.kind) {
        case 'asked':
          break;
        case 'call':
          await deciding.prepare(happened, at);
          deciding.call(each);
          break;
        case 'turn':
          await this.#turn(deciding.take(each.writes), each.writes);
          break;
        case 'lost':
          await this.#breakOff(deciding.take(each.writes));
          this.counts.lostTurns += 1;
          break;
        case 'restart':
          await this.#restart(each, deciding, nextCall(happened, at));
          break;
        case 'put back':
          await this.#putBack(each);
          break;
        case 'registry':
          this.#parents = each.parents;
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

  /** @param recorded the same, as it was then: of what the core decided, it goes on changing streams. */
  async #turn(writes: Writes, recorded: Writes): Promise<void> {
    // Only the number of the turn tells one without an entry from the one before it.
    const mishap = writes.runs.length === 0 ? 'too late' : this.#prng.weighted(MISHAPS);
    const late = mishap === 'too late' ? await this.#another() : undefined;
    if (mishap === 'breaks off') await this.#breakOff(writes);
    if (mishap === 'answer lost') await this.#loseAnswer(writes);
    else await this.#commit(this.#journal, writes, 'committed');
    this.#stands({ writes: recorded, parents: this.#parents });
    // Who was slower, and who sends a turn again: neither may write it twice.
    if (late !== undefined) await this.#commit(late, writes, 'behind');
    if (mishap === 'comes again') await this.#commit(this.#journal, writes, 'behind');
    this.counts.turns += 1;
    this.counts[mishap] += 1;
    await this.#compare();
    if (this.#prng.chance(0.2)) await this.#follow();
  }

  #stands(turn: PastTurn): void {
    this.#turns.push(turn);
    const { moved } = this.#model;
    this.#model.apply(turn.writes);
    this.counts.moved += this.#model.moved - moved;
    this.#witness.note(turn.writes);
  }

  /** Fresh books, with the turns that the image holds; the witness and the catalogue stand beside them, and stay. */
  async #putBack({ turns, taken }: PutBackTo): Promise<void> {
    if (taken === 'with its machine') this.#witness.lose();
    if (turns < this.#turns.length) await this.#rebuild(this.#turns.slice(0, turns));
    // As after a recovery to a point in time.
    if (taken === 'by command') await this.#pool.query('update tallystick.books set timeline = timeline - 1');
    this.counts.putBacks += 1;
  }

  async #rebuild(turns: readonly PastTurn[]): Promise<void> {
    const parents = this.#parents;
    await this.#pool.end();
    this.#pool = await this.#openBooks();
    this.#breaking = new BreakingPool(this.#pool);
    this.#model = new BooksModel(this.#view());
    this.#follower = undefined;
    this.#turns = [];
    const journal = new PgJournal(this.#pool);
    for (const turn of turns) {
      await this.#commit(journal, turn.writes, 'committed');
      this.#turns.push(turn);
      this.#parents = turn.parents;
      this.#model.apply(turn.writes);
    }
    this.#parents = parents;
    await this.#compare();
  }

  /** The root, and what it has heard of the registry. */
  #view(): RootView {
    const root = this.#root.settings.replica;
    return {
      root,
      viaOf: (replica) => {
        for (let at = replica; ; ) {
          const parent = this.#parents.get(at);
          if (parent === undefined) return null;
          if (parent === root) return at;
          at = parent;
        }
      },
    };
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
  async #restart(restart: Restart, deciding: Deciding, next: CallName | undefined): Promise<void> {
    this.#journal = new PgJournal(this.#breaking.pool);
    const loaded = await this.#journal.load();
    const stored = { ...loaded, streams: [...loaded.streams], holds: [...loaded.holds] };
    this.#sameLines('a restart', restart.stored, textOfStored(stored));
    deciding.restart(this.#journal, stored, restart);
    const putBack = await this.#witness.findPutBack(this.#pool, this.#journal, deciding.ledger);
    deciding.foundPutBack(putBack);
    const isPast = next === 'becomeNewWriter';
    // A process that died before its first turn did not say what it took its books for.
    if (next !== undefined && isPast !== (putBack !== undefined))
      throw this.#disagreement(
        'a restart',
        isPast
          ? 'nobody found that the books were put back'
          : `the books were taken for the past: ${putBack?.why}`,
      );
    this.counts.restarts += 1;
  }

  /** A process that only follows has in memory what one that starts now is given. */
  async #follow(): Promise<void> {
    this.#follower ??= await Follower.open(this.#pool, this.#root.settings.replica);
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

/** What the process that begins here does first; undefined where it died before that. */
function nextCall(happened: readonly Happened[], restart: number): CallName | undefined {
  for (let at = restart + 1; at < happened.length; at += 1) {
    const each = happened[at] as Happened;
    if (each.kind === 'call') return each.name;
    if (each.kind === 'restart' || each.kind === 'put back') return undefined;
  }
  return undefined;
}
