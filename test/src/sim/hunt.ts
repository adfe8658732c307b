/**
 * Hunt: bundles the core and the simulator with one planted bug each, and runs seeds
 * until the checkers find it.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { PLANTED, type PlantedBug } from './planted.ts';
import type { RunResult } from './run.ts';
import type { RunOptions } from './world.ts';

export interface Hunted {
  readonly found: boolean;
  /** How many seeds were run: up to the first that shows the bug, or all. */
  readonly seeds: number;
  readonly firstSeed: number | null;
  readonly violation: string | null;
}

export interface HuntOptions {
  readonly start: number;
  readonly seedsMax: number;
  readonly acts: number;
}

type RunSeed = (options: RunOptions) => RunResult;

const root = fileURLToPath(new URL('../../../', import.meta.url));

export async function huntAll(options: HuntOptions): Promise<Record<string, Hunted>> {
  const table: Record<string, Hunted> = {};
  for (const bug of PLANTED) table[bug.name] = await hunt(bug, options);
  return table;
}

export async function hunt(bug: PlantedBug, { start, seedsMax, acts }: HuntOptions): Promise<Hunted> {
  const runSeed = await plant(bug);
  for (let i = 0; i < seedsMax; i += 1) {
    const { violation } = runSeed({ seed: start + i, acts });
    if (violation !== undefined) return { found: true, seeds: i + 1, firstSeed: start + i, violation };
  }
  return { found: false, seeds: seedsMax, firstSeed: null, violation: null };
}

/** The simulator with the bug in it, as a module of its own. */
export async function plant(bug: PlantedBug): Promise<RunSeed> {
  const bundle = await build({
    entryPoints: [`${root}test/src/sim/run.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['tallystick-source'],
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [patched(bug)],
    logLevel: 'silent',
  });
  const code = Buffer.from(bundle.outputFiles[0]?.contents ?? []).toString('base64');
  const url = `data:text/javascript;base64,${code}`;
  const module = (await import(/* @vite-ignore */ url)) as { runSeed: RunSeed };
  return module.runSeed;
}

function patched({ name, file, find, replace }: PlantedBug): Plugin {
  return {
    name: 'planted-bug',
    setup({ onLoad, onEnd }) {
      let isApplied = false;
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== `${root}${file}`) return undefined;
        const source = await readFile(path, 'utf8');
        if (source.split(find).length !== 2) {
          throw new Error(
            `The planted bug “${name}” no longer fits ${file}: its place must be there exactly once.`,
          );
        }
        isApplied = true;
        return { contents: source.replace(find, () => replace), loader: 'ts' };
      });
      onEnd(() => {
        if (!isApplied)
          throw new Error(`The planted bug “${name}” was not applied: ${file} is not part of the bundle.`);
      });
    },
  };
}
