/**
 * npm run shapes -- [--rounds N] [--seed S] [--json]
 *
 * The stock client reads shapes while the authority and Postgres are killed and restarted, and tables change their
 * form. Exit code 1, and the seed, where a client ever had rows that plain SQL never said.
 */
import { parseArgs } from 'node:util';
import { runOracle } from './run-oracle.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '36' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

function whole(name: 'rounds' | 'seed'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RangeError(`--${name} takes a whole number above 0`);
  return number;
}

try {
  const say = (line: string) => void (values.json || process.stdout.write(`${line}\n`));
  const tally = await runOracle(whole('seed'), whole('rounds'), say);
  const { seed, rounds, rows, sightings, refetches } = tally;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(tally)}\n`
      : `seed ${seed}: ${rounds} rounds, ${rows} rows compared, ${sightings} times up to date and never wrong, ${refetches} times anew\n`,
  );
} catch (error) {
  process.stderr.write(`shapes: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
