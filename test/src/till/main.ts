/**
 * node --conditions=tallystick-source --import=tsx test/src/till/main.ts [--sales N] [--skus N] [--entries N] [--looks N]
 *
 * What a till in a real Chromium takes: a durable sale, a start with a full catalogue and a long journal, and how long
 * somebody who looks at a product in another region waits for a sale there. Authority, two regions, a shop, Postgres and
 * the browser share this machine.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@tallystick/client-sdk';
import { migrate, openPool, startEmbedded, TestFleet, until } from '@tallystick/server/test-kit';
import type { Page } from 'playwright-core';
import { commandLine } from '../command-line/command-line.ts';
import { Browser, servePage } from '../sdk/browser.ts';
import { bundle } from '../sdk/bundle.ts';

const { sales, skus, entries, looks } = commandLine('npm run till', 'What a till in a real Chromium takes.', {
  sales: { about: 'sales that are timed', number: 500, from: 0 },
  skus: { about: 'products of the catalogue', number: 50_000, from: 1 },
  entries: { about: 'entries of its journal', number: 10_000, from: 1 },
  looks: { about: 'times that somebody elsewhere waits to see a sale', number: 100, from: 0 },
});
/** Items of one call to the catalogue. */
const ITEMS_MAX = 1_000;
const STARTS = 5;
/** Between two looks at how much was let go of. */
const LET_GO_LOOK_MS = 5_000;
/** What was settled while it wrote its notes has a month of its own. */
const MONTHS_MAX = 4;
/** Longer than a till keeps what the books have. */
const MONTH_MS = 32 * 86_400_000;
/** Between two sales that somebody looks at: more than the pace at which levels of one product are told. */
const LOOK_EVERY_MS = 600;

const print = (line: string) => process.stdout.write(`${line}\n`);

