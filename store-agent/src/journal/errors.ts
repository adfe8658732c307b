/**
 * What can go wrong with a journal, in words for the person who has to mend it.
 *
 * A `JournalError` is about the disk or the folder. Everything else that is thrown
 * here is a bug and is not caught.
 */
import { MalformedBytes } from '@tallystick/crdt/wire';

export type JournalErrorCode =
  /** Another process owns this journal (D2). */
  | 'locked'
  /** The disk is full or may not be written: sell nothing, but go on reading (D3). */
  | 'read_only'
  /** The bytes on disk are not what was written. */
  | 'corrupt'
  /** A newer release wrote this journal. */
  | 'too_new'
  /** The disk failed in the middle of something: close, reopen, compare (D3). */
  | 'io_error'
  /** There is a file of that name already. */
  | 'exists'
  /** This machine or build does not give the guarantees that a journal needs (D2). */
  | 'unsafe';

export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Stored values that cannot be what was written; says which. `asJournalError` adds the file and the way out. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** The `JournalError` that an error of SQLite or of the file system stands for; any other comes back as it is. */
export function asJournalError(error: unknown, path: string): unknown {
  if (error instanceof JournalError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Stored bytes that no longer read as an entry must not be taken for a peer's malformed frame.
  if (error instanceof Damage || error instanceof MalformedBytes) {
    const message = `${path} is damaged: ${error.message}. Keep the file and restore a backup.`;
    return new JournalError('corrupt', message, error);
  }
  const kind = kindOf(code);
  if (kind === undefined) return error;
  return new JournalError(kind === 'full' ? 'read_only' : kind, sentence(kind, path), error);
}

/** Runs something that touches the disk and gives its errors their names. */
export function onDisk<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw asJournalError(error, path);
  }
}

export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return kindOf(code) === 'full' || isDiskFull(error.cause);
}

type Kind = 'locked' | 'full' | 'read_only' | 'corrupt' | 'io_error';

/** SQLite's extended codes begin with the plain one: `SQLITE_IOERR_FSYNC`. */
const KINDS: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY', 'read_only'],
  ['SQLITE_CANTOPEN', 'read_only'],
  ['SQLITE_PERM', 'read_only'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_IOERR', 'io_error'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EACCES', 'read_only'],
  ['EPERM', 'read_only'],
  ['EROFS', 'read_only'],
  ['ENOTDIR', 'read_only'],
  ['EEXIST', 'read_only'],
  ['EIO', 'io_error'],
];

function kindOf(code: string): Kind | undefined {
  return KINDS.find(([prefix]) => code === prefix || code.startsWith(`${prefix}_`))?.[1];
}

function sentence(kind: Kind, path: string): string {
  switch (kind) {
    case 'locked':
      return `Another process owns this journal (${path}). Stop it, or give this one a folder of its own.`;
    case 'full':
      return `The disk that holds ${path} is full. Nothing was written; make room, then go on.`;
    case 'read_only':
      return `${path} cannot be opened for writing. Check that the folder exists, who may write there, and that its disk takes writes.`;
    case 'corrupt':
      return `${path} is damaged: its bytes are not what was written. Keep the file and restore a backup.`;
    case 'io_error':
      return `The disk failed while ${path} was in use. Close the journal, check the disk, open it again.`;
    default:
      return kind satisfies never;
  }
}
