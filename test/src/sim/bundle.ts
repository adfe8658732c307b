/**
 * Bundle: the core and the simulator as one module, that worker threads can load
 * without a loader of their own, and into which a planted bug can be patched.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { PlantedBug } from './planted.ts';
import type { RunResult } from './run.ts';
import type { RunOptions } from './world.ts';

/** A module as a `data:` address, for `import` and for workers. */
export type Bundle = string & { readonly brand: 'Bundle' };

export type RunSeed = (options: RunOptions) => RunResult;

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** @throws where the bug no longer fits the source. */
export async function bundle(
  bug?: PlantedBug,
  entry = WORKER,
  more: readonly Plugin[] = [],
): Promise<Bundle> {
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['tallystick-source'],
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: bug === undefined ? [...more] : [...more, patched(bug)],
    logLevel: 'silent',
  });
  const code = Buffer.from(built.outputFiles[0]?.contents ?? []).toString('base64');
  return `data:text/javascript;base64,${code}` as Bundle;
}

/** The simulator of a bundle in this thread: who replays wants to listen. */
export async function load(code: Bundle): Promise<RunSeed> {
  const module = (await import(/* @vite-ignore */ code)) as { runSeed: RunSeed };
  return module.runSeed;
}

/** @throws where the bug no longer fits. */
export function patch({ name, file, find, replace }: PlantedBug, source: string): string {
  if (source.split(find).length !== 2)
    throw new Error(
      `The planted bug “${name}” no longer fits ${file}: its place must be there exactly once.`,
    );
  return source.replace(find, () => replace);
}

function patched(bug: PlantedBug): Plugin {
  const { name, file } = bug;
  return {
    name: 'planted-bug',
    setup({ onLoad, onEnd }) {
      let isApplied = false;
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== `${root}${file}`) return undefined;
        isApplied = true;
        return { contents: patch(bug, await readFile(path, 'utf8')), loader: 'ts' };
      });
      onEnd(() => {
        if (!isApplied)
          throw new Error(`The planted bug “${name}” was not applied: ${file} is not part of the bundle.`);
      });
    },
  };
}
