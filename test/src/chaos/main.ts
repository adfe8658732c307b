/**
 * npm run chaos -- [--minutes M] [--seed N] [--json] [--keep]
 *
 * Real processes, killed, frozen, cut off and set back for M minutes, while an outside client
 * buys and keeps its own ledger. Exit code 1 where anything was lost, doubled or oversold.
 * `--keep` leaves the data folder, for whoever wants to read the logs.
 */
import { parseArgs } from 'node:util';
import { formatReport } from './report.ts';
import { runChaos } from './run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

/** @throws RangeError where it is none. */
function positive(name: 'minutes' | 'seed'): number {
  const number = Number(values[name]);
  if (Number.isFinite(number) && number > 0) return number;
  throw new RangeError(`--${name} takes a number above 0, not ${values[name]}.`);
}

try {
  const report = await runChaos({ minutes: positive('minutes'), seed: positive('seed'), keep: values.keep });
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : formatReport(report));
  process.exitCode = report.violations.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`chaos: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
