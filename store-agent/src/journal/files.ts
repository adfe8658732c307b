/** The names of a journal's files in its folder. */
export const JOURNAL_FILE = 'journal.db';
export const RESERVE_FILE = 'journal.reserve';
/** A backup on its way into the journal's place. */
export const INCOMING_FILE = 'journal.incoming.db';
/** What a region's doors keep beside it: carts, batches that were taken and not carried out yet, keys of requests, and people who are its alone. */
export const BESIDE_FILES = ['carts.db', 'batches.db', 'order-keys.db', 'residents.db'] as const;
