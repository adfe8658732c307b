/**
 * npm run shapes -- [--rounds N] [--seed S] [--shapes N] [--json]
 *
 * The stock client reads shapes while the authority and Postgres are killed and restarted, and tables change their
 * form. Exit code 1, and the seed, where a client ever had rows that plain SQL never said.
 */
import { commandLine } from '../command-line/command-line.ts';
import { runOracle } from './run-oracle.ts';

const asked = commandLine(
  'npm run shapes',
  'Stock clients read shapes while authority and Postgres are killed and restarted, and tables change.',
  {
    rounds: { about: 'of writes and mishaps', number: 36, from: 1 },
    seed: { about: 'another course of events', number: 1, from: 1 },
    shapes: { about: 'followed at once', number: 44, from: 1 },
    json: { about: 'one object instead of the report' },
  },
);

try {
  const say = (line: string) => void (asked.json || process.stdout.write(`${line}\n`));
  const tally = await runOracle(asked.seed, asked.rounds, asked.shapes, say);
  const { seed, rounds, rows, sightings, refetches } = tally;
  process.stdout.write(
    asked.json
      ? `${JSON.stringify(tally)}\n`
      : `seed ${seed}: ${rounds} rounds, ${rows} rows compared, ${sightings} times up to date and never wrong, ${refetches} times anew\n`,
  );
} catch (error) {
  process.stderr.write(`shapes: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
