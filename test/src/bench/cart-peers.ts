/**
 * Peers of live carts: other people's servers and clients, in a folder of their own below `node_modules`. They are
 * no packages of this repository, because each brings an engine that nothing else here wants; what is compiled
 * is shared with this repository.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('../../../node_modules/.cart-peers', import.meta.url));
const INSTALL_MS = 120_000;
/** Exactly these, so that figures of two days are of the same peers. */
const PEERS = {
  '@hocuspocus/extension-sqlite': '4.7.0',
  '@hocuspocus/provider': '4.7.0',
  '@hocuspocus/server': '4.7.0',
  'y-websocket': '2.1.0',
  yjs: '13.6.33',
};

export type CartPeers =
  | { readonly ok: true; readonly folder: string }
  | { readonly ok: false; readonly why: string };

/** Where they are; installed now, where they are not yet. */
export async function cartPeers(): Promise<CartPeers> {
  const done = join(FOLDER, 'installed.json');
  const wanted = JSON.stringify(PEERS);
  if (!existsSync(done)) {
    try {
      await install();
      writeFileSync(done, wanted);
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr ?? (error as Error).message);
      const line = said.split('\n').find((text) => text.includes('error')) ?? said.split('\n')[0];
      return { ok: false, why: `it could not be installed into ${FOLDER}: ${line}` };
    }
  }
  return { ok: true, folder: join(FOLDER, 'node_modules') };
}

async function install(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const sqlite = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  const dependencies = { ...PEERS, 'better-sqlite3': `file:${sqlite}` };
  const overrides = { 'better-sqlite3': '$better-sqlite3' };
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', FOLDER];
  await promisify(execFile)('npm', args, { cwd: FOLDER, timeout: INSTALL_MS });
}
