/** The names of a journal's files in its folder. */
export const JOURNAL_FILE = 'journal.db';
export const RESERVE_FILE = 'journal.reserve';
/** A backup on its way into the journal's place. */
export const INCOMING_FILE = 'journal.incoming.db';
