import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ledgerOn, pool, tempFolder } from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';

const CHILD = fileURLToPath(new URL('crash-child.test-kit.ts', import.meta.url));

/** Lets a till sell until it printed `count` orders, then kills it. @returns every order that it printed. */
async function sellAndKill(folder: string, life: string, count: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ['--conditions=tallystick-source', '--import', 'tsx', CHILD, folder, life],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  let wrong = '';
  child.stdout.on('data', (data) => {
    said += data;
    if (said.split('\n').length > count) child.kill('SIGKILL');
  });
  child.stderr.on('data', (data) => {
    wrong += data;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, how) => resolve(how)));
  if (signal !== 'SIGKILL') throw new Error(`The till ended by itself: ${wrong}`);
  // The last line may have been cut by the kill; it was not read as an ack.
  return said.split('\n').slice(0, -1);
}

test('[D1] [D5] kill -9 loses nothing that was acked, three times in a row', {
  timeout: 120_000,
}, async () => {
  const folder = tempFolder();
  const acked: string[] = [];
  for (const life of ['one', 'two', 'three']) {
    acked.push(...(await sellAndKill(folder, life, 40)));
    const journal = SqliteJournal.open({ folder });
    expect(journal.load().alarms).toEqual([]);
    expect((await journal.verify()).problems).toEqual([]);
    expect(acked.filter((orderId) => journal.view.findDocument('order', orderId) === undefined)).toEqual([]);
    const ledger = await ledgerOn(journal);
    expect(ledger.self.row(pool('lamp')).used).toBeGreaterThanOrEqual(acked.length);
    journal.close();
  }
  expect(acked.length).toBeGreaterThanOrEqual(120);
});
