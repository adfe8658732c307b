/** The process that sends webhooks is killed in the middle of sending: another goes on, and nobody misses anything. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';
import { freshDatabase } from '../authority/postgres/database.test-kit.ts';
import { Vault } from '../authority/vault.ts';
import { follow } from '../facade/events/follow.test-kit.ts';
import { Receiver } from './receiver.test-kit.ts';

const LEADING = fileURLToPath(new URL('leading.test-kit.ts', import.meta.url));
/** As many as may be sent again after a process ended, and more. */
const EVENTS = 1_500;
const TOLD_AT_ONCE = 25;

async function leads(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>(
    `select l.pid from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objid = 7214012 and a.datname = current_database()`,
  );
  return rows[0]?.pid;
}

function tell(pool: pg.Pool, skus: readonly string[]): Promise<unknown> {
  return pool.query('select tallystick.tell($1, $2, $3)', [
    skus.map(() => 0),
    skus.map(() => 'stock.level_changed'),
    skus.map((sku) => ({ sku, locationId: 'depot', onHand: 1, available: 1, committed: 0 })),
  ]);
}

test('the leading process is killed under load: no gap, and what comes twice is the same under the same id', async () => {
  const database = await freshDatabase();
  const key = randomBytes(32);
  const fleet = new TestFleet();
  onTestFinished(() => fleet.stop());
  fleet.vault = new Vault([key]);
  const args = [LEADING, database.url, join(fleet.folder, 'leading'), key.toString('hex')];
  const leading = spawn(process.execPath, ['--conditions=tallystick-source', '--import=tsx', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void leading.kill('SIGKILL'));
  await until(
    async () => (await leads(database.pool)) !== undefined,
    'the process that will be killed leads',
  );
  const first = await leads(database.pool);
  await fleet.open(database);
  await fleet.add('eu', 'region', 'authority', null);
  const { url } = fleet.served.get('eu') as NonNullable<ReturnType<typeof fleet.served.get>>;
  const pool = fleet.authorities[0]?.authority.pool as pg.Pool;

  const receiver = await Receiver.start();
  const made = await fetch(`${url}/v1/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'erp', url: receiver.url, types: ['stock.level_changed'] }),
  });
  expect(made.status).toBe(201);
  receiver.secret = ((await made.json()) as { secret: string }).secret;
  const sse = follow(`${url}/v1/events?after=0&type=stock.level_changed`);
  await sse.opened;

  const wanted = Array.from({ length: EVENTS }, (_, i) => `S${i}`);
  const telling = (async () => {
    for (let from = 0; from < EVENTS; from += TOLD_AT_ONCE)
      await tell(pool, wanted.slice(from, from + TOLD_AT_ONCE));
  })();
  await until(() => receiver.seen.length > EVENTS / 10, 'it is sending');
  leading.kill('SIGKILL');
  const seenAtDeath = receiver.seen.length;
  await telling;
  await until(async () => ((await leads(pool)) ?? first) !== first, 'another leads');

  const firsts = new Map<string, (typeof receiver.seen)[number]>();
  const isAll = () => new Set(receiver.seen.map(({ id }) => id)).size === EVENTS;
  await until(isAll, 'all were sent');
  for (const event of receiver.seen) {
    const known = firsts.get(event.id);
    if (known === undefined) firsts.set(event.id, event);
    else expect(event).toEqual(known);
  }
  const subjects = wanted.map((sku) => `${sku}@depot`);
  expect([...firsts.values()].map(({ subject }) => subject)).toEqual(subjects);
  expect(receiver.unverified).toEqual([]);
  expect(seenAtDeath).toBeLessThan(EVENTS);
  // What was sent and not yet written down when it died, and no more.
  expect(receiver.seen.length - EVENTS).toBeLessThanOrEqual(201);
  await until(() => sse.seen.length === EVENTS, 'who followed heard of all');
  expect(sse.seen.map(({ subject }) => subject)).toEqual(subjects);
});
