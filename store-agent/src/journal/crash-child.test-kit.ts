/** A till that sells as fast as it can until it is killed. It prints an order only after its commit. */
import { writeSync } from 'node:fs';
import { ledgerOn, openShop, sell, turn } from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';

const [folder = '', life = ''] = process.argv.slice(2);
const journal = SqliteJournal.open({ folder });
const ledger =
  journal.load().self === null ? await openShop(journal, { lamp: 1e9 }) : await ledgerOn(journal);

for (let i = 0; ; i += 1) {
  const orderId = `${life}-${i}`;
  sell(ledger, orderId, { lamp: 1 });
  await turn(ledger, journal);
  // Not buffered: what was printed has left the process.
  writeSync(1, `${orderId}\n`);
}
