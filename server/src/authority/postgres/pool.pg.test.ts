import { expect, inject, test } from 'vitest';
import { freshDatabase } from './database.test-kit.ts';
import { listen } from './listen.ts';
import { DatabaseUnreachable, openPool } from './pool.ts';

test('an unreachable database is named with a reason and what to do, and never with its password', async () => {
  const refused = 'postgres://books:secret@127.0.0.1:1/books';
  await expect(openPool(refused)).rejects.toThrow(
    '127.0.0.1:1/books cannot be reached: nothing listens there',
  );
  await expect(openPool(refused)).rejects.not.toThrow('secret');
  await expect(openPool(refused)).rejects.toThrow(DatabaseUnreachable);
  await expect(openPool('mysql://x:secret@y/z')).rejects.toThrow('where postgres:// is needed');
  await expect(openPool('not a url: secret')).rejects.not.toThrow('secret');
  const wrongPassword = new URL(inject('templateUrl'));
  wrongPassword.password = 'secret';
  await expect(openPool(wrongPassword.href)).rejects.toThrow('the user or the password is refused');
  wrongPassword.password = '';
  await expect(openPool(wrongPassword.href)).rejects.toThrow('it asks for a password');
  const wrongName = new URL(inject('templateUrl'));
  wrongName.pathname = '/nowhere';
  await expect(openPool(wrongName.href)).rejects.toThrow('there is no database of that name');
});

test('a notice wakes the listener, and so does each new connection', async () => {
  const { url, pool } = await freshDatabase();
  const heard: string[] = [];
  let wake = () => {};
  const stop = listen({
    url,
    channels: ['books'],
    onNotice: (channel, payload) => {
      heard.push(`${channel}:${payload}`);
      wake();
    },
  });
  const until = async (count: number) => {
    while (heard.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await until(1);
  await pool.query(`select pg_notify('books', '7')`);
  await until(2);
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'tallystick-listen' and datname = current_database()`,
  );
  await until(3);
  await stop();
  expect(heard).toEqual(['books:', 'books:7', 'books:']);
});
