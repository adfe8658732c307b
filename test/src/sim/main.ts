/** npm run sim: runs seeds, replays one, or looks for planted bugs. `--help` says how. */
import { bundle, load } from './bundle.ts';
import { noFaults } from './faults.ts';
import { huntAll } from './hunt.ts';
import type { Less } from './less.ts';
import { BadOption, HELP, type Options, readOptions } from './options.ts';
import { PLANTED, type PlantedBug } from './planted.ts';
import { tellCompared, tellPlanted } from './postgres/tell.ts';
import { Prng } from './prng.ts';
import { createProgress } from './progress.ts';
import { type Report, runSeeds } from './report.ts';
import { ACTS_DEFAULT, runSeed } from './run.ts';
import { type Failure, shrink } from './shrink.ts';
import { neverSeen } from './sometimes.ts';
import { tellStory } from './story.ts';
import { growTree } from './tree.ts';

type Mode<M extends Options['mode']> = Extract<Options, { mode: M }>;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Fresh seeds stay clear of the low ones, which everybody has run. */
function freshSeed(): number {
  return 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
}

async function runMany(options: Mode<'run'> | Mode<'minutes'>): Promise<number> {
  const { acts, workers, json, less } = options;
  const start = options.start ?? freshSeed();
  const tell = json ? complain : print;
  if (options.mode === 'minutes') tell(`first seed ${start}`);
  const beganMs = performance.now();
  const untilMs = options.mode === 'minutes' ? beganMs + options.minutes * 60_000 : Number.POSITIVE_INFINITY;
  const total = options.mode === 'run' ? options.seeds : undefined;
  const progress = createProgress(total);
  const report = await runSeeds({
    code: await bundle(),
    workers,
    start,
    acts,
    less,
    isWanted: (begun) => (total === undefined ? performance.now() < untilMs : begun < total),
    onResult: ({ violation }) => progress.step(violation !== undefined),
  });
  progress.end();
  const seconds = (performance.now() - beganMs) / 1_000;
  const neverSaw = isWhole(less) ? neverSeen(report.sometimes, report.seeds, acts >= ACTS_DEFAULT) : [];
  if (json) {
    const { unitsSold: _, ...told } = report;
    print(JSON.stringify({ ...told, neverSaw }));
  } else {
    printReport(report);
    print(
      `${seconds.toFixed(1)} s, ${(report.seeds / seconds).toFixed(1)} seeds a second, ${workers} workers`,
    );
  }
  if (neverSaw.length > 0) tell(`never saw: ${neverSaw.join(', ')}`);
  const [first] = report.violations;
  if (first !== undefined) tellShrunk({ ...first, acts, less }, tell);
  return first === undefined && neverSaw.length === 0 ? 0 : 1;
}

function isWhole({ machines, faults }: Less): boolean {
  return machines.length + faults.length === 0;
}

function printReport(report: Report): void {
  const table = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`)
      .join('\n');
  print(`${report.seeds} seeds, ${report.acts} acts, ${report.virtualHours.toFixed(1)} virtual hours`);
  print(`trace ${report.traceHash}`);
  print(`faults:\n${table(report.faults)}\nsometimes:\n${table(report.sometimes)}`);
  for (const { seed, violation } of report.violations) print(`seed ${seed}: ${violation}`);
  const { length } = report.violations;
  print(length === 0 ? 'No violation.' : `${length} of ${report.seeds} seeds with a violation.`);
}

function tellShrunk(failure: Failure, tell: (text: string) => void): void {
  tell(`\nSeed ${failure.seed} fails. Looking for a smaller story of the same failure…`);
  const small = shrink(runSeed, failure);
  const { machines, faults } = small.less;
  const without = machines.length === 0 ? '' : `, without ${machines.join(', ')}`;
  const calm = faults.length === 0 ? '' : `, without the faults ${faults.join(', ')}`;
  tell(`The smallest of ${small.attempts} runs: ${small.acts} acts${without}${calm}.\n`);
  for (const line of tellStory(runSeed, small)) tell(line);
  const flags = [
    `--seed ${small.seed} --acts ${small.acts}`,
    ...(machines.length === 0 ? [] : [`--without ${machines.join(',')}`]),
    ...(faults.length === 0 ? [] : [`--calm ${faults.join(',')}`]),
  ];
  tell(`\nReplay it with: npm run sim -- ${flags.join(' ')}`);
}

async function replay({ seed, acts, less, bug: name }: Mode<'replay'>): Promise<number> {
  checkNames(seed, less);
  const [bug] = name === undefined ? [] : bugsCalled(name);
  const run = bug === undefined ? runSeed : await load(await bundle(bug));
  const { traceHash, violation } = run({ seed, acts, less, line: print });
  print(`trace ${traceHash}: ${violation ?? 'no violation'}`);
  return violation === undefined ? 0 : 1;
}

/** @throws BadOption for machines that this seed does not have, and faults that nobody knows. */
function checkNames(seed: number, { machines, faults }: Less): void {
  checkFaults(faults);
  const { places } = growTree(new Prng(seed, 'tree'));
  for (const name of machines) {
    const place = places.find(({ settings }) => settings.replica === name);
    if (place === undefined) throw new BadOption(`--without: seed ${seed} has no machine called ${name}`);
    const below = places.find(
      ({ parent, settings }) => parent === name && !machines.includes(settings.replica),
    );
    if (place.parent === undefined || below !== undefined)
      throw new BadOption(`--without: others hang on ${name}; leave those out too, but never the root`);
  }
}

function checkFaults(faults: readonly string[]): void {
  const known = Object.keys(noFaults());
  const unknown = faults.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new BadOption(`--calm: no fault is called ${unknown}; there are ${known.join(', ')}`);
}

/** @throws BadOption where none is. */
function bugsCalled(name: string): readonly PlantedBug[] {
  const bugs = PLANTED.filter((bug) => bug.name.includes(name));
  if (bugs.length === 0) throw new BadOption(`--bug: no planted bug is called ${name}`);
  return bugs;
}

async function huntMany({ start, seedsMax, acts, workers, json, bug }: Mode<'hunt'>): Promise<number> {
  const bugs = bug === undefined ? PLANTED : bugsCalled(bug);
  const planted = await huntAll(bugs, { start, seedsMax, acts, workers }, ({ name }, hunted) => {
    const { found, seeds, firstSeed, violation } = hunted;
    if (json) return;
    const kind = violation === null ? '' : `  (${violation.split('\n')[0]?.slice(0, 60)}…)`;
    print(
      `${found ? 'found    ' : 'NOT FOUND'} ${String(seeds).padStart(5)} seeds, first ${firstSeed ?? 'none'}  ${name}${kind}`,
    );
  });
  if (json) print(JSON.stringify({ planted }));
  return Object.values(planted).every(({ found }) => found) ? 0 : 1;
}

async function run(options: Options): Promise<number> {
  switch (options.mode) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'replay':
      return replay(options);
    case 'hunt':
      return huntMany(options);
    case 'postgres':
      return options.isPlanted ? await tellPlanted(options, print) : await tellCompared(options, print);
    default:
      checkFaults(options.less.faults);
      if (options.less.machines.length > 0)
        throw new BadOption('--without names machines of one seed: it goes with --seed');
      return runMany(options);
  }
}

try {
  process.exitCode = await run(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  complain(`sim: ${error.message}. --help says more.`);
  process.exitCode = 2;
}
