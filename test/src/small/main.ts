/**
 * Explores the small case within bounds, and prints what it saw; ends with 1 where the frontier is not empty.
 *
 *   node --max-old-space-size=8000 --conditions=tallystick-source --import=tsx test/src/small/main.ts
 *     [--json] [--progress] [--unreduced] [--states N] [--acts N] [--faults N] [--drops N] …
 *
 * Every bound is an option of its name; `--unreduced` counts mirror images apart.
 */
import { commandLine } from '../command-line/command-line.ts';
import { BOUND_NAMES, type Bounds, FULL } from './bounds.ts';
import { bundleExplorer } from './bundle.ts';
import { printable } from './report.ts';

const numbers = Object.fromEntries(
  BOUND_NAMES.map((name) => [name, { about: 'a bound of the small case', number: FULL[name], from: 0 }]),
) as Record<keyof Bounds, { about: string; number: number; from: number }>;

const asked = commandLine(
  'npm run small',
  'Explores the small case within bounds, until nothing is left to try.',
  {
    ...numbers,
    states: { about: 'states at which it gives up; 0 for no limit', number: 0, from: 0 },
    unreduced: { about: 'mirror images count apart' },
    progress: { about: 'say how far it is' },
    json: { about: 'one object instead of the report' },
  },
);

async function main(): Promise<void> {
  const explore = await bundleExplorer();
  const explored = explore({
    bounds: asked,
    isSymmetric: !asked.unreduced,
    ...(asked.states === 0 ? {} : { statesMax: asked.states }),
    ...(asked.progress
      ? {
          onLevel: (depth, states, frontier) =>
            process.stderr.write(`depth ${depth}: ${states} states, frontier ${frontier}\n`),
        }
      : {}),
  });
  process.stdout.write(`${asked.json ? JSON.stringify(explored) : printable(explored)}\n`);
  process.exitCode = explored.violation === undefined && explored.frontier === 0 ? 0 : 1;
}

await main();
