/** Kept: the copy of a document in this browser, by y-indexeddb; nothing where there is no such place. */
import { IndexeddbPersistence, storeState } from 'y-indexeddb';
import type * as Y from 'yjs';

export interface Kept {
  /** Whether all that was done to the document is in the copy, or on its way there. */
  readonly isWhole: boolean;
  /** Resolves when what was done so far is in the copy; false where the browser did not take it. */
  written(): Promise<boolean>;
  close(): Promise<void>;
  /** Closes, and takes the copy away. */
  forget(): Promise<void>;
}

/** One for all carts: it stays, and is empty. */
const PROBE = 'tallystick probe';
/** As y-indexeddb calls it. */
const UPDATES = 'updates';

/**
 * Reads what was kept into the document, and keeps what is done to it from then on.
 * @param onChange the copy is not whole any more, or is again
 * @returns undefined where nothing can be kept, or what was kept cannot be read; that stays as it is
 */
export async function keep(name: string, doc: Y.Doc, onChange: () => void): Promise<Kept | undefined> {
  // y-indexeddb says nothing where it cannot open, as in some private windows: so it is tried before.
  if (!(await canOpen())) return undefined;
  const persistence = new IndexeddbPersistence(name, doc);
  try {
    const database = (await persistence._db) as unknown as Database;
    // It reads in one transaction, and says nothing where it could not: what comes behind that one knows.
    await passed(database);
    if (persistence.synced) return new Copy(persistence, database, onChange);
  } catch {
    // It could be opened a moment ago: there is no room, or its storage was taken away.
  }
  await persistence.destroy().catch(() => undefined);
  return undefined;
}

class Copy implements Kept {
  readonly #persistence: IndexeddbPersistence;
  readonly #database: Database;
  readonly #onChange: () => void;
  #isGone = false;
  #isWhole = true;

  constructor(persistence: IndexeddbPersistence, database: Database, onChange: () => void) {
    this.#persistence = persistence;
    this.#database = database;
    this.#onChange = onChange;
    // Of any of its transactions: there was no room.
    database.addEventListener('abort', () => this.#set(false));
    // The browser cleared it, or another tab forgets this cart: a write would throw into the middle of an edit.
    for (const end of ['close', 'versionchange']) database.addEventListener(end, () => this.#gone());
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  #set(isWhole: boolean): void {
    if (this.#isWhole === isWhole) return;
    this.#isWhole = isWhole;
    this.#onChange();
  }

  #gone(): void {
    this.#isGone = true;
    void this.#persistence.destroy();
    this.#set(false);
  }

  async written(): Promise<boolean> {
    try {
      if (!this.#isWhole && !this.#isGone) await this.#writeWhole();
      else if (!this.#isGone) await passed(this.#database);
    } catch {
      this.#set(false);
    }
    return this.#isWhole;
  }

  /** An edit is missing in the copy, and those that came after it are of no use without it. */
  async #writeWhole(): Promise<void> {
    let isTaken = true;
    const refused = () => {
      isTaken = false;
    };
    this.#database.addEventListener('abort', refused);
    try {
      await storeState(this.#persistence);
      await passed(this.#database);
      this.#set(isTaken);
    } finally {
      this.#database.removeEventListener('abort', refused);
    }
  }

  async close(): Promise<void> {
    await this.#persistence.destroy();
  }

  async forget(): Promise<void> {
    await this.#persistence.clearData();
  }
}

/** The little of IndexedDB that is asked here; the types of pages would come with all of the DOM. */
interface Database {
  transaction(
    stores: readonly string[],
    mode: 'readonly',
  ): { oncomplete: (() => void) | null; onabort: (() => void) | null };
  addEventListener(type: string, run: () => void): void;
  removeEventListener(type: string, run: () => void): void;
  close(): void;
}

/** Resolves when all transactions before it are over. @throws DOMException where the database is closed */
function passed(database: Database): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([UPDATES], 'readonly');
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(new Error('The storage was taken away.'));
  });
}

interface OpenRequest {
  readonly result: Database;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
  onblocked: (() => void) | null;
}

function canOpen(): Promise<boolean> {
  const { indexedDB } = globalThis as { indexedDB?: { open(name: string): OpenRequest } };
  if (indexedDB === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    try {
      // Not the document's own: opened here it would be made without its parts.
      const request = indexedDB.open(PROBE);
      request.onsuccess = () => {
        request.result.close();
        resolve(true);
      };
      request.onerror = () => resolve(false);
      request.onblocked = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}
