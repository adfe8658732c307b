/** Database: all that a till keeps in its browser, in one IndexedDB of its own. */
import { type Database, type Databases, openDatabase } from './indexed-db.ts';

/** One record a turn, numbered from 1: the journal. */
export const TURNS = 'turns';
/** Of the journal: what the turns before those that are kept were folded to. Counted before the first turn. */
export const BASE = 0;
/** The copy of the catalogue, an item a record. */
export const ITEMS = 'items';
/** Who this device is, and how far its copy of the catalogue comes. */
export const FACTS = 'facts';
/** Of products, by every barcode that they have. */
export const BY_GTIN = 'gtin';

/** Grows with each change of the parts below; a step is added for each, and none is changed. */
const VERSION = 1;

export function tillDatabase(databases: Databases, till: string): Promise<Database> {
  return openDatabase(databases, databaseName(till), VERSION, (database) => {
    database.createObjectStore(TURNS);
    database.createObjectStore(FACTS);
    const items = database.createObjectStore(ITEMS, { keyPath: ['kind', 'id'] });
    items.createIndex(BY_GTIN, 'gtins', { multiEntry: true });
  });
}

export function databaseName(till: string): string {
  return `tallystick till ${till}`;
}
