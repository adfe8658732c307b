/** Readers at a door: one caller keeps nobody else out. */
import { expect, test } from 'vitest';
import { Readers } from './readers.ts';

test('one caller has so many places and no more; others have theirs, and who leaves makes room', () => {
  const readers = new Readers(5, 2);
  const [first] = [readers.enter('one'), readers.enter('one')] as const;
  expect(() => readers.enter('one')).toThrow(
    expect.objectContaining({ code: 'rate_limited', retryAfterS: 30 }),
  );
  readers.enter('two');
  // Where nobody signs in, all are one, and no one caller.
  const fourth = readers.enter(undefined);
  first();
  readers.enter('one');
  expect(() => readers.enter('one')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  readers.enter(undefined);
  for (const caller of ['three', undefined])
    expect(() => readers.enter(caller)).toThrow(expect.objectContaining({ code: 'overloaded' }));
  fourth();
  readers.enter('three');
});
