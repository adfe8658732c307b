/** Breaking pool: connections to the books that break around a commit when they are told to. */
import type { BooksPool } from './database.ts';

/**
 * Before: the statement ran whole, and the server rolled it back when the connection was gone.
 * After: nobody heard the server's answer.
 */
export type Break = 'before the commit' | 'after the commit';

export class BreakingPool {
  /** The pool as the journal knows it. */
  readonly pool: BooksPool;
  readonly #real: BooksPool;
  #next: Break | undefined;

  constructor(real: BooksPool) {
    this.#real = real;
    this.pool = new Proxy(real, {
      get: (target, name) => {
        if (name === 'query') return (statement: object) => this.#query(statement);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  /** The next statement is struck. */
  breakNext(when: Break): void {
    this.#next = when;
  }

  async #query(statement: object): Promise<unknown> {
    const when = this.#next;
    this.#next = undefined;
    if (when === undefined) return await this.#real.query(statement as never);
    if (when === 'after the commit') {
      await this.#real.query(statement as never);
    } else {
      const client = await this.#real.connect();
      await client.query('begin');
      await client.query(statement as never);
      await client.query('rollback');
      client.release();
    }
    throw new Error(`Connection terminated unexpectedly, ${when}`);
  }
}