function percentiles(ms: readonly number[]): string {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${ms.length})`;
}

const folder = mkdtempSync(join(tmpdir(), 'tallystick-till-'));
const postgres = await startEmbedded({ folder: join(folder, 'postgres') });
const pool = await openPool(postgres.url);
const browser = new Browser();
const fleet = new TestFleet();
const site = await servePage();
try {
  await migrate(pool);
  const noBrowser = await browser.start();
  if (noBrowser !== undefined) throw new Error(noBrowser);
  site.fill(await bundle(readFileSync(join(import.meta.dirname, 'till-page.ts'), 'utf8')));
  await fleet.open({ url: postgres.url, pool });
  for (const region of ['eu', 'us']) await fleet.add(region, 'region', 'authority', null);
  const shop = await fleet.add('berlin', 'store', 'eu', 'berlin');
  await fillCatalogue();
  await until(() => shop.catalogue.product(sku(skus - 1)) !== undefined, 'the shop has the catalogue');
  await fleet.post('berlin', '/v1/receipts', { id: 'opening', lines: [{ sku: 'LAMP', quantity: 100_000 }] });
  const { code, parentUrl } = await fleet.register('kasse-1', 'terminal', 'berlin', 'berlin');
  let page = await openTill({ id: 'kasse-1', parent: parentUrl, code });
  await page.evaluate(async () => {
    const { id } = await tillPage.till.hold({ lines: [{ sku: 'LAMP', quantity: 50_000 }] });
    await tillPage.till.release(id);
  });
  await page.evaluate(() => tillPage.time(50));
  if (sales > 0) print(`a durable sale: ${percentiles(await page.evaluate((n) => tillPage.time(n), sales))}`);
  if (looks > 0) print(`a sale until the other region sees it: ${percentiles(await lookFromAfar(page))}`);
  await page.evaluate((n) => tillPage.burst(n, 8), Math.max(0, entries - sales - 50 - looks));
  await until(
    async () => (await page.evaluate(() => tillPage.till.getSnapshot().unsettled)) === 0,
    'all is in the books',
  );
  // What is settled is written down with the next sale.
  await page.evaluate(() => tillPage.time(1));
  await until(
    async () => (await page.evaluate((last) => tillPage.till.product(last), sku(skus - 1))) !== undefined,
    'the till has the catalogue',
  );
  const again = { id: 'kasse-1', parent: parentUrl };
  print(`a start with ${skus} products and ${entries} sales: ${percentiles(await starts())}`);
  // The chores of a till are done at once there. What it finds settled it writes down, and lets go of a month later.
  await reopen(0);
  await until(() => page.evaluate(hasNotes), 'it has written down what is settled');
  const kept = () => page.evaluate(() => tillPage.till.salesSince(0).length);
  for (let month = 1; (await kept()) * 20 > entries; month += 1) {
    if (month > MONTHS_MAX) throw new Error(`${await kept()} sales are kept after ${MONTHS_MAX} months.`);
    await reopen(month * MONTH_MS);
    // Five hundred at a step, with a pause behind each: longer than others are waited for.
    for (let before = Number.POSITIVE_INFINITY, now = await kept(); now < before; now = await kept()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, LET_GO_LOOK_MS));
    }
  }
  print(`a start when all but ${await kept()} of them were let go of: ${percentiles(await starts())}`);

  async function reopen(aheadMs?: number): Promise<void> {
    await page.close();
    page = await openTill(again, aheadMs);
  }
  async function starts(): Promise<number[]> {
    const took: number[] = [];
    for (let i = 0; i < STARTS; i += 1) {
      await reopen();
      took.push(await page.evaluate(() => tillPage.readyMs));
    }
    return took;
  }
} finally {
  await browser.stop();
  await site.stop();
  await fleet.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

function sku(n: number): string {
  return `SKU-${String(n).padStart(6, '0')}`;
}

async function fillCatalogue(): Promise<void> {
  const { url } = fleet.authorities[0] as { url: string };
  for (let from = 0; from < skus; from += ITEMS_MAX) {
    const items = Array.from({ length: Math.min(ITEMS_MAX, skus - from) }, (_, i) => ({
      kind: 'product',
      id: sku(from + i),
      body: {
        sku: sku(from + i),
        names: { en: `Product number ${from + i}`, de: `Artikel Nummer ${from + i}` },
        baseUnit: 'piece',
        prices: { EUR: 1_990, USD: 2_190 },
        taxRateBp: 1_900,
        taxIncluded: true,
      },
    }));
    const response = await fetch(`${url}/v1/catalogue`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-operator' },
      body: JSON.stringify({ items }),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

/** @param aheadMs of its clock; where it is given the page does at once what it would do minutes later */
async function openTill(
  options: { id: string; parent: string; code?: string },
  aheadMs?: number,
): Promise<Page> {
  const page = await browser.open('about:blank');
  if (aheadMs !== undefined) await page.addInitScript(hurry, aheadMs);
  await page.exposeFunction('print', () => undefined);
  await page.goto(site.origin);
  await page.waitForFunction(() => 'tillPage' in globalThis);
  await page.evaluate((all) => tillPage.open(all), options);
  await page.evaluate(() => tillPage.till.ready());
  return page;
}

function hurry(aheadMs: number): void {
  const { now } = Date;
  Date.now = () => now() + aheadMs;
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = ((run: () => void, ms = 0) => later(run, ms < 60_000 ? ms : 500)) as typeof later;
}

/** Whether the till has written down what is settled, and when it first saw it: from then on its month counts. */
function hasNotes(): Promise<boolean> {
  interface Asked {
    readonly result: {
      transaction(of: string): { objectStore(of: string): { get(key: string): Asked } };
      close(): void;
    };
    onsuccess: () => void;
  }
  const { indexedDB } = globalThis as unknown as { indexedDB: { open(name: string): Asked } };
  return new Promise((resolve) => {
    const opened = indexedDB.open('tallystick till kasse-1');
    opened.onsuccess = () => {
      const read = opened.result.transaction('facts').objectStore('facts').get('settled notes');
      read.onsuccess = () => {
        opened.result.close();
        resolve(read.result !== undefined);
      };
    };
  });
}

/** From the call that sells to the observer that is told, each on its own side of the books. */
async function lookFromAfar(page: Page): Promise<number[]> {
  const client = createClient({ url: fleet.served.get('us')?.url ?? '' });
  const stock = client.stock('LAMP');
  let told = () => {};
  const stop = stock.subscribe(() => told());
  await until(() => stock.getSnapshot().state === 'live', 'the observer follows');
  const took: number[] = [];
  for (let i = 0; i < looks; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const before = stock.getSnapshot().level?.available ?? 0;
    const startedMs = performance.now();
    const seen = new Promise<void>((resolve) => {
      told = () => {
        if ((stock.getSnapshot().level?.available ?? 0) < before) resolve();
      };
    });
    await page.evaluate(() => tillPage.time(1));
    await seen;
    took.push(performance.now() - startedMs);
  }
  stop();
  await client.close();
  return took;
}
