/** Lays the client's ledger, the books and every journal side by side. */
import { checkBank, checkConvergence, checkLives, checkSetFull, type Found } from './checkers.ts';
import type { Fleet } from './fleet.ts';
import type { ClientLedger } from './ledger.ts';
import {
  readDuplicates,
  readLines,
  readLives,
  readOwnWriters,
  readPools,
  readQuarantine,
  readWriters,
} from './read-books.ts';
import { openBooks } from './sql.ts';
import { TREE } from './tree.ts';
import { verifyAll } from './verify.ts';

export interface Inspected {
  readonly lost: number;
  readonly doubled: number;
  readonly oversold: number;
  readonly bank: boolean;
  readonly converged: boolean;
}

/** The replicas must be down and the authority up. */
export async function inspect(
  fleet: Fleet,
  ledger: ClientLedger,
  setBack: ReadonlyMap<string, number>,
  onViolation: (story: string) => void,
): Promise<Inspected> {
  const books = await openBooks(fleet.databaseUrl);
  try {
    const { lost, doubled } = checkSetFull(ledger.sales, await readLines(books), await readDuplicates(books));
    const { bank, oversold } = checkBank(ledger.pools(), await readPools(books));
    const own = TREE.flatMap(({ id }) => readOwnWriters(id, fleet.folder(id)));
    const apart = checkConvergence(own, await readWriters(books));
    const aside = await readQuarantine(books);
    const tell = (kind: string, { stories, count }: Found) => {
      for (const story of stories) onViolation(`${kind}: ${story}`);
      if (count > stories.length) onViolation(`${kind}: and ${count - stories.length} more`);
    };
    tell('lost', lost);
    tell('doubled', doubled);
    tell('bank', bank);
    tell('convergence', apart);
    tell('lives', checkLives(await readLives(books), setBack));
    for (const story of await verifyAll(fleet)) onViolation(`verify: ${story}`);
    tell('quarantine', { count: aside.length, stories: aside.slice(0, 10) });
    const beyond = Math.max(oversold, ledger.oversoldUnits);
    if (ledger.oversoldUnits > oversold)
      onViolation(`oversold: at some moment ${ledger.oversoldUnits} units more were sold than stood there`);
    return {
      lost: lost.count,
      doubled: doubled.count,
      oversold: beyond,
      bank: bank.count === 0,
      converged: apart.count === 0,
    };
  } finally {
    await books.close();
  }
}
