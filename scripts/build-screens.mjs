/**
 * The screens, built with Vite into `demo-app/dist/screens`. A stamp lets a run with nothing to do end at once.
 * Everything else works without them, so an older Node 20 goes on with a word about it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'node_modules/.tallystick-screens';
/** What ends up in a page. */
const SOURCES = ['demo-app/src', 'demo-app/public', 'client-sdk/src', 'crdt/src'];
const FILES = [
  'package-lock.json',
  'demo-app/vite.config.ts',
  ...['index', 'shop', 'till', 'console'].map((page) => `demo-app/${page}.html`),
];

export function buildScreensIfChanged(root, say) {
  const wanted = hashOf(root);
  const stamp = join(root, STAMP);
  const isBuilt = existsSync(join(root, 'demo-app/dist/screens/index.html'));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major === 20 && minor < 19) {
    say('the screens are left out: Node 20.19 or newer builds them. Everything else works.');
    return;
  }
  const startedMs = performance.now();
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--config', join(root, 'demo-app/vite.config.ts'), '--logLevel', 'warn'];
  const ran = spawnSync(process.execPath, args, { cwd: join(root, 'demo-app'), encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`the screens could not be built (vite):\n${ran.stdout}${ran.stderr}`);
  writeFileSync(stamp, wanted);
  say(`built the screens in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

function hashOf(root) {
  const hash = createHash('sha256');
  const sources = SOURCES.flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(test|test-kit)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const path of [...FILES.map((name) => join(root, name)), ...sources].sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
