/**
 * IndexedDB, as far as a till needs it: with promises, and with types of its own, since those of pages would come
 * with all of the DOM into every program that uses this package.
 */
export interface Databases {
  open(name: string, version: number): OpenRequest;
}

interface Request<T> {
  readonly result: T;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

interface OpenRequest extends Request<Database> {
  onupgradeneeded: (() => void) | null;
  onblocked: (() => void) | null;
}

export interface Database {
  readonly objectStoreNames: { contains(name: string): boolean };
  createObjectStore(name: string, options?: { keyPath?: string | readonly string[] }): ObjectStore;
  transaction(
    stores: readonly string[],
    mode: 'readonly' | 'readwrite',
    options?: { durability: 'strict' | 'relaxed' },
  ): Transaction;
  close(): void;
  /** The browser closed it: its storage was cleared, or is broken. */
  onclose: (() => void) | null;
  /** Somebody wants to delete it, or to open a newer version. */
  onversionchange: (() => void) | null;
}

export interface Transaction {
  readonly durability?: string;
  readonly error: Error | null;
  objectStore(name: string): ObjectStore;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}

interface Query {
  get(key: unknown): Request<unknown>;
  getAll(query?: unknown, count?: number): Request<unknown[]>;
}

export interface ObjectStore extends Query {
  put(value: unknown, key?: unknown): Request<unknown>;
  add(value: unknown, key?: unknown): Request<unknown>;
  delete(key: unknown): Request<undefined>;
  getAllKeys(query?: unknown, count?: number): Request<unknown[]>;
  createIndex(name: string, keyPath: string, options?: { multiEntry?: boolean }): unknown;
  index(name: string): Query;
}

/** Opens a database and brings its parts up to date. */
export function openDatabase(
  databases: Databases,
  name: string,
  version: number,
  upgrade: (database: Database) => void,
): Promise<Database> {
  return new Promise((resolve, reject) => {
    const request = databases.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(`${name} does not open.`));
  });
}

export function resultOf<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });
}

/** Resolves once a transaction is complete; rejects with why it was taken back. */
export function completionOf(transaction: Transaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was taken back.'));
  });
}
