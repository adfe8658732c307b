/** Replicas that were away for a while, told once each way, by whichever process can see them. */
import { expect, test } from 'vitest';
import { until } from '../fleet.test-kit.ts';
import { freshDatabase } from '../postgres/database.test-kit.ts';
import { tellLinks } from './links.ts';
import { readFeed } from './read-feed.ts';

const PARENTS: [string, string][] = [
  ['eu', 'authority'],
  ['berlin', 'eu'],
  ['paris', 'eu'],
  ['us', 'authority'],
];

async function tree() {
  const { pool } = await freshDatabase();
  const told = async () => {
    const read = await readFeed(pool, 0, 100);
    if ('gone' in read) throw new Error('gone');
    return read.events.map(({ type, subject }) => `${type} ${subject}`);
  };
  /** One look of a process that asks of all whose parent it names. */
  const look = (up: string[], asked: string[]) => {
    const known = PARENTS.filter(([, parent]) => asked.includes(parent));
    return pool.query(`select tallystick.tell_links($1, $2, $3, interval '1 minute')`, [
      up,
      known.map(([id]) => id),
      known.map(([, parent]) => parent),
    ]);
  };
  /** As if time had passed. */
  const pass = (minutes: number) =>
    pool.query(
      `update tallystick.replica_links set seen_at = seen_at - $1 * interval '1 minute',
        up_since = up_since - $1 * interval '1 minute'`,
      [minutes],
    );
  return { pool, told, look, pass };
}

test('away for a while is told once, and once that it is back; a short break is no news', async () => {
  const { told, look, pass } = await tree();
  await look(['eu', 'berlin', 'us'], ['authority', 'eu']);
  await look(['eu', 'us'], ['authority', 'eu']);
  expect(await told()).toEqual([]);
  await pass(2);
  await look(['eu', 'us'], ['authority']);
  await look(['eu', 'us'], ['authority', 'eu']);
  // It was away as well, so its children are given time.
  expect(await told()).toEqual([]);
  await pass(2);
  await look(['eu', 'us'], ['authority']);
  await pass(0.5);
  await look(['eu', 'us'], ['authority']);
  await pass(0.6);
  await look(['eu', 'us'], ['authority', 'eu']);
  await look(['eu', 'us'], ['authority', 'eu']);
  expect(await told()).toEqual(['replica.offline berlin']);
  await look(['eu', 'berlin', 'us'], ['authority', 'eu']);
  await look(['eu', 'berlin', 'us'], ['authority', 'eu']);
  expect(await told()).toEqual(['replica.offline berlin', 'replica.online berlin']);
});

test('of those below one who is away nobody can say anything, nor of those that another process sees', async () => {
  const { told, look, pass } = await tree();
  await look(['eu', 'berlin', 'us'], ['authority', 'eu']);
  await pass(2);
  await look(['us'], ['authority']);
  expect(await told()).toEqual(['replica.offline eu']);
  await pass(0.5);
  // This process sees neither, the one before has just seen one of them.
  await look([], ['authority']);
  expect(await told()).toEqual(['replica.offline eu']);
  await pass(0.6);
  await look([], ['authority']);
  expect(await told()).toEqual(['replica.offline eu', 'replica.offline us']);
});

test('a process that has just begun says of nobody that they are away; later it does', async () => {
  const { pool, told } = await tree();
  let up = new Map([['authority', ['us']]]);
  const ports = {
    pool,
    log: { warn: () => {} } as never,
    parents: async () => new Map(PARENTS),
    linksUp: async () => up,
  };
  const first = tellLinks(ports, 200);
  first.start();
  await until(
    async () => (await pool.query('select from tallystick.replica_links')).rowCount === 1,
    'a look',
  );
  await first.stop();
  up = new Map([['authority', []]]);
  const second = tellLinks(ports, 200);
  second.start();
  await until(async () => (await told()).length === 1, 'one is told');
  await second.stop();
  expect(await told()).toEqual(['replica.offline us']);
});
