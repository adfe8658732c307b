/**
 * A till in a real Chromium under a real shop: offline, reloaded, in two tabs, killed, without room, copied. After each,
 * every receipt that was printed is in the books exactly once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, servePage } from '../sdk/browser.ts';
import { bundle } from '../sdk/bundle.ts';

/** The browser is unpacked first, which takes a busy machine a minute. */
const START_MS = 240_000;
const OPENING = 20_000;

const fleet = new TestFleet();
const browser = new Browser();
const printed = new Map<string, string>();
let books: pg.Client;
let site: Awaited<ReturnType<typeof servePage>>;
let noBrowser: string | undefined;
let parent = '';
let port = 0;

beforeAll(async () => {
  noBrowser = await browser.start();
  if (noBrowser !== undefined) return;
  site = await servePage();
  site.fill(await bundle(readFileSync(join(import.meta.dirname, 'till-page.ts'), 'utf8')));
  await fleet.open(await createTestDatabase());
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  const lines = [{ sku: 'LAMP', quantity: OPENING }];
  expect((await fleet.post('berlin', '/v1/receipts', { id: 'opening', lines })).status).toBe(201);
  port = Number(new URL(fleet.served.get('berlin')?.url ?? '').port);
  books = new pg.Client({ connectionString: fleet.databaseUrl });
  await books.connect();
}, START_MS);
afterAll(async () => {
  await books?.end();
  await browser.stop();
  await site?.stop();
  await fleet.stop();
}, START_MS);

/** A tab with the till. Its browser may have been started anew. */
async function tab(code?: string, on = browser): Promise<Page> {
  const page = await on.open('about:blank');
  await page.exposeFunction('print', (receipt: string, id: string) => void printed.set(id, receipt));
  await page.goto(site.origin);
  await page.waitForFunction(() => 'tillPage' in globalThis);
  await page.evaluate((options) => tillPage.open(options), {
    id: 'kasse-1',
    parent,
    ...(code === undefined ? {} : { code }),
  });
  return page;
}

async function openTab(code?: string, on = browser): Promise<Page> {
  const page = await tab(code, on);
  await page.evaluate(() => tillPage.till.ready());
  return page;
}

const stateOf = (page: Page) => page.evaluate(() => tillPage.till.getSnapshot().state);
const unsettled = (page: Page) => page.evaluate(() => tillPage.till.getSnapshot().unsettled);

async function shopGoesAway(): Promise<void> {
  await fleet.stopOne('berlin');
}

async function shopIsBack(page: Page): Promise<void> {
  await fleet.run('berlin', port);
  await until(async () => (await unsettled(page)) === 0, 'all that was sold is in the books');
}

/** Units by order, as the books have them. */
async function ordersInBooks(): Promise<Map<string, number>> {
  const { rows } = await books.query(
    'select order_id, sum(quantity)::int as units from tallystick.order_lines group by 1',
  );
  return new Map(rows.map(({ order_id, units }) => [order_id as string, units as number]));
}

/** @returns orders in the books */
async function booksAreRight(): Promise<number> {
  const units = await ordersInBooks();
  expect([...printed.keys()].filter((id) => units.get(id) !== 1)).toEqual([]);
  const { rows: twice } = await books.query('select kind, id from tallystick.duplicates');
  expect(twice).toEqual([]);
  return units.size;
}

/** Numbers under one prefix have no gap up to the last that was printed. */
function numbersUnder(prefix: string): number[] {
  return [...printed.values()]
    .filter((receipt) => receipt.startsWith(`${prefix}-`))
    .map((receipt) => Number(receipt.slice(-6)))
    .sort((a, b) => a - b);
}

const prefixOf = (page: Page) => page.evaluate(() => tillPage.till.getSnapshot().receiptPrefix as string);

