/** Databases for histories: each is a fresh copy of one that is migrated. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openPool, startEmbedded } from '@tallystick/server/test-kit';

export type BooksPool = Awaited<ReturnType<typeof openPool>>;

/** @returns the address of empty books that nobody has seen before. */
export type FreshBooks = () => Promise<string>;

let made = 0;

/** @param templateUrl a migrated database that nobody is connected to. */
export async function withFreshBooks<T>(
  templateUrl: string,
  use: (fresh: FreshBooks) => Promise<T>,
): Promise<T> {
  const url = new URL(templateUrl);
  const template = url.pathname.slice(1);
  const names: string[] = [];
  try {
    return await use(async () => {
      made += 1;
      const name = `history_${process.pid}_${made}`;
      names.push(name);
      // Two copies of one template cannot be made at the same moment; the lock makes the second one wait.
      await asAdmin(templateUrl, [
        'select pg_advisory_lock(1)',
        `create database ${name} template ${template} strategy file_copy`,
      ]);
      url.pathname = `/${name}`;
      return url.href;
    });
  } finally {
    await asAdmin(
      templateUrl,
      names.map((name) => `drop database if exists ${name} with (force)`),
    );
  }
}

async function asAdmin(templateUrl: string, statements: readonly string[]): Promise<void> {
  const url = new URL(templateUrl);
  url.pathname = '/postgres';
  const pool = await openPool(url.href, { connectionsMax: 1 });
  try {
    for (const statement of statements) await pool.query(statement);
  } finally {
    await pool.end();
  }
}

/** A server of its own in a folder that is thrown away, so it need not wait for the disk. */
export async function withServer<T>(use: (templateUrl: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-histories-'));
  const leave = () => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  try {
    const server = await startEmbedded({
      folder: join(folder, 'postgres'),
      settings: { fsync: 'off', synchronous_commit: 'on', full_page_writes: 'off' },
    });
    try {
      const pool = await openPool(server.url);
      await migrate(pool);
      await pool.end();
      return await use(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave);
    process.off('exit', remove);
    remove();
  }
}
