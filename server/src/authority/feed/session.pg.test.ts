/** The session of a leader: its lock goes to another when it ends, or when it is not heard of for too long. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { until } from '../fleet.test-kit.ts';
import { freshDatabase } from '../postgres/database.test-kit.ts';
import { openSession } from './session.ts';

test('who is silent for too long, and who is ended, has lost the lock, is told so, and writes nothing more', async () => {
  const { url } = await freshDatabase();
  const admin = new pg.Client(url);
  await admin.connect();
  const lost: string[] = [];
  const open = async (name: string) => {
    const session = await openSession(url, 60_000);
    session.onLost(({ message }) => lost.push(`${name} ${message}`));
    return session;
  };
  const frozen = await open('frozen');
  expect(await frozen.query({ text: 'show idle_session_timeout' })).toMatchObject({
    rows: [{ idle_session_timeout: '1min' }],
  });
  expect(await frozen.takeLock()).toBe(true);
  await frozen.query({ text: 'set idle_session_timeout = 100' });
  const next = await open('next');
  await until(() => next.takeLock(), 'the lock of who is silent is free');
  await until(() => lost.length === 1, 'it is told');
  expect(lost[0]).toMatch(/^frozen .*idle-session timeout/);
  await expect(frozen.query({ text: 'select 1' })).rejects.toThrow();

  const last = await open('last');
  expect(await last.takeLock()).toBe(false);
  await admin.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and granted and objid = 7214012
        and database = (select oid from pg_database where datname = current_database())`,
  );
  await until(() => last.takeLock(), 'the lock of who was ended is free');
  await until(() => lost.length === 2, 'it is told as well');
  await expect(next.query({ text: 'select 1' })).rejects.toThrow();
  await last.end();
  await Promise.all([frozen.end(), next.end(), admin.end()]);
});
