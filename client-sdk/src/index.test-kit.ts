/** What tests of other packages use; there is no built form of it. */
export { keep } from './cart/kept.ts';
export { Cashiers } from './terminal/cashiers.ts';
export { TillCatalogue } from './terminal/catalogue.ts';
export { tillDatabase } from './terminal/database.ts';
export { IndexedJournal } from './terminal/indexed-journal.ts';
export { pageMachine, type TillPorts } from './terminal/ports.ts';
export { sha256 } from './terminal/sha256.ts';
export { Till } from './terminal/till.ts';
