/**
 * Explores the small case within bounds, and prints what it saw; ends with 1 where the frontier is not empty.
 *
 *   node --max-old-space-size=8000 --conditions=tallystick-source --import=tsx test/src/small/main.ts
 *     [--json] [--progress] [--unreduced] [--states N] [--acts N] [--faults N] [--drops N] …
 *
 * Every bound is an option of its name; `--unreduced` counts mirror images apart.
 */
import { parseArgs } from 'node:util';
import { BOUND_NAMES, type Bounds, FULL } from './bounds.ts';
import { bundleExplorer } from './bundle.ts';
import { printable } from './report.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    progress: { type: 'boolean', default: false },
    unreduced: { type: 'boolean', default: false },
    states: { type: 'string' },
    ...Object.fromEntries(BOUND_NAMES.map((name) => [name, { type: 'string' } as const])),
  },
});

/** @throws RangeError where a number is none. */
function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`--${name} takes a whole number, not ${text}`);
  return number;
}

function boundsOf(given: Readonly<Record<string, unknown>>): Bounds {
  const bounds: Record<keyof Bounds, number> = { ...FULL };
  for (const name of BOUND_NAMES) {
    const text = given[name];
    if (typeof text === 'string') bounds[name] = whole(name, text);
  }
  return bounds;
}

async function main(): Promise<void> {
  const explore = await bundleExplorer();
  const explored = explore({
    bounds: boundsOf(values),
    isSymmetric: !values.unreduced,
    ...(values.states === undefined ? {} : { statesMax: whole('states', String(values.states)) }),
    ...(values.progress
      ? {
          onLevel: (depth, states, frontier) =>
            process.stderr.write(`depth ${depth}: ${states} states, frontier ${frontier}\n`),
        }
      : {}),
  });
  process.stdout.write(`${values.json ? JSON.stringify(explored) : printable(explored)}\n`);
  process.exitCode = explored.violation === undefined && explored.frontier === 0 ? 0 : 1;
}

await main();
