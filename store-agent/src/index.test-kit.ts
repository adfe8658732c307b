/** What tests of other packages use; there is no built form of it. */
export { type Ran, run, runHere } from './cli/process.test-kit.ts';
export { expectProblem, type Said, said } from './http/said.test-kit.ts';
export {
  held,
  type JournalPort,
  ledgerOn,
  NOON,
  openShop,
  pool,
  SELF,
  sell,
  sold,
  TILL,
  tillWithLamps,
  turn,
  writer,
} from './journal/journal.test-kit.ts';
export { describeJournal } from './journal/journal-contract.test-kit.ts';
export { signedHello, stream, THIEF } from './link/stranger.test-kit.ts';
export { onceFree, TestRoot, until } from './root.test-kit.ts';
