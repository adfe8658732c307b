/** A region's door that kills its own process at the commit that makes one document durable: just before it, or just after. */
import { writeSync } from 'node:fs';
import { readAgentConfig, SqliteJournal, serveAgent } from '@tallystick/store-agent';
import { regionRoutes } from '../region/region.ts';

const [folder = '', when, documentId] = process.argv.slice(2);

function openJournal(dataDir: string): SqliteJournal {
  const journal = SqliteJournal.open({ folder: dataDir });
  const commit = journal.commit.bind(journal);
  journal.commit = (writes) => {
    const isIt = writes.documents.some(({ id }) => id === documentId);
    if (isIt && when === 'before') process.kill(process.pid, 'SIGKILL');
    const committed = commit(writes);
    if (isIt) process.kill(process.pid, 'SIGKILL');
    return committed;
  };
  return journal;
}

const { url } = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes, openJournal);
// Not buffered: who reads it can ask.
writeSync(1, `${url}\n`);
