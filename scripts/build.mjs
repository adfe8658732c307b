/**
 * The build step: `tsc -b` for the packages in the root tsconfig.json, then the files tsc does not
 * copy, and the agent as one file. A stamp of names, sizes and times lets a run with nothing to do end in a few milliseconds.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildScreensIfChanged } from './build-screens.mjs';
import { bundleAgent } from './bundle-agent.mjs';

const STAMP = 'node_modules/.tallystick-build';

export function buildIfChanged(root, say) {
  buildPackagesIfChanged(root, say);
  buildScreensIfChanged(root, say);
}

function buildPackagesIfChanged(root, say) {
  const packages = builtPackages(root);
  const before = sourceHash(root, packages);
  const isBuilt = packages.every((dir) => existsSync(join(root, dir, 'dist/.tsbuildinfo')));
  if (isBuilt && readStamp(root) === before) return;
  const startedMs = performance.now();
  build(root, packages);
  writeFileSync(join(root, STAMP), before);
  say(`built ${packages.join(', ')} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

function build(root, packages) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const ran = spawnSync(process.execPath, [tsc, '-b', 'tsconfig.json'], { cwd: root, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`the build failed (tsc -b):\n${ran.stdout}${ran.stderr}`);
  for (const dir of packages) {
    for (const file of filesUnder(join(root, dir, 'src')).filter((path) => path.endsWith('.sql'))) {
      cpSync(file, join(root, dir, 'dist', relative(join(root, dir, 'src'), file)));
    }
  }
  bundleAgent(root);
  for (const dir of packages) linkBins(root, join(root, dir));
}

/** npm links bins and makes them executable at install, but then `dist` does not exist yet. */
function linkBins(root, packageDir) {
  const { bin = {} } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  for (const [name, file] of Object.entries(bin)) {
    const target = join(packageDir, file);
    if (!existsSync(target) || process.platform === 'win32') continue;
    chmodSync(target, 0o755);
    const link = join(root, 'node_modules/.bin', name);
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), target), link);
  }
}

function builtPackages(root) {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path.split('/')[0]);
}

function sourceHash(root, packages) {
  const hash = createHash('sha256');
  const configs = ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json'].map((name) =>
    join(root, name),
  );
  const sources = packages.flatMap((dir) => [
    join(root, dir, 'package.json'),
    join(root, dir, 'tsconfig.build.json'),
    ...filesUnder(join(root, dir, 'src')),
  ]);
  for (const path of [...configs, ...sources].sort()) {
    if (/\.(test|test-kit)\.ts$/.test(path)) continue;
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path).split(sep).join('/')} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesUnder(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function readStamp(root) {
  const path = join(root, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  try {
    buildIfChanged(root, (line) => process.stderr.write(`tallystick: ${line}\n`));
  } catch (error) {
    process.stderr.write(`tallystick: ${error.message}\n`);
    process.exitCode = 1;
  }
}
