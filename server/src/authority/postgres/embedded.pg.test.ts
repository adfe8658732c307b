import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { emptyFleetFolder } from '../../cli/fleet/folder.ts';
import { type EmbeddedServer, startEmbedded } from './embedded.ts';
import { openPool } from './pool.ts';
import { isAlive } from './postmaster.ts';

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-embedded-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'postgres');
}

async function start(folder: string, port = 0): Promise<EmbeddedServer> {
  const server = await startEmbedded({ folder, port });
  onTestFinished(() => server.stop());
  return server;
}

test('[D1] it is durable, decodes logically, and keeps its data over a restart', async () => {
  const folder = tempFolder();
  const first = await start(folder);
  const pool = await openPool(first.url);
  const { rows } = await pool.query(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
      current_setting('wal_level') as wal, current_setting('listen_addresses') as listens`,
  );
  expect(rows).toEqual([{ fsync: 'on', sync: 'on', wal: 'logical', listens: '127.0.0.1' }]);
  await pool.query('create table kept (n int)');
  await pool.end();
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await start(folder);
  const again = await openPool(second.url);
  expect((await again.query('select from kept')).rowCount).toBe(0);
  await again.end();
});

test('a folder in use is refused, also by --fresh, and the server in it goes on', async () => {
  const fleet = tempFolder();
  const folder = join(fleet, 'authority/postgres');
  const first = await start(folder);
  await expect(startEmbedded({ folder })).rejects.toThrow(`in use by process ${process.pid}`);
  expect(() => emptyFleetFolder(fleet)).toThrow(`in use by process ${process.pid}`);
  const pool = await openPool(first.url);
  await pool.end();
});

test('a port in use is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  await expect(startEmbedded({ folder: tempFolder(), port })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use`,
  );
});

test('a server that was killed starts again, even if its number now belongs to another program', async () => {
  const folder = tempFolder();
  const first = await start(folder);
  process.kill(first.pid, 'SIGKILL');
  while (isAlive(first.pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  const path = join(folder, 'postmaster.pid');
  const [, ...rest] = readFileSync(path, 'utf8').split('\n');
  const other = spawn('sleep', ['60']);
  onTestFinished(() => void other.kill());
  writeFileSync(path, [other.pid, ...rest].join('\n'));
  const second = await start(folder);
  const pool = await openPool(second.url);
  await pool.end();
});

test('a server whose owner was killed is stopped and started anew', async () => {
  const folder = tempFolder();
  const first = await startEmbedded({ folder });
  // A process that is gone: ours cannot be, so the owner's file says so.
  const gone = spawn('true');
  await once(gone, 'exit');
  writeFileSync(join(folder, 'tallystick-owner'), String(gone.pid));
  const second = await start(folder);
  expect(isAlive(first.pid)).toBe(false);
  const pool = await openPool(second.url);
  await pool.end();
});

test('a folder of another version, or with foreign files, is refused with what to do', async () => {
  const foreign = tempFolder();
  mkdirSync(foreign, { recursive: true });
  writeFileSync(join(foreign, 'diary.txt'), 'mine');
  await expect(startEmbedded({ folder: foreign })).rejects.toThrow('Choose an empty folder');
  const old = tempFolder();
  mkdirSync(old, { recursive: true });
  writeFileSync(join(old, 'PG_VERSION'), '9.6\n');
  await expect(startEmbedded({ folder: old })).rejects.toThrow('was made by Postgres 9.6');
});
