/** Beside the books: the witness of the authority that ships, in a folder of its own, and what it finds at a start (F6). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Replica, Writes } from '@tallystick/crdt';
import { findPutBack, noteTurn, type PgJournal, type PutBack } from '@tallystick/server/test-kit';
import { Witness } from '@tallystick/store-agent';
import type { BooksPool } from './database.ts';

export class BesideBooks {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tallystick-witness-'));
  #made = 0;
  #witness = this.#open();

  #open(): Witness {
    this.#made += 1;
    return Witness.open(join(this.#folder, String(this.#made)));
  }

  /** The turn is durable. */
  note(writes: Writes): void {
    noteTurn(this.#witness, writes);
    this.#witness.flush();
  }

  /** The data folder went with the machine: nobody remembers anything. */
  lose(): void {
    this.#witness.close();
    this.#witness = this.#open();
  }

  async findPutBack(
    pool: BooksPool,
    journal: PgJournal,
    ledger: Replica['ledger'],
  ): Promise<PutBack | undefined> {
    return await findPutBack(pool, journal, ledger, this.#witness);
  }

  close(): void {
    this.#witness.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
