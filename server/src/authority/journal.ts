/**
 * The authority's journal: Postgres below the same core that runs in a till.
 *
 *   const journal = new PgJournal(pool);
 *   const replica = new Replica(settings, await journal.load(), journal.view, tools);
 *   await journal.prefetch(questionsOfFrame(frame, headOf));
 *   replica.frame(child, frame, now);
 *   const writes = replica.endTurn(now);
 *   if (writes && (await journal.commit(writes)) === 'behind') …put back, catch up, try again…
 *
 * Several processes may share one set of books. A turn is decided in memory and
 * committed by compare-and-swap on the state it was decided on: no lock is held
 * while anybody thinks. Who loses reads what the others did and decides again.
 */
import { forEachEffect, type Stored, type Writes } from '@tallystick/crdt';
import pg from 'pg';
import { type CaughtUp, readAfter } from './catch-up.ts';
import { loadBooks } from './load.ts';
import { fetchAnswers } from './prefetch.ts';
import { PrefetchedView } from './prefetched-view.ts';
import { type Questions, questionsOfEntries } from './questions.ts';
import { turnParameters } from './turn-parameters.ts';

/** Notified at each commit, with the new position. */
export const BOOKS_CHANNEL = 'tallystick_books';

/**
 * The connection broke before the answer came: the turn may be in the books or not.
 * Put back, catch up, and decide again; what was written is found by its document (T8).
 */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** The database found a rule broken that the core should have kept: a bug, with its rule's name. */
export class BooksRefused extends Error {
  override readonly name = 'BooksRefused';
  readonly constraint: string | undefined;
  /** Another turn may be taken; else it is the database itself that is not as this release needs it. */
  readonly isForContent: boolean;

  constructor(error: pg.DatabaseError) {
    super(`The books refuse this turn (${error.constraint ?? error.code}): ${error.message}`, {
      cause: error,
    });
    this.constraint = error.constraint;
    this.isForContent = !NOT_AS_NEEDED.test(error.code ?? '');
  }
}

export class PgJournal {
  readonly view = new PrefetchedView();
  /** Pools that some commit changed, by this process or another; whoever tells their levels takes them out. */
  readonly changedPools = new Set<string>();
  readonly #pool: pg.Pool;
  /** The commit that memory is current with. A turn may change heads without an entry, so position is not enough. */
  #turn = 0;
  /** Of the commit under way or the last one: what it wrote, or undefined where it failed. */
  #committing: Promise<Writes | undefined> = Promise.resolve(undefined);
  /** The answers that are being fetched for the turn after it, while they hold. */
  #ahead: PrefetchedView | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** All streams with their rows. @throws when rows are not what their writer's digest says (D6). */
  async load(): Promise<Stored> {
    const { stored, turn } = await loadBooks(this.#pool);
    this.#turn = turn;
    return stored;
  }

  /** Entries in the books now: more than in memory means that others have committed. */
  async position(): Promise<number> {
    const { rows } = await this.#pool.query<{ position: number }>('select position from tallystick.books');
    return rows[0]?.position ?? 0;
  }

  /** Fills `view` with the answers; what was there stays until `view.clear()`. */
  async prefetch(questions: Questions): Promise<void> {
    await fetchAnswers(this.#pool, this.view, questions);
  }

  /**
   * Fills `view` with what the turn after the commit under way will ask. The books may answer as they
   * were before it or as they are after; what it writes is known here. Where it fails, or memory
   * catches up with others meanwhile, `view` stays without these answers.
   */
  async prefetchAhead(questions: Questions): Promise<void> {
    const ahead = new PrefetchedView();
    this.#ahead = ahead;
    const [writes] = await Promise.all([this.#committing, fetchAnswers(this.#pool, ahead, questions)]);
    if (writes !== undefined && this.#ahead === ahead) this.view.takeOver(ahead, writes);
  }

  /**
   * Writes a turn, all of it or nothing.
   * @returns 'behind' when another process committed first: nothing was written.
   * @throws CommitUnknown, BooksRefused
   */
  commit(writes: Writes): Promise<'committed' | 'behind'> {
    const outcome = this.#commit(writes);
    this.#committing = outcome.then(
      (how) => (how === 'committed' ? writes : undefined),
      () => undefined,
    );
    return outcome;
  }

  async #commit(writes: Writes): Promise<'committed' | 'behind'> {
    const values = [writes.position, this.#turn, ...turnParameters(writes)];
    let turn: number | null | undefined;
    try {
      const answer = await this.#pool.query<{ turn: number | null }>({
        name: 'commit_turn',
        text: commitText(values.length),
        values,
      });
      turn = answer.rows[0]?.turn;
    } catch (error) {
      throw failureOf(error as Error);
    }
    if (turn === null || turn === undefined) return 'behind';
    this.#turn = turn;
    this.view.clear();
    for (const { pool } of writes.rows) this.changedPools.add(pool);
    return 'committed';
  }

  /**
   * What other processes committed after `position`, at most about `entriesMax` entries.
   * The view then holds what absorbing them asks. Where `isComplete` is false, absorb
   * and read on: a commit before that is refused as 'behind'.
   */
  async readAfter(position: number, entriesMax: number): Promise<CaughtUp> {
    const found = await readAfter(this.#pool, position, this.#turn, entriesMax);
    this.#ahead = undefined;
    this.view.clear();
    for (const { body } of found.entries) forEachEffect(body, ({ pool }) => this.changedPools.add(pool));
    await this.prefetch(questionsOfEntries(found.entries, () => 0));
    if (found.caughtUp.isComplete) this.#turn = found.turn;
    return found.caughtUp;
  }
}

function commitText(parameters: number): string {
  const list = Array.from({ length: parameters }, (_, at) => `$${at + 1}`).join(', ');
  return `select tallystick.commit_turn(${list}) as turn`;
}

/** Classes of SQLSTATE that mean "never": a row twice in one statement, data, integrity, syntax and rights, limits. */
const REFUSED = /^(21|22|23|42|54)/;
const NOT_AS_NEEDED = /^42/;
/** Those that mean "not written", also of a statement that was cancelled. */
const NOT_WRITTEN = /^(40|53|55|57014)/;

function failureOf(error: Error): Error {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) {
    return new CommitUnknown(`The connection to the books broke during a commit: ${error.message}`, {
      cause: error,
    });
  }
  if (REFUSED.test(error.code)) return new BooksRefused(error);
  if (NOT_WRITTEN.test(error.code)) return error;
  return new CommitUnknown(`The books broke off a commit (${error.code}): ${error.message}`, {
    cause: error,
  });
}
