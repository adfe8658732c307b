/** A cluster's folder: made once, whole or not at all, and recognised afterwards. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Binaries, foldersOf, majorVersion } from './binaries.ts';
import { readText } from './postmaster.ts';
import { giveTo, type RunAs, spawnable } from './unprivileged.ts';

export const USER = 'tallystick';
export const DATABASE = 'tallystick';
export const PASSWORD_FILE = 'tallystick-password';
/** The number of the process that started the server and will stop it. */
export const OWNER_FILE = 'tallystick-owner';

export async function prepareCluster(binaries: Binaries, folder: string, as: RunAs): Promise<void> {
  const version = readText(join(folder, 'PG_VERSION'))?.trim();
  if (version === undefined) {
    createCluster(binaries, folder, as);
    return;
  }
  const own = majorVersion(binaries);
  if (version !== own) {
    throw new Error(
      `The database in ${folder} was made by Postgres ${version}, and this release brings Postgres ${own}. ` +
        `Start it with the release that made it and move the books by pg_dump, or choose another data folder.`,
    );
  }
  if (readText(join(folder, PASSWORD_FILE)) === undefined) {
    throw new Error(
      `${folder} is a Postgres cluster that this program did not make. Choose another data folder, or set DATABASE_URL.`,
    );
  }
}

/** Made beside its place and moved there when it is whole: a crash leaves nothing half done in the way. */
function createCluster(binaries: Binaries, folder: string, as: RunAs): void {
  const fresh = `${folder}.new`;
  const made: string[] = [];
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new Error('it holds files that are not a Postgres cluster. Choose an empty folder');
    }
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(dirname(fresh), { recursive: true });
    mkdirSync(fresh, { mode: 0o700 });
    giveTo(fresh, as);
    const password = randomBytes(18).toString('base64url');
    const passwordFile = `${fresh}.password`;
    made.push(passwordFile);
    writeFileSync(passwordFile, password, { mode: 0o600 });
    giveTo(passwordFile, as);
    initdb(binaries, fresh, passwordFile, as);
    renameSync(passwordFile, join(fresh, PASSWORD_FILE));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (error) {
    for (const path of made) rmSync(path, { force: true });
    const { message } = error as Error;
    throw new Error(`The database folder ${folder} cannot be made: ${message}.`, { cause: error });
  }
}

function initdb(binaries: Binaries, folder: string, passwordFile: string, as: RunAs): void {
  const flags = [
    `--pgdata=${folder}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Ids are compared byte by byte, and messages must be readable to us.
    '--locale=C',
  ];
  const start = spawnable(binaries.initdb, flags, as, [...foldersOf(binaries), folder]);
  const ran = spawnSync(start.command, start.args, { ...start.as, cwd: folder, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error((ran.error?.message ?? ran.stderr ?? '').trim());
}
