/** Names: every writer that this journal mentions, and the small number that stands for it on disk. */
import type { WriterId } from '@tallystick/crdt';
import type { Database, Statement } from 'better-sqlite3';
import { Damage } from './errors.ts';

export class Names {
  readonly #ids = new Map<WriterId, number>();
  readonly #writers = new Map<number, WriterId>();
  readonly #all: Statement<[], [number, WriterId]>;
  readonly #insert: Statement<[WriterId]>;
  /** Told of every line that is written, within the open transaction. */
  onNew: (id: number, writer: WriterId) => void = () => {};

  constructor(db: Database) {
    this.#all = db.prepare<[], [number, WriterId]>('select id, writer from names').raw();
    this.#insert = db.prepare<[WriterId]>('insert into names (writer) values (?)');
    this.reload();
  }

  /** Back to what is on disk: a transaction that named new writers was rolled back. */
  reload(): void {
    this.#ids.clear();
    this.#writers.clear();
    for (const [id, writer] of this.#all.iterate()) this.#keep(id, writer);
  }

  /** The number of a writer; a new one is written down within the open transaction. */
  idOf(writer: WriterId): number {
    const known = this.#ids.get(writer);
    if (known !== undefined) return known;
    const id = Number(this.#insert.run(writer).lastInsertRowid);
    this.#keep(id, writer);
    this.onNew(id, writer);
    return id;
  }

  /** The number of a writer, or undefined where the journal never mentions it. */
  find(writer: WriterId): number | undefined {
    return this.#ids.get(writer);
  }

  writerOf(id: number): WriterId {
    const writer = this.#writers.get(id);
    if (writer === undefined) throw new Damage(`it has no name for writer number ${JSON.stringify(id)}`);
    return writer;
  }

  #keep(id: number, writer: WriterId): void {
    this.#ids.set(writer, id);
    this.#writers.set(id, writer);
  }
}
