/**
 * `npm run check:package`: packs the SDK as it would be published, and has publint and are-the-types-wrong look at
 * it, has the screens, which are an application of it, typed against it, and has its reference written, in which every
 * public name must say what it is. A command of its own, since it needs the build.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGE = join(ROOT, 'client-sdk');
const folder = mkdtempSync(join(tmpdir(), 'tallystick-pack-'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

try {
  const packed = spawnSync(npm, ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new Error(`npm pack failed:\n${packed.stderr}`);
  const [{ filename, size, entryCount }] = JSON.parse(packed.stdout);
  const tarball = new Uint8Array(readFileSync(join(folder, filename)));

  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: tarball.buffer },
  });
  const linted = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);

  // What tests use is in no package; it is found by the sources' own condition alone.
  const excludeEntrypoints = ['./test-kit'];
  const analysis = await checkPackage(createPackageFromTarballData(tarball), { excludeEntrypoints });
  // ES modules alone: whoever requires them, or resolves as Node 10 did, is not served.
  const served = new Set(['node16-esm', 'bundler']);
  const wrong = !analysis.types
    ? ['The package has no types.']
    : analysis.problems
        .filter((problem) => !('resolutionKind' in problem) || served.has(problem.resolutionKind))
        .map((problem) => `${problem.kind} ${JSON.stringify(problem)}`);

  // Frameworks that draw on a server know by its first line that the hooks are for pages.
  if (!readFileSync(join(PACKAGE, 'dist/react.js'), 'utf8').startsWith("'use client'"))
    wrong.push("dist/react.js does not begin with 'use client'.");

  // The screens are the example of an application: here they are typed by what is published, and not by the sources.
  const tsc = [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '-p',
    'demo-app',
    '--customConditions',
    'built',
  ];
  const cache = join(folder, 'screens.tsbuildinfo');
  const typed = spawnSync(process.execPath, [...tsc, '--tsBuildInfoFile', cache], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (typed.status !== 0) wrong.push(typed.stdout);

  // What is exported without a word of what it is, is a fault of the package as well.
  const referred = spawnSync(npm, ['run', 'sdk:reference'], { cwd: ROOT, encoding: 'utf8' });
  if (referred.status !== 0) wrong.push(referred.stdout + referred.stderr);

  for (const line of [...linted, ...wrong]) console.error(line);
  console.log(`${filename}: ${entryCount} files, ${size} bytes; ${linted.length + wrong.length} problems`);
  if (linted.length + wrong.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
