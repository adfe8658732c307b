/** Levels, thresholds and shortages, told from the books: each change once, whoever tells. */
import { expect, test } from 'vitest';
import { until } from '../fleet.test-kit.ts';
import { booksWithShop } from '../journal.test-kit.ts';
import { feedAsDocumented } from './feed.test-kit.ts';
import { tellLevels } from './levels.ts';
import { readFeed } from './read-feed.ts';

async function books() {
  const { pool, authority, shop } = await booksWithShop();
  let after = 0;
  const news = async (pools: readonly string[] | null = ['lamp@shop']) => {
    await pool.query('select tallystick.tell_levels($1)', [pools]);
    const read = await readFeed(pool, after, 100);
    if ('gone' in read) throw new Error('gone');
    after = read.next;
    return read.events
      .filter(({ type }) => /level|low|shortage/.test(type))
      .map(({ type, data }) => `${type} ${data.onHand}/${data.available}`);
  };
  return { pool, authority, shop, news };
}

test('a level is told when it changed, once, by its last state; also by somebody who looks at all', async () => {
  const { pool, authority, shop, news } = await books();
  shop.receive('r1', 10);
  shop.sell('o1', 2);
  await authority.take(shop, shop.frame());
  expect(await news()).toEqual(['stock.level_changed 8/8']);
  const { rows } = await pool.query('select tallystick.tell_levels(null) as told');
  expect(rows).toEqual([{ told: [] }]);
  expect(await news()).toEqual([]);
  shop.sell('o2', 1);
  await authority.take(shop, shop.frame());
  expect(await news(['other@shop'])).toEqual([]);
  expect(await news(null)).toEqual(['stock.level_changed 7/7']);
});

test('a new leader looks at all of them, whatever nobody hinted at', async () => {
  const { pool, authority, shop } = await books();
  shop.receive('r1', 10);
  await authority.take(shop, shop.frame());
  const duty = tellLevels(pool, { warn: () => {} } as never, new Set());
  duty.start({ query: () => Promise.reject(new Error()), isSure: true });
  const isTold = async () => {
    const read = await readFeed(pool, 0, 100);
    return 'events' in read && read.events.some(({ type }) => type === 'stock.level_changed');
  };
  await until(isTold, 'its level is told');
  await duty.stop();
});

test('low is told when what can be promised falls to the threshold, and again only after it rose above', async () => {
  const { pool, authority, shop, news } = await books();
  await pool.query(`insert into tallystick.stock_thresholds values ('lamp@shop', 5)`);
  shop.receive('r1', 7);
  await authority.take(shop, shop.frame());
  expect(await news()).toEqual(['stock.level_changed 7/7']);
  shop.sell('o1', 2);
  await authority.take(shop, shop.frame());
  expect(await news()).toEqual(['stock.level_changed 5/5', 'stock.low 5/5']);
  shop.sell('o2', 1);
  await authority.take(shop, shop.frame());
  expect(await news()).toEqual(['stock.level_changed 4/4']);
  shop.receive('r2', 3);
  await authority.take(shop, shop.frame());
  expect(await news()).toEqual(['stock.level_changed 7/7']);
  shop.sell('o3', 4);
  await authority.take(shop, shop.frame());
  expect(await news()).toEqual(['stock.level_changed 3/3', 'stock.low 3/3']);
});

test('a shortage is told when more is owed than anybody has, and again only when it grows', async () => {
  const { pool, authority, shop, news } = await books();
  const owe = (n: number) => pool.query('update tallystick.rows set owed = owed + $1', [n]);
  shop.receive('r1', 10);
  await authority.take(shop, shop.frame());
  await news();
  await owe(12);
  expect(await news()).toEqual(['stock.level_changed 10/-2', 'stock.shortage 10/-2']);
  expect(await news()).toEqual([]);
  await owe(1);
  expect(await news()).toEqual(['stock.level_changed 10/-3', 'stock.shortage 10/-3']);
  const told = await feedAsDocumented(pool);
  expect(told.at(-1)?.data).toMatchObject({ sku: 'lamp', locationId: 'shop', short: 3 });
});

test('[T7] levels of many liars go as far as a number is exact, and everybody’s are told', async () => {
  const { pool, authority, shop, news } = await books();
  shop.receive('r1', 10);
  await authority.take(shop, shop.frame());
  await pool.query(`insert into tallystick.rows
    select 'liar.' || n || '.${'a'.repeat(32)}', 'lamp@moon', 'lamp', 'moon', 0, 0, 0, x, 0, 0, x, 0, 0, 0, 0, null, true
    from generate_series(1, 1100) n, (values (9007199254740991)) v(x)`);
  const most = Number.MAX_SAFE_INTEGER;
  expect(await news(['lamp@moon', 'lamp@shop'])).toEqual([
    `stock.level_changed ${-most}/${-most}`,
    `stock.shortage ${-most}/${-most}`,
    'stock.level_changed 10/10',
  ]);
});
