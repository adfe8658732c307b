/** A till's journal in IndexedDB promises what a shop's in SQLite does. */
import { IndexedJournal, tillDatabase } from '@tallystick/client-sdk/test-kit';
import { describeJournal } from '@tallystick/store-agent/test-kit';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';

Object.assign(globalThis, { IDBKeyRange });

describeJournal('IndexedDB', () => {
  const databases = new IDBFactory() as unknown as Parameters<typeof tillDatabase>[0];
  const open = async () => IndexedJournal.open(await tillDatabase(databases, 'kasse'));
  return {
    open,
    reopen: (journal) => {
      journal.close();
      return open();
    },
  };
});
