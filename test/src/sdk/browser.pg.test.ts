/** The SDK in a real browser against a real fleet, from a page of another origin. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Browser, servePage } from './browser.ts';
import { bundle } from './bundle.ts';
import type { Page as Shop } from './page.ts';

declare const shop: Shop;

/** The browser is unpacked first, which takes a busy machine a minute. */
const START_MS = 240_000;

const fleet = new TestFleet();
const browser = new Browser();
let site: Awaited<ReturnType<typeof servePage>>;
let noBrowser: string | undefined;
let url = '';

beforeAll(async () => {
  noBrowser = await browser.start();
  if (noBrowser !== undefined) return;
  site = await servePage();
  site.fill(
    await bundle(readFileSync(join(import.meta.dirname, 'page.ts'), 'utf8'), { mode: 'development' }),
  );
  fleet.origins = [site.origin];
  await fleet.open(await createTestDatabase());
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url ?? '';
  await until(async () => (await fetch(`${url}/v1/events?limit=1`)).ok, 'the region has the feed');
  const lines = [{ sku: 'LAMP', quantity: 20 }];
  expect((await fleet.post('depot', '/v1/receipts', { id: 'opening', lines })).status).toBe(201);
}, START_MS);
afterAll(async () => {
  await browser.stop();
  await site?.stop();
  await fleet.stop();
}, START_MS);

async function open(): Promise<Page> {
  const page = await browser.open(site.origin);
  onTestFinished(() => page.close());
  await page.waitForFunction(() => 'shop' in globalThis);
  return page;
}

interface Shown {
  readonly lines: string;
  readonly hasUnsaved: boolean;
  readonly isLoaded: boolean;
  readonly isKept: boolean;
  readonly stock: string;
  readonly available?: number;
  readonly sync: string;
}

async function shows(page: Page, is: (shown: Shown) => boolean, what: string): Promise<void> {
  await until(async () => {
    const text = await page.evaluate('document.querySelector("pre")?.textContent ?? "{}"');
    return is(JSON.parse(text as string) as Shown);
  }, what);
}

test(
  'a page shows stock as it changes; a cart is edited while the region is away, outlives its page, and is saved',
  async ({ skip }) => {
    skip(noBrowser !== undefined, noBrowser);
    const first = await open();
    const { id, token } = await first.evaluate((at) => shop.begin(at), url);
    await first.evaluate(() => shop.cart.add('LAMP', 2));
    await shows(
      first,
      (it) => it.lines === '2 LAMP' && it.sync === 'saved' && it.isKept,
      'the cart is saved',
    );
    await shows(first, (it) => it.stock === 'live' && it.available === 20, 'the stock is shown');
    const order = { id: 'order-1', lines: [{ sku: 'LAMP', quantity: 3 }] };
    expect((await fleet.post('eu', '/v1/orders', order)).status).toBe(201);
    await shows(first, (it) => it.available === 17, 'the stock is three less');

    await fleet.stopOne('eu');
    await shows(first, (it) => it.sync === 'offline', 'the page knows that it is alone');
    await first.evaluate(() => shop.cart.add('MUG', 4));
    await shows(first, (it) => it.lines === '2 LAMP,4 MUG' && it.hasUnsaved, 'the edit counts here');
    await first.close();
    const second = await open();
    await second.evaluate(([at, cart, key]) => shop.show(at, cart, key), [url, id, token] as const);
    await shows(
      second,
      (it) => it.lines === '2 LAMP,4 MUG' && it.sync === 'offline',
      'a new page has it all',
    );
    const tab = await open();
    await tab.evaluate(([at, cart, key]) => shop.show(at, cart, key), [url, id, token] as const);
    await second.evaluate(() => shop.cart.set('LAMP', 1));
    await shows(tab, (it) => it.lines === '1 LAMP,4 MUG', 'tabs of one browser hear each other');
    await fleet.run('eu', Number(new URL(url).port));
    for (const page of [second, tab])
      await shows(page, (it) => it.sync === 'saved' && !it.hasUnsaved && it.stock === 'live', 'all is saved');
    const read = await fetch(`${url}/v1/carts/${id}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await read.json()).toMatchObject({
      lines: [
        { sku: 'LAMP', quantity: 1 },
        { sku: 'MUG', quantity: 4 },
      ],
    });
  },
  START_MS,
);

test(
  'an edit that was made outlives a killed browser; without room the cart says so, and is whole when there is again',
  async ({ skip }) => {
    skip(noBrowser !== undefined, noBrowser);
    const first = await open();
    const { id, token } = await first.evaluate((at) => shop.begin(at), url);
    await first.evaluate(() => shop.cart.add('LAMP', 1));
    await first.evaluate(() => shop.cart.saved());
    await fleet.stopOne('eu');
    await first.evaluate(() => shop.cart.add('MUG', 4));
    await browser.kill();
    await browser.start();
    const reopen = async () => {
      const page = await open();
      await page.evaluate(([at, cart, key]) => shop.show(at, cart, key), [url, id, token] as const);
      return page;
    };
    // Before a page has asked how much room there is, which the browser remembers for a while.
    const blank = await browser.open('about:blank');
    await browser.allow(blank, site.origin, 1);
    let page = await reopen();
    await shows(page, (it) => it.lines === '1 LAMP,4 MUG', 'the edit is there');
    await page.evaluate(() => shop.cart.add('LAMP', 1));
    await shows(page, (it) => it.lines === '2 LAMP,4 MUG' && !it.isKept, 'it counts here, and is not kept');
    await browser.allow(blank, site.origin, undefined);
    await page.evaluate(() => shop.cart.add('LAMP', 1));
    const editAndLook = () =>
      page.evaluate(async () => {
        await shop.cart.setFields({ gift: true });
        return shop.cart.getSnapshot().isKept;
      });
    await until(editAndLook, 'all of it is kept again');
    await page.close();
    page = await reopen();
    await shows(page, (it) => it.lines === '3 LAMP,4 MUG', 'a new page has it all');

    await browser.clear(page, site.origin);
    await page.evaluate(() => shop.cart.add('LAMP', 1));
    await shows(
      page,
      (it) => it.lines === '4 LAMP,4 MUG' && !it.isKept,
      'what was cleared stays on the page',
    );
    await fleet.run('eu', Number(new URL(url).port));
    await shows(page, (it) => it.sync === 'saved' && !it.hasUnsaved, 'all is saved');
  },
  START_MS,
);
