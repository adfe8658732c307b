import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { spawnable, unprivilegedUser } from './unprivileged.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('not root here: that a folder of root alone is opened to Postgres is not tried');

/** A file in a folder that only root may enter, as in a clone that root made in a private place. */
function closedFile(): { folder: string; file: string } {
  const outer = mkdtempSync(join(tmpdir(), 'tallystick-closed-'));
  onTestFinished(() => rmSync(outer, { recursive: true, force: true }));
  chmodSync(outer, 0o700);
  const folder = join(outer, 'clone');
  mkdirSync(folder);
  const file = join(folder, 'program');
  writeFileSync(file, '', { mode: 0o755 });
  return { folder, file };
}

test.runIf(isRoot)('a program that is not root may look at its own binary in a folder of root alone', () => {
  const { folder, file } = closedFile();
  const look = `require('node:fs').accessSync(${JSON.stringify(file)}, 1); console.log(process.getuid())`;
  const as = unprivilegedUser();
  const start = spawnable(process.execPath, ['-e', look], as, [folder]);
  const { stdout, stderr } = spawnSync(start.command, start.args, { ...start.as, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe(String(as.uid));
});
