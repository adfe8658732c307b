/**
 * npm run chaos -- [--minutes M] [--seed N] [--json] [--keep]
 *
 * Real processes, killed, frozen, cut off and set back for M minutes, while an outside client
 * buys and keeps its own ledger. Exit code 1 where anything was lost, doubled or oversold.
 * `--keep` leaves the data folder, for whoever wants to read the logs.
 */
import { commandLine } from '../command-line/command-line.ts';
import { formatReport } from './report.ts';
import { runChaos } from './run.ts';

const asked = commandLine(
  'npm run chaos',
  'Real processes are killed, frozen, cut off and set back, while a client of its own keeps the ledger.',
  {
    minutes: { about: 'how long', number: 10, from: 0.01, fractions: true },
    seed: { about: 'another course of events', number: 1, from: 0 },
    json: { about: 'one object instead of the report' },
    keep: { about: 'leave the data folder, for whoever wants to read the logs' },
  },
);

try {
  const report = await runChaos(asked);
  process.stdout.write(asked.json ? `${JSON.stringify(report)}\n` : formatReport(report));
  process.exitCode = report.violations.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`chaos: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
