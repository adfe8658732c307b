/**
 * npm run sim -- --seeds K [--start S] [--acts N] [--json]   runs K seeds
 * npm run sim -- --seed N [--acts N]                         replays one, with a readable trace
 * npm run sim -- --planted [--seeds K] [--json]              looks for each planted bug
 */
import { parseArgs } from 'node:util';
import { huntAll } from './hunt.ts';
import { type Report, runSeeds } from './report.ts';
import { ACTS_DEFAULT, runSeed } from './run.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    start: { type: 'string' },
    seed: { type: 'string' },
    acts: { type: 'string' },
    planted: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** @throws RangeError where a number is none. */
function whole(name: 'seeds' | 'start' | 'seed' | 'acts', otherwise: number): number {
  const text = values[name];
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`--${name} takes a whole number, not ${text}`);
  return number;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printReport(report: Report): void {
  const table = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`)
      .join('\n');
  print(`${report.seeds} seeds, ${report.acts} acts, ${report.virtualHours.toFixed(1)} virtual hours, `);
  print(`${report.seedsPerSecond.toFixed(1)} seeds a second; trace ${report.traceHash}`);
  print(`faults:\n${table(report.faults)}\nsometimes:\n${table(report.sometimes)}`);
  for (const { seed, violation } of report.violations) print(`seed ${seed}: ${violation}`);
  print(
    report.violations.length === 0 ? 'No violation.' : `${report.violations.length} seeds with a violation.`,
  );
}

async function main(): Promise<void> {
  const acts = whole('acts', ACTS_DEFAULT);
  if (values.planted) {
    const planted = await huntAll({ seedsMax: whole('seeds', 1_000), start: whole('start', 1), acts });
    if (values.json) return print(JSON.stringify({ planted }));
    for (const [bug, { found, seeds, firstSeed }] of Object.entries(planted)) {
      print(`${found ? 'found    ' : 'NOT FOUND'}  ${bug}: ${seeds} seeds, first ${firstSeed ?? 'none'}`);
    }
    if (Object.values(planted).some(({ found }) => !found)) process.exitCode = 1;
    return;
  }
  if (values.seed !== undefined) {
    const result = runSeed({ seed: whole('seed', 1), acts, line: print });
    print(`trace ${result.traceHash}: ${result.violation ?? 'no violation'}`);
    process.exitCode = result.violation === undefined ? 0 : 1;
    return;
  }
  const report = runSeeds({ start: whole('start', 1), count: whole('seeds', 100), acts });
  if (values.json) print(JSON.stringify(report));
  else printReport(report);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
}

await main();