test(
  'every receipt that a till in a browser prints is in the books exactly once',
  async ({ skip }) => {
    skip(noBrowser !== undefined, noBrowser);
    const registered = await fleet.register('kasse-1', 'terminal', 'berlin', 'berlin');
    parent = registered.parentUrl;
    let page = await openTab(registered.code);
    const prefix = await prefixOf(page);
    // A till that holds enough for a day: it asks for what it sets aside.
    await page.evaluate(async () => {
      const { id } = await tillPage.till.hold({ lines: [{ sku: 'LAMP', quantity: 15_000 }] });
      await tillPage.till.release(id);
    });
    await page.evaluate(() => tillPage.burst(5, 1));
    await until(async () => (await unsettled(page)) === 0, 'the first sales are in the books');
    expect(await booksAreRight()).toBe(5);

    // Offline, and reloaded while it is.
    await shopGoesAway();
    const held = await page.evaluate(() => tillPage.till.available('LAMP'));
    expect(held).toBeGreaterThan(100);
    await page.evaluate(() => tillPage.burst(5, 1));
    await page.close();
    page = await openTab();
    expect(await page.evaluate(() => tillPage.till.available('LAMP'))).toBe(held - 5);
    await page.evaluate(() => tillPage.burst(5, 1));
    expect(await unsettled(page)).toBe(10);

    // A second tab waits, and takes over when the first is closed.
    const second = await tab();
    expect(await stateOf(second)).toBe('waiting');
    await page.evaluate(() => tillPage.burst(1, 1));
    await page.close();
    await second.evaluate(() => tillPage.till.ready());
    page = second;
    await page.evaluate(() => tillPage.burst(1, 1));

    // The browser is killed in the middle of a burst of sales.
    const before = printed.size;
    const dying = page.evaluate(() => tillPage.burst(12_000, 4)).catch(() => 'died');
    await until(() => printed.size >= before + 50, 'fifty receipts of the burst are printed');
    await browser.kill();
    expect(await dying).toBe('died');
    await browser.start();

    // There is no room for what it comes back with: it sells nothing, says so, and goes on by itself when there is.
    const blank = await browser.open('about:blank');
    await browser.allow(blank, site.origin, 1);
    page = await openTab();
    const sold = await page.evaluate(() => tillPage.till.getSnapshot().sales[0]?.number ?? 0);
    expect(sold).toBeGreaterThanOrEqual(printed.size);
    const refused = await page.evaluate(() => tillPage.burst(1, 1).catch(({ code }) => code as string));
    expect(refused).toBe('read_only');
    await until(async () => (await stateOf(page)) === 'read-only', 'it says so');
    await browser.allow(blank, site.origin, undefined);
    await until(async () => (await stateOf(page)) === 'open', 'it sells again');
    await page.evaluate(() => tillPage.burst(1, 1));
    const numbers = numbersUnder(prefix);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.at(-1)).toBe(sold + 1);

    // Return online.
    await shopIsBack(page);
    expect(await booksAreRight()).toBe(sold + 1);
    const unprinted = sold + 1 - printed.size;

    // A copied profile: both sell, cut off, from what only one has. Neither history is lost, and each begins anew.
    await shopGoesAway();
    await browser.close();
    const copy = browser.copy();
    await copy.start();
    const twin = await openTab(undefined, copy);
    await twin.evaluate(() => tillPage.burst(2, 1));
    await copy.close();
    await browser.start();
    page = await openTab();
    await page.evaluate(() => tillPage.burst(3, 1));
    await fleet.run('berlin', port);
    await until(
      async () => (await prefixOf(page)) !== prefix || (await unsettled(page)) === 0,
      'the original is back',
    );
    await browser.close();
    await copy.start();
    const other = await openTab(undefined, copy);
    await until(
      async () => (await prefixOf(other)) !== prefix && (await stateOf(other)) === 'open',
      'the copy begins a life of its own',
    );
    await other.evaluate(() => tillPage.burst(1, 1));
    const all = printed.size + unprinted;
    await until(async () => (await ordersInBooks()).size === all, 'both histories are in the books');
    expect(await booksAreRight()).toBe(all);

    // The browser clears what a till stored: it sells nothing more, and says why.
    await copy.clear(other, site.origin);
    expect(await other.evaluate(() => tillPage.burst(1, 1).catch(({ code }) => code as string))).toBe(
      'read_only',
    );
    const others = await other.evaluate(() => {
      const { till } = tillPage;
      // Not in memory: what asks the storage says the same.
      const asked = [
        till.product('MUG'),
        till.scan('4006381333931'),
        till.sell({ lines: [{ sku: 'MUG', quantity: 1 }] }),
      ];
      return Promise.all(
        asked.map((each) =>
          each.then(
            () => 'done',
            ({ name, code }) => `${name} ${code}`,
          ),
        ),
      );
    });
    expect(new Set(others)).toEqual(new Set(['TallystickError read_only']));
    const says = () => other.evaluate(() => tillPage.till.getSnapshot().error?.message ?? '');
    await until(async () => /cleared .* Enrol it again/.test(await says()), 'it asks to be enrolled again');
    await copy.stop();
  },
  START_MS,
);
