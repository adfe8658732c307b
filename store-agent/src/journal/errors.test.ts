import { MalformedBytes } from '@tallystick/crdt/wire';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { asJournalError, Damage, isDiskFull, type JournalError } from './errors.ts';

test.each([
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_FULL', 'read_only'],
  ['SQLITE_READONLY_DIRECTORY', 'read_only'],
  ['SQLITE_CANTOPEN', 'read_only'],
  ['SQLITE_IOERR_FSYNC', 'io_error'],
  ['SQLITE_CORRUPT_INDEX', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
])('[D3] %s becomes %s, with the path and a way out', (code, expected) => {
  const error = asJournalError(new Database.SqliteError('low words', code), '/shop/journal.db');
  expect(error).toMatchObject({ name: 'JournalError', code: expected });
  expect((error as JournalError).message).toContain('/shop/journal.db');
});

test.each([
  ['ENOSPC', 'read_only', true],
  ['EROFS', 'read_only', false],
  ['EIO', 'io_error', false],
])('[D3] the file system’s %s becomes %s', (code, expected, full) => {
  const error = Object.assign(new Error('low words'), { code });
  expect(asJournalError(error, 'x')).toMatchObject({ code: expected });
  expect(isDiskFull(asJournalError(error, 'x'))).toBe(full);
});

test('stored bytes that are no entry are damage, not a peer’s malformed frame', () => {
  expect(asJournalError(new MalformedBytes('unexpected end'), 'x')).toMatchObject({ code: 'corrupt' });
});

test('stored values that nobody wrote are damage, and the message says which', () => {
  expect(asJournalError(new Damage('it has no name for writer number 9'), '/shop/journal.db')).toMatchObject({
    code: 'corrupt',
    message:
      '/shop/journal.db is damaged: it has no name for writer number 9. Keep the file and restore a backup.',
  });
});

test('a bug stays what it is', () => {
  const bug = new TypeError('undefined is not a row');
  expect(asJournalError(bug, 'x')).toBe(bug);
  const constraint = new Database.SqliteError('CHECK constraint failed', 'SQLITE_CONSTRAINT_CHECK');
  expect(asJournalError(constraint, 'x')).toBe(constraint);
});
