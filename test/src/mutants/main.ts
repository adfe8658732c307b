/**
 * `npm run mutants`: how many small mistakes in the tally, the replica and the hub do the tests notice?
 *
 * Stryker makes a copy of the sources with all mistakes in it, each behind a switch, and tries them one by one
 * with the tests that come by. In `stryker.config.json`, `related` is off because it would go through all
 * imports again for each mutant, and `tsconfigFile` names nothing because what Stryker would rewrite there
 * it reads by an API that TypeScript 7 no longer has.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { explanationsOf } from './explained.ts';
import { BadOption, HELP, ONLY_TESTS, type Options, readOptions } from './options.ts';
import { mutateAll, mutateSurvivors, readKnown, stillKnown } from './patterns.ts';
import { drawLines, isOn } from './sample.ts';
import { findingsOf, isOf, summary, type Tried } from './summary.ts';

process.chdir(fileURLToPath(new URL('../../../', import.meta.url)));

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else {
    const { sources } = options;
    const lines = options.sample && drawLines(sources, options.sample);
    const results = options.isKnownOnly ? knownOf(sources) : await tryThem(options, lines);
    const asked = results.filter(lines ? isOn(lines) : isOf(sources));
    console.log(summary(findingsOf(asked, sourceOf, explanationsOf), options.isQuiet));
  }
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function tryThem(options: Options, lines: readonly string[] | undefined): Promise<readonly Tried[]> {
  const { sources } = options;
  process.env[ONLY_TESTS] = options.tests?.join(',') ?? '';
  const mutate = options.onlySurvivors
    ? mutateSurvivors(knownOf(sources), sources, sourceOf, explanationsOf)
    : (lines ?? mutateAll(sources));
  return new Stryker({
    configFile: 'test/src/mutants/stryker.config.json',
    mutate: [...mutate],
    concurrency: options.workers,
    force: options.isAgain || options.onlySurvivors,
  }).runMutationTest();
}

function knownOf(sources: readonly string[]): readonly Tried[] {
  const { tried, changed } = stillKnown(readKnown(), (fileName) =>
    existsSync(fileName) ? readFileSync(fileName, 'utf8') : undefined,
  );
  const left = changed.filter((fileName) => isOf(sources)({ fileName }));
  if (left.length > 0) console.error(`Changed since they were tried, and left out: ${left.join(', ')}`);
  return tried;
}

function sourceOf(file: string): string {
  return readFileSync(`crdt/src/${file}.ts`, 'utf8');
}
