/**
 * The install step: `npm ci`, only when what is in node_modules is not what package-lock.json asks for.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const STAMP = 'node_modules/.tallystick-install.json';

/** Addons are compiled for one Node ABI, so a new Node needs a new install. */
const abi = `${process.platform}-${process.arch}-${process.versions.modules}`;

export function installIfNeeded(root, say) {
  if (isInstalled(root)) return;
  say('installing packages (a minute or two if better-sqlite3 has to be compiled) …');
  const startedMs = performance.now();
  const npm = process.env.npm_execpath;
  const [command, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const ran = spawnSync(command, [...before, 'ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    env: { ...process.env, JOBS: 'max', ...ownHeaders() },
    encoding: 'utf8',
    shell: process.platform === 'win32' && command === 'npm',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (ran.status !== 0) {
    const output = `${ran.stdout ?? ''}${ran.stderr ?? ''}${ran.error?.message ?? ''}`.trim();
    throw new Error(
      `npm ci failed:\n${output}\n\n` +
        'What to try: run `npm ci` yourself to see it live. If package.json and package-lock.json ' +
        'disagree, `npm install` mends the lock file. If better-sqlite3 did not compile, it needs ' +
        'python3, make and a C++ compiler.',
    );
  }
  writeStamp(root);
  say(`packages installed in ${Math.round((performance.now() - startedMs) / 1000)} s`);
}

function isInstalled(root) {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const stamp = readJson(join(root, STAMP));
  if (stamp?.lock === lockHash(root)) return stamp.abi === abi;
  if (stamp !== undefined && stamp.abi !== abi) return false;
  // Somebody ran `npm install` by hand: accept it if it holds what the lock file asks for.
  if (!holdsLockedVersions(root)) return false;
  writeStamp(root);
  return true;
}

function holdsLockedVersions(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const found = readJson(join(root, 'node_modules/.package-lock.json'))?.packages ?? {};
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link) return true;
    // Optional packages are for other platforms more often than not.
    if (found[path] === undefined) return optional === true;
    return found[path].version === version;
  });
}

/** Lets node-gyp compile against the headers that came with this Node instead of downloading them. */
function ownHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}

function writeStamp(root) {
  writeFileSync(join(root, STAMP), JSON.stringify({ lock: lockHash(root), abi }));
}

function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
