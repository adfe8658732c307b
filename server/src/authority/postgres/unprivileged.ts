/**
 * Who runs the server: Postgres refuses to be root, as in a container it often would be.
 *
 * Then it runs as `postgres` where that user exists, else as `nobody`. Folders that
 * only root may enter, such as a clone under /root, are opened to it by one
 * capability where `setpriv` exists; no mode of a foreign folder is changed.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Spawnable {
  readonly command: string;
  readonly args: readonly string[];
  readonly as: RunAs;
}

/** Empty unless this process is root. */
export function unprivilegedUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(
    'Postgres does not run as root, and this machine has neither a user `postgres` nor `nobody`. ' +
      'Run as another user, or set DATABASE_URL.',
  );
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(
      execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return undefined;
  }
}

/** How to start a program that must enter `folders` as that user. */
export function spawnable(
  command: string,
  args: readonly string[],
  as: RunAs,
  folders: readonly string[],
): Spawnable {
  const closed = as.uid === undefined ? undefined : folders.map((path) => closedTo(path, as)).find(Boolean);
  if (closed === undefined) return { command, args, as };
  const capability = '+dac_override';
  const setpriv = ['--reuid', String(as.uid), '--regid', String(as.gid), '--clear-groups'];
  // access(2) asks for the real user and drops capabilities for anybody but root, unless told to leave
  // them: initdb and pg_ctl look at their own binaries that way.
  const keeps = '--securebits=+no_setuid_fixup';
  const flags = [...setpriv, `--inh-caps=${capability}`, `--ambient-caps=${capability}`, keeps];
  try {
    execFileSync('setpriv', [...flags, 'true'], { stdio: 'ignore' });
  } catch (error) {
    throw new Error(
      `Postgres does not run as root, and the user it would run as may not enter ${closed}. ` +
        'Move this folder to where everybody may enter, run as another user, or set DATABASE_URL.',
      { cause: error },
    );
  }
  return { command: 'setpriv', args: [...flags, command, ...args], as: {} };
}

/** The first folder on the way to `path` that this user may not enter. */
function closedTo(path: string, { uid, gid }: RunAs): string | undefined {
  for (let at = resolve(path); ; at = dirname(at)) {
    const { mode, uid: owner, gid: group } = statSync(at);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Gives a folder and all in it to the user who will run the server. */
export function giveTo(path: string, { uid, gid }: RunAs): void {
  if (uid === undefined || gid === undefined) return;
  chownSync(path, uid, gid);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(join(path, name), { uid, gid });
}
