/**
 * Restore: puts a backup in the journal's place (F1).
 *
 * A backup is the past: what was sold after it is not in it. So the life in it is
 * marked as over, and the next start goes on as a new writer without rights. What was
 * there before is kept beside it under another name; nothing is deleted.
 */
import { closeSync, copyFileSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ReplicaId, replicaOf } from '@tallystick/crdt';
import { flushFolder } from './backup.ts';
import { openDatabase } from './database.ts';
import { asJournalError, isDiskFull, JournalError, onDisk } from './errors.ts';
import { INCOMING_FILE, JOURNAL_FILE } from './files.ts';
import { makeFolder } from './make-folder.ts';
import { Names } from './names.ts';
import { Seals } from './seals.ts';
import { type VerifyReport, verifySteps } from './verify.ts';

export interface RestoreOptions {
  readonly backup: string;
  readonly folder: string;
  /** Wall clock: names what is kept. */
  readonly nowMs: number;
  /** Whose folder it is; left out where nobody knows yet. Another one's past is no past of its own. */
  readonly replica?: ReplicaId | undefined;
}

export interface Restored {
  readonly report: VerifyReport;
  /** Where the former files lie now. */
  readonly kept: readonly string[];
}

/** @throws JournalError: `corrupt` when the backup does not verify, `unsafe` when it is another replica's, `locked` while an agent runs there. */
export function restoreJournal(options: RestoreOptions, copy: Copy = copyFileSync): Restored {
  const { backup, folder } = options;
  const journal = join(folder, JOURNAL_FILE);
  const incoming = join(folder, INCOMING_FILE);
  onDisk(backup, () => closeSync(openSync(backup, 'r')));
  // From here on the backup is only read: what cannot be written, or has no room, is in the folder.
  return onDisk(incoming, () => {
    makeFolder(folder);
    assertNotInUse(journal);
    removeAll(incoming);
    try {
      copy(backup, incoming);
    } catch (error) {
      removeAll(incoming);
      throw error;
    }
    const report = onDisk(backup, () => verifyAndMark(incoming, options));
    const kept = setAside(journal, options.nowMs);
    renameSync(incoming, journal);
    flushFolder(folder);
    return { report, kept };
  });
}

type Copy = (from: string, to: string) => void;

function removeAll(file: string): void {
  for (const suffix of SUFFIXES) rmSync(file + suffix, { force: true });
}

const SUFFIXES = ['', '-wal', '-journal'] as const;

/** A damaged journal may be replaced; one that somebody works on may not. */
function assertNotInUse(journal: string): void {
  if (!existsSync(journal)) return;
  try {
    openDatabase(journal, { mustExist: true }).close();
  } catch (error) {
    if (!(error instanceof JournalError) || error.code === 'locked') throw error;
  }
}

function verifyAndMark(incoming: string, { backup, folder, replica }: RestoreOptions): VerifyReport {
  const db = openDatabase(incoming, { mustExist: true });
  try {
    const seals = new Seals(db);
    const names = new Names(db);
    const report = runToEnd(verifySteps(db, names, seals));
    const first = report.problems[0];
    if (first !== undefined) {
      const what =
        first.writer === null ? first.message : `${first.writer} entry ${first.seq}: ${first.message}`;
      throw new JournalError('corrupt', `${backup} does not verify (${what}). Take an older backup.`);
    }
    const { meta } = seals;
    const of = meta.self === null ? replica : replicaOf(names.writerOf(meta.self));
    if (replica !== undefined && of !== replica) {
      throw new JournalError(
        'unsafe',
        `${backup} is a backup of ${of}, and ${folder} is ${replica}'s. Nothing was changed: name a backup of ${replica}.`,
      );
    }
    if (meta.self !== null) db.transaction(() => seals.write({ ...meta, past: 'restored' })).immediate();
    return report;
  } catch (error) {
    db.close();
    removeAll(incoming);
    throw isDiskFull(error) ? asJournalError(error, incoming) : error;
  } finally {
    db.close();
  }
}

function runToEnd<T>(steps: Generator<void, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The log first: without it the file is merely older, while another file's log would ruin the new one. */
function setAside(journal: string, nowMs: number): string[] {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const kept: string[] = [];
  for (const suffix of ['-wal', '-journal', '']) {
    if (!existsSync(journal + suffix)) continue;
    const aside = `${journal}.before-${stamp}${suffix}`;
    renameSync(journal + suffix, aside);
    kept.push(aside);
  }
  return kept;
}
