/**
 * Bundle: the explorer with the shipping core, as a module of its own, in which every
 * `#name` of core and disk is `_name`, so that a replica can be copied as it stands. A planted
 * bug is one patch more. No line of the core is there for it.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { explore } from './explore.ts';
import type { Patch } from './planted.ts';

export type Explore = typeof explore;

const root = fileURLToPath(new URL('../../../', import.meta.url));

export async function bundleExplorer(bug?: Patch): Promise<Explore> {
  const bundle = await build({
    entryPoints: [`${root}test/src/small/explore.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['tallystick-source'],
    plugins: [opened(bug)],
    logLevel: 'silent',
  });
  const module: { explore: Explore } = await import(
    /* @vite-ignore */ addressOf(bundle.outputFiles[0]?.contents ?? new Uint8Array(0))
  );
  return module.explore;
}

function addressOf(code: Uint8Array): string {
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

function opened(bug: Patch | undefined): Plugin {
  return {
    name: 'opened',
    setup({ onLoad, onEnd }) {
      let isApplied = false;
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(root)) return undefined;
        let source = await readFile(path, 'utf8');
        if (path === `${root}${bug?.file}`) {
          source = patched(source, bug as Patch);
          isApplied = true;
        }
        const isOpened = path.startsWith(`${root}crdt/src/`) || path === `${root}test/src/sim/disk.ts`;
        return { contents: isOpened ? withoutPrivates(source, path) : source, loader: 'ts' };
      });
      onEnd(() => {
        if (bug !== undefined && !isApplied)
          throw new Error(
            `The planted bug “${bug.name}” was not applied: ${bug.file} is not part of the bundle.`,
          );
      });
    },
  };
}

function patched(source: string, { name, file, find, replace }: Patch): string {
  if (source.split(find).length !== 2)
    throw new Error(
      `The planted bug “${name}” no longer fits ${file}: its place must be there exactly once.`,
    );
  return source.replace(find, () => replace);
}

function withoutPrivates(source: string, path: string): string {
  if (/[.#]_[a-z]/.test(source))
    throw new Error(`${path} has a name of its own that begins with an underscore.`);
  return source.replace(/#(?=[a-z])/g, '_');
}
