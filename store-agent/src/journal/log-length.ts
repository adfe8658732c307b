/**
 * Log length: SQLite's log, lengthened to what it keeps while nobody sells.
 *
 * A commit that makes the log grow costs more than one that is written in place: the file system notes
 * a new length and new blocks with it, and sales wait for that in the first seconds after a start. SQLite
 * reads a log up to its first frame that is not one, so zeros behind the last are nothing to it; it cuts
 * off only what is longer than its own limit.
 */
import { closeSync, fdatasync, fstatSync, openSync, writeSync } from 'node:fs';
import { isDiskFull } from './errors.ts';

const STEP = Buffer.alloc(256 * 1024);

/**
 * One step of it: so small that a sale that comes in the middle does not notice. Between reading the
 * length and writing behind it nothing else may write, so all of that is one synchronous call.
 * @returns whether the log has its full length, or cannot get it
 */
export function lengthenLog(path: string, bytes: number): boolean {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch {
    // There is none yet, or no more.
    return false;
  }
  try {
    const { size } = fstatSync(file);
    // Its head is SQLite's to write.
    if (size === 0) return close(file, false);
    if (size >= bytes) return close(file, true);
    writeSync(file, STEP, 0, Math.min(STEP.length, bytes - size), size);
  } catch (error) {
    if (isDiskFull(error)) return close(file, true);
    close(file, true);
    throw error;
  }
  // Off this thread: nobody relies on it, but the next commit would have to write it along.
  fdatasync(file, () => closeSync(file));
  return false;
}

function close(file: number, isDone: boolean): boolean {
  closeSync(file);
  return isDone;
}
