/** The screens in a real browser, on a real fleet, as a shopper, a cashier and an operator would use them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import axeCore from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Browser } from '../sdk/browser.ts';

/** The browser is unpacked first, which takes a busy machine a minute. */
const START_MS = 240_000;
const BUILT = join(import.meta.dirname, '../../../demo-app/dist/screens/index.html');

const fleet = new TestFleet();
const browser = new Browser();
let why: string | undefined;
let url = '';

beforeAll(async () => {
  why = existsSync(BUILT) ? await browser.start() : 'The screens are not built here: npm run build';
  if (why !== undefined) return;
  await fleet.open(await createTestDatabase());
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url ?? '';
  await until(async () => (await fetch(`${url}/v1/events?limit=1`)).ok, 'the region has the feed');
  const lines = [
    { sku: 'LAMP', quantity: 20 },
    { sku: 'MUG', quantity: 1 },
  ];
  expect((await fleet.post('depot', '/v1/receipts', { id: 'opening', lines })).status).toBe(201);
  await until(async () => (await available('MUG')) === 1, 'the region has heard of the goods');
}, START_MS);
afterAll(async () => {
  await browser.stop();
  await fleet.stop();
}, START_MS);

async function available(sku: string): Promise<number> {
  const stock = (await (await fetch(`${url}/v1/inventory/${sku}`)).json()) as { available: number };
  return stock.available;
}

/** @param host a name of its own for each device: what one keeps, another does not see */
async function open(path: string, host = '127.0.0.1'): Promise<Page> {
  const page = await browser.open(`${url.replace('127.0.0.1', host)}${path}`);
  page.setDefaultTimeout(60_000);
  onTestFinished(() => page.close());
  return page;
}

/** @returns what is wrong for people who do not see, or use no mouse: the serious ones */
async function axe(page: Page): Promise<unknown> {
  await page.evaluate(axeCore.source);
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

const text = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

test(
  'a shopper fills one cart on two devices and orders it; each page can be used by everybody',
  async ({ skip }) => {
    skip(why !== undefined, why);
    const phone = await open('/shop');
    await press(phone, /Add to cart.*LAMP/);
    await text(phone, 'Add another · 1 in cart');
    expect(await axe(phone)).toEqual([]);
    await phone.getByRole('link', { name: /^Cart/ }).click();
    await text(phone, 'I collect it and pay in the shop');
    const link = await phone.getByRole('link', { name: 'Open a second device' }).getAttribute('href');
    const desk = await open(`/shop${new URL(link ?? '').hash}`, 'localhost');
    await desk.getByRole('button', { name: 'One LAMP more' }).click();
    await text(phone, 'Order for €20.00');
    expect(await axe(desk)).toEqual([]);
    await press(phone, 'Order for €20.00');
    for (const page of [phone, desk]) await text(page, 'It is yours. We have it, and nobody else gets it.');
    await until(async () => (await available('LAMP')) === 18, 'two are sold');
  },
  START_MS,
);

test(
  'a till sells while its network is cut, is reloaded and killed, and hands its sales in; of the last unit one is sold',
  async ({ skip }) => {
    skip(why !== undefined, why);
    const before = await available('LAMP');
    const { code } = await fleet.register('kasse', 'terminal', 'eu', 'depot');
    let till = await open('/till');
    await till.getByLabel('Name of the till').fill('kasse');
    await till.getByLabel('Code').fill(code);
    await press(till, 'Begin');
    const sell = async () => {
      await press(till, /^LAMP/);
      await press(till, 'Pay');
      await press(till, 'Cash, exactly');
      await text(till, /Receipt kasse-/);
      await press(till, 'Close');
    };
    await sell();
    await text(till, /^([3-9]|\d\d+) here$/);
    expect(await axe(till)).toEqual([]);
    await till.evaluate('navigator.serviceWorker.ready.then(() => undefined)');

    await fleet.stopOne('eu');
    await text(till, 'Offline: selling goes on');
    await sell();
    await till.reload();
    await text(till, 'Offline: selling goes on');
    await sell();
    await till.goto('chrome://crash').catch(() => undefined);
    till = await open('/till');
    await sell();
    await press(till, 'Sales');
    await until(async () => (await till.getByText('on this till').count()) === 3, 'three sales wait here');
    await press(till, 'Close');
    await fleet.run('eu', Number(new URL(url).port));
    await text(till, 'Online');
    await text(till, 'All sales are in the books');
    await until(async () => (await available('LAMP')) === before - 4, 'the books have all four');
    await press(till, 'Day');
    await press(till, 'Compare with the books');
    await text(till, 'The books say the same: 4 sales, €40.00.');
    expect(await axe(till)).toEqual([]);
    await press(till, 'Close');

    const shop = await open('/shop', 'localhost');
    const again = shop.getByRole('link', { name: 'Your order' });
    if ((await again.count()) > 0) await shop.evaluate('localStorage.clear(); location.reload()');
    await press(shop, /Add to cart.*MUG/);
    await shop.getByRole('link', { name: /^Cart/ }).click();
    await text(shop, 'Order for €10.00');
    await press(till, /^MUG/);
    await press(till, 'Pay');
    await Promise.all([press(shop, 'Order for €10.00'), press(till, 'Cash, exactly')]);
    const ends = await Promise.all([
      Promise.race([
        text(shop, 'It is yours.').then(() => 'sold'),
        text(shop, 'Somebody was faster').then(() => 'told'),
      ]),
      Promise.race([
        text(till, /Receipt kasse-/).then(() => 'sold'),
        text(till, 'none is left').then(() => 'told'),
      ]),
    ]);
    expect(ends.sort()).toEqual(['sold', 'told']);

    const desk = await open('/console#/product/MUG');
    await press(desk, 'Skip');
    await text(desk, 'It is sold out: 1 came in and all are sold or gone.');
    await text(desk, 'kasse');
    expect(await axe(desk)).toEqual([]);
    for (const part of ['trouble', 'webhooks', 'audit']) {
      await desk.goto(`${url}/console#/${part}`);
      await desk.locator('section h2').first().waitFor();
      expect(await axe(desk)).toEqual([]);
    }
  },
  START_MS,
);
