/** Backup: a copy of the journal as of one moment, made while sales go on. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { asJournalError, JournalError } from './errors.ts';
import { BESIDE_FILES } from './files.ts';

/** 4 MiB between two looks at the event loop: about 5 ms on a shop's disk. */
const PAGES_PER_STEP = 1024;

/** The file appears under its name only when it is whole and on disk. */
export async function copyJournal(db: Database, file: string): Promise<void> {
  if (existsSync(file)) {
    throw new JournalError(
      'exists',
      `${file} is there already. Give the backup a new name; nothing is overwritten.`,
    );
  }
  const partial = `${file}.partial`;
  try {
    rmSync(partial, { force: true });
    // As the folder that it comes from: for its owner alone.
    closeSync(openSync(partial, 'wx', 0o600));
    await db.backup(partial, { progress: () => PAGES_PER_STEP });
    flush(partial);
    renameSync(partial, file);
    flushFolder(dirname(file));
  } catch (error) {
    rmSync(partial, { force: true });
    throw asJournalError(error, file);
  }
}

/** What doors keep beside the journal goes along, under its name with theirs behind it. @returns the files that were written */
export async function backupBeside(folder: string, file: string): Promise<string[]> {
  const written: string[] = [];
  for (const name of BESIDE_FILES) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const db = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
    try {
      await copyJournal(db, `${file}.${name}`);
    } catch (error) {
      throw asJournalError(error, path);
    } finally {
      db.close();
    }
    written.push(`${file}.${name}`);
  }
  return written;
}

function flush(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes renames durable. Windows does that by itself and opens no folders. */
export function flushFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
