import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepRunning } from './kept-running.ts';
import { openPool } from './pool.ts';
import { isAlive, readPostmaster } from './postmaster.ts';

test('[D3] books whose server is killed come up again at the same address, with what was committed', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'tallystick-kept-'));
  const folder = join(parent, 'postgres');
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  let losses = 0;
  const lost = new Promise<void>((resolve, reject) => {
    void keepRunning({
      folder,
      onLost: () => {
        losses += 1;
        resolve();
      },
      onGivenUp: reject,
    }).then(async (server) => {
      onTestFinished(() => server.stop());
      const pool = await openPool(server.url);
      await pool.query('create table kept as select 7 as n');
      await pool.end();
      const pid = readPostmaster(folder)?.pid as number;
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, 'SIGKILL');
      urls.push(server.url);
    }, reject);
  });
  const urls: string[] = [];
  await lost;
  const rows = await untilItAnswers(urls[0] as string);
  expect(rows).toEqual([{ n: 7 }]);
  expect(losses).toBe(1);
});

/** The first answer of a server that is on its way up. */
async function untilItAnswers(url: string): Promise<unknown[]> {
  for (;;) {
    try {
      const pool = await openPool(url);
      try {
        return (await pool.query('select n from kept')).rows;
      } finally {
        await pool.end();
      }
    } catch (error) {
      const { code } = ((error as Error).cause ?? error) as { code?: string };
      if (!/^(ECONN|57|08)/.test(code ?? '')) throw error;
    }
  }
}
