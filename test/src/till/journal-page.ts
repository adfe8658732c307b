/** The suite of journals over the IndexedDB of a page: the one of `journal.test.ts`, which has a database in memory. */
import { IndexedJournal, tillDatabase } from '@tallystick/client-sdk/test-kit';
import { describeJournal } from '@tallystick/store-agent/test-kit';

const { indexedDB } = globalThis as unknown as { indexedDB: Parameters<typeof tillDatabase>[0] };
let opened = 0;

describeJournal('IndexedDB of a page', () => {
  opened += 1;
  const name = `kasse-${opened}`;
  const open = async () => IndexedJournal.open(await tillDatabase(indexedDB, name));
  return {
    open,
    reopen: (journal) => {
      journal.close();
      return open();
    },
  };
});
