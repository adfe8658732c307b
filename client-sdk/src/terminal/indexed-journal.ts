/**
 * Indexed journal: a replica's journal in IndexedDB, one record a turn, each in a transaction of its own that is
 * `strict`: it completes once the record is on the disk, and not when the operating system has heard of it (D2).
 *
 * The records are numbered, and a number is written once: a second tab that writes in spite of the lock fails at
 * its first turn.
 */
import type { Stored, Writes } from '@tallystick/crdt';
import { foldLog, JournalImage, type LogBase, recordOf, type TurnRecord } from '@tallystick/crdt/host';
import { TallystickError } from '../error.ts';
import { BASE, TURNS } from './database.ts';
import { completionOf, type Database, resultOf } from './indexed-db.ts';
import { behind, type Pruned, type PruneOptions, pruneStep } from './prune.ts';
import { sha256 } from './sha256.ts';

/** Read at once while a journal is opened: some hundred kilobytes. */
const READ_AT_ONCE = 2_000;

/** Why a journal takes nothing: `full` passes when there is room again, after `broken` it is opened anew (D3). */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
  readonly kind: 'full' | 'broken';

  constructor(kind: 'full' | 'broken', cause: unknown) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
    this.kind = kind;
  }
}

export class IndexedJournal {
  readonly view: JournalImage;
  readonly #database: Database;
  readonly #stored: Stored;
  #turns: number;
  #base: LogBase | undefined;
  #failure: StorageFailure | undefined;

  /** @throws TallystickError `no_storage`; Error where what is stored contradicts itself (D5, D6). */
  static async open(database: Database): Promise<IndexedJournal> {
    assertStrict(database);
    const turns = () => database.transaction([TURNS], 'readonly').objectStore(TURNS);
    const base = (await resultOf(turns().get(BASE))) as LogBase | undefined;
    const records: TurnRecord[] = [];
    for (;;) {
      const after = (base?.turns ?? 0) + records.length;
      const read = (await resultOf(turns().getAll(behind(after), READ_AT_ONCE))) as TurnRecord[];
      records.push(...read);
      if (read.length < READ_AT_ONCE) break;
    }
    return new IndexedJournal(database, base, records);
  }

  private constructor(database: Database, base: LogBase | undefined, records: readonly TurnRecord[]) {
    this.#database = database;
    this.#stored = foldLog(records, sha256, base);
    this.view = new JournalImage(sha256, base);
    for (const record of records) this.view.apply(record);
    this.#base = base;
    this.#turns = (base?.turns ?? 0) + records.length;
    database.onclose = () => {
      this.#failure ??= new StorageFailure('broken', 'The browser took the storage away.');
    };
  }

  /** What a replica starts from; its streams belong to whoever called, once. */
  load(): Stored {
    return this.#stored;
  }

  /**
   * Makes a turn durable, all of it or nothing.
   * @throws StorageFailure. After `full` the journal stays usable; after `broken`, open the database anew.
   */
  async commit(writes: Writes): Promise<'committed'> {
    if (this.#failure !== undefined) throw this.#failure;
    const { position } = this.view;
    if (writes.position !== position)
      throw new Error(`D5: a turn from position ${writes.position} met a journal at ${position}.`);
    const record = recordOf(writes, this.view);
    try {
      const transaction = this.#database.transaction([TURNS], 'readwrite', { durability: 'strict' });
      transaction.objectStore(TURNS).add(record, this.#turns + 1);
      await completionOf(transaction);
    } catch (error) {
      throw this.#failed(error);
    }
    this.#turns += 1;
    this.view.apply(record);
    return 'committed';
  }

  /** One bounded step of letting go (D7). Call again while `more` is true. @throws StorageFailure */
  async prune(options: PruneOptions): Promise<Pruned> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const pruned = await pruneStep(this.#database, this.view, this.#base, options);
      this.#base = pruned.base;
      return pruned;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): StorageFailure {
    if (isFull(error)) return new StorageFailure('full', error);
    this.#failure ??= new StorageFailure('broken', error);
    return this.#failure;
  }

  close(): void {
    this.#database.onclose = null;
    this.#database.close();
  }
}

/** Whether the storage takes writes: tried with more than a turn needs, and taken back. */
export async function hasRoom(database: Database): Promise<boolean> {
  try {
    const transaction = database.transaction([TURNS], 'readwrite', { durability: 'strict' });
    const store = transaction.objectStore(TURNS);
    store.put(new Uint8Array(ROOM_BYTES), PROBE);
    store.delete(PROBE);
    await completionOf(transaction);
    return true;
  } catch (error) {
    if (isFull(error)) return false;
    throw error;
  }
}

/** D2: asking is not enough; a browser that does not know the word leaves it out without an error. */
function assertStrict(database: Database): void {
  const { durability } = database.transaction([TURNS], 'readonly', { durability: 'strict' });
  if (durability === 'strict') return;
  throw new TallystickError(
    'no_storage',
    'This browser does not say when what it stores is on the disk. Update it, or take another one.',
  );
}

const ROOM_BYTES = 256 * 1024;
/** No number of a turn. */
const PROBE = 'room';

function isFull(error: unknown): boolean {
  return (error as { name?: string } | null)?.name === 'QuotaExceededError';
}
