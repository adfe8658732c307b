/**
 * The folder of a fleet: whose it is, and what may be emptied.
 *
 * `--data` is a name that somebody typed. A fleet begins in a folder that is new, empty, or its own from an earlier
 * start, and what it did not make is never deleted.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@tallystick/store-agent';
import { userOf } from '../../authority/postgres/embedded.ts';
import { STARTING } from './alone.ts';

/** A file that says that a fleet was made here to its end. */
export const MARK = 'tallystick-fleet';
/** Beside a folder for each replica. */
const OWN: ReadonlySet<string> = new Set([
  MARK,
  STARTING,
  'logs',
  'authority',
  'credentials.json',
  'people.json',
]);
const FILES_OF_REPLICAS: ReadonlySet<string> = new Set(['agent.json', 'identity.pem', 'journal.db']);
/** What systems put into folders of their own accord. */
const OF_NOBODY: ReadonlySet<string> = new Set(['.DS_Store', 'lost+found']);

/** @throws ConfigError where the folder holds what no fleet made: none is begun among somebody's files. */
export function checkFleetFolder(dataDir: string): void {
  const foreign = foreignIn(dataDir);
  if (foreign === undefined || existsSync(join(dataDir, MARK))) return;
  throw new ConfigError(
    `${dataDir} holds ${foreign}, which tallystick did not make. Choose an empty folder, or a new one, with --data DIR.`,
  );
}

/** @throws ConfigError where the folder holds something that is not a fleet of ours, or one that runs. */
export function emptyFleetFolder(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  const user = userOf(join(dataDir, 'authority', 'postgres'));
  if (user !== undefined) {
    throw new ConfigError(
      `--fresh would empty ${dataDir}, which is in use by process ${user}. Stop that one first.`,
    );
  }
  // A first start that was broken off left no mark, and a log.
  if (!existsSync(join(dataDir, MARK)) && !existsSync(join(dataDir, 'logs', 'authority.log'))) {
    throw new ConfigError(
      `--fresh would empty ${dataDir}, which was not made by tallystick. Choose another folder.`,
    );
  }
  const foreign = foreignIn(dataDir);
  if (foreign !== undefined) {
    throw new ConfigError(
      `--fresh would delete ${foreign} in ${dataDir}, which tallystick did not make. Move it elsewhere, or choose another folder.`,
    );
  }
  rmSync(dataDir, { recursive: true, force: true });
}

/** Something in the folder that no start of a fleet put there. */
function foreignIn(dataDir: string): string | undefined {
  if (!existsSync(dataDir)) return undefined;
  return readdirSync(dataDir).find((name) => {
    return !OWN.has(name) && !OF_NOBODY.has(name) && !isOfReplica(join(dataDir, name));
  });
}

/** A replica's folder has its configuration, or its key where its enrolment was broken off. */
function isOfReplica(path: string): boolean {
  const names = statSync(path).isDirectory() ? readdirSync(path) : ['a file'];
  return names.length === 0 || names.some((name) => FILES_OF_REPLICAS.has(name));
}
