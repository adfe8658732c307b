/** Kept: the copy of a document in this browser, by y-indexeddb; nothing where there is no such place. */
import { IndexeddbPersistence } from 'y-indexeddb';
import type * as Y from 'yjs';

export interface Kept {
  close(): Promise<void>;
  /** Closes, and takes the copy away. */
  forget(): Promise<void>;
}

/** Reads what was kept into the document, and keeps what is done to it from then on. */
export async function keep(name: string, doc: Y.Doc): Promise<Kept | undefined> {
  // y-indexeddb says nothing where it cannot open, as in some private windows: so it is tried before.
  if (!(await canOpen(name))) return undefined;
  const persistence = new IndexeddbPersistence(name, doc);
  await persistence.whenSynced;
  return { close: () => persistence.destroy(), forget: () => persistence.clearData() };
}

/** The little of IndexedDB that is asked here; the types of pages would come with all of the DOM. */
interface Databases {
  open(name: string): OpenRequest;
}

interface OpenRequest {
  readonly result: { close(): void };
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
  onblocked: (() => void) | null;
}

function canOpen(name: string): Promise<boolean> {
  const { indexedDB } = globalThis as { indexedDB?: Databases };
  if (indexedDB === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    try {
      // Not the document's own: opened here it would be made without its parts.
      const request = indexedDB.open(`${name} probe`);
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
