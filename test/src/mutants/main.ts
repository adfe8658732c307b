/**
 * `npm run mutants`: how many small mistakes in the tally, the replica and the hub do the tests notice?
 *
 * Stryker makes a copy of the sources with all mistakes in it, each behind a switch, and tries them one by one
 * with the tests that come by. In `stryker.config.json`, `related` is off because it would go through all
 * imports again for each mutant, and `tsconfigFile` names nothing because what Stryker would rewrite there
 * it reads by an API that TypeScript 7 no longer has.
 */
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { BadOption, HELP, ONLY_TESTS, readOptions } from './options.ts';
import { mutateAll, mutateSurvivors } from './patterns.ts';
import { drawLines, isOn } from './sample.ts';
import { isOf, summary } from './summary.ts';

process.chdir(fileURLToPath(new URL('../../../', import.meta.url)));

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else {
    const { sources } = options;
    process.env[ONLY_TESTS] = options.tests?.join(',') ?? '';
    const lines = options.sample && drawLines(sources, options.sample);
    const mutate = options.onlySurvivors ? mutateSurvivors(sources) : (lines ?? mutateAll(sources));
    const results = await new Stryker({
      configFile: 'test/src/mutants/stryker.config.json',
      mutate,
      concurrency: options.workers,
      force: options.isAgain || options.onlySurvivors,
    }).runMutationTest();
    const asked = results.filter(lines ? isOn(lines) : isOf(sources));
    console.log(summary(asked, options.isQuiet));
  }
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
