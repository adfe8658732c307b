/** Before each file of tests: the mutant that the file before it switched on is off while modules are loaded. */
import { inject } from 'vitest';

const stryker = (
  globalThis as {
    __stryker__?: { activeMutant?: string | undefined; currentTestId?: string; mutantCoverage?: Coverage };
  }
).__stryker__;

/** Mutants and how often each was come by, in each test and while modules were loaded. */
interface Coverage {
  readonly static: Record<string, number>;
  readonly perTest: Record<string, Record<string, number>>;
}

if (stryker !== undefined && inject('mutantActivation') !== 'static') stryker.activeMutant = undefined;
// Stryker adds up what each file says; with one thread for all, it would count the files before again.
for (const counts of [stryker?.mutantCoverage?.perTest, stryker?.mutantCoverage?.static])
  for (const key of Object.keys(counts ?? {})) delete counts?.[key];

/** What a test leaves to be done when it is finished is its own still: without this it would count as loading. */
let current: string | undefined;
if (stryker !== undefined)
  Object.defineProperty(stryker, 'currentTestId', {
    configurable: true,
    get: () => current,
    set: (id: string | undefined) => {
      current = id ?? current;
    },
  });
