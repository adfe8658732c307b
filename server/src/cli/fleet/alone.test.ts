import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { STARTING, startAlone } from './alone.ts';

let dataDir: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-alone-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  dataDir = join(folder, 'fleet');
});

/** A start that goes on until it is told to end. */
function begun() {
  let end: () => void = () => {};
  const started = startAlone(dataDir, () => new Promise<void>((resolve) => (end = resolve)));
  return { started, end };
}

test('of two starts at once in a new folder the second is refused, and the first is not disturbed', async () => {
  const first = begun();
  let ran = false;
  const second = startAlone(dataDir, async () => {
    ran = true;
  });
  await expect(second).rejects.toThrow(
    `A fleet is being started in ${dataDir} by process ${process.pid} at this moment.`,
  );
  expect([ran, readdirSync(dataDir)]).toEqual([false, [STARTING]]);
  writeFileSync(join(dataDir, 'made'), '');
  first.end();
  await first.started;
  expect(readdirSync(dataDir)).toEqual(['made']);
  expect(await startAlone(dataDir, async () => 'again')).toBe('again');
});

test('a start that was killed is in nobody’s way', async () => {
  // In a container the start before had the number of this one.
  for (const left of ['999999999', '', 'nonsense', String(process.pid)]) {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, STARTING), left);
    expect(await startAlone(dataDir, async () => left)).toBe(left);
  }
});

test('a start that is refused leaves no folder behind, and one that empties its folder is alone in it again', async () => {
  await expect(startAlone(dataDir, () => Promise.reject(new Error('no port')))).rejects.toThrow('no port');
  expect(existsSync(dataDir)).toBe(false);
  await startAlone(dataDir, async (again) => {
    rmSync(dataDir, { recursive: true });
    again();
    await expect(startAlone(dataDir, async () => 0)).rejects.toThrow('is being started');
  });
});
