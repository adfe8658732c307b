/** An image of a till's journal: copied as an operator would copy the file, and put back without the witness. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const JOURNAL = 'journal.db';
/** The log belongs to its file: with another file's log a database is ruined, and rightly refused. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

/** The process must be down. */
export function takeImage(folder: string, into: string): void {
  mkdirSync(into, { recursive: true });
  copy(folder, into);
}

/** The process must be down. What was there is gone; the witness beside it stays. */
export function putBack(image: string, folder: string): void {
  copy(image, folder);
}

function copy(from: string, to: string): void {
  for (const suffix of SUFFIXES) {
    rmSync(join(to, JOURNAL + suffix), { force: true });
    if (existsSync(join(from, JOURNAL + suffix)))
      copyFileSync(join(from, JOURNAL + suffix), join(to, JOURNAL + suffix));
  }
}
