/**
 * Alone: one start of a fleet at a time in a folder. Until its database runs nothing else says that somebody is at work there,
 * and two first starts would make the same files.
 */
import { linkSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, makeFolder } from '@tallystick/store-agent';

/** Who is starting a fleet here: its process. It stays behind where that was killed, and means nothing then. */
export const STARTING = 'starting';

/** Marks of this process. In a container each start has the number of the one before, which was killed. */
const own = new Set<string>();

/**
 * @param start may call `again` once it has emptied the folder
 * @throws ConfigError where another start is under way there
 */
export async function startAlone<T>(dataDir: string, start: (again: () => void) => Promise<T>): Promise<T> {
  const take = () => {
    makeFolder(dataDir);
    takeMark(dataDir);
  };
  take();
  try {
    return await start(take);
  } finally {
    own.delete(join(dataDir, STARTING));
    rmSync(join(dataDir, STARTING), { force: true });
    removeIfEmpty(dataDir);
  }
}

/** Under its name only once it says whose it is. */
function takeMark(dataDir: string): void {
  const mark = join(dataDir, STARTING);
  const mine = `${mark}.${process.pid}`;
  writeFileSync(mine, `${process.pid}\n`, { mode: 0o600 });
  try {
    if (isTaken(mine, mark)) return void own.add(mark);
    const other = whoseMark(mark);
    const isStale = Number(other) === process.pid ? !own.has(mark) : !isRunning(Number(other));
    if (isStale) {
      rmSync(mark, { force: true });
      if (isTaken(mine, mark)) return void own.add(mark);
    }
    throw new ConfigError(
      `A fleet is being started in ${dataDir} by process ${other} at this moment. Wait for that one, stop it, or choose ` +
        `another folder with --data DIR. If there is no such start, delete ${mark}.`,
    );
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Undefined where that one is done by now. */
function whoseMark(mark: string): string | undefined {
  try {
    return readFileSync(mark, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isTaken(mine: string, mark: string): boolean {
  try {
    linkSync(mine, mark);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A start that was refused made nothing. */
function removeIfEmpty(dataDir: string): void {
  try {
    rmdirSync(dataDir);
  } catch {
    // It is not, as a rule.
  }
}
