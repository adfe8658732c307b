/**
 * The page of docs/carts.md, which knows nothing of us but an address: in a real browser it and a REST client edit one
 * cart, and what came back to it is on disk in the moment in which the region is killed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCart } from '@tallystick/crdt/cart';
import { CartFile, documentOf, RegionProcess } from '@tallystick/server/test-kit';
import { TestRoot } from '@tallystick/store-agent/test-kit';
import { chromium, type Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { chromiumHere, DEVICE } from '../sdk/browser.ts';
import { bundle } from '../sdk/bundle.ts';

/** The browser is unpacked first, which takes a busy machine a minute. */
const LONG_MS = 240_000;
const HTML =
  '<!doctype html><title>A cart</title><body>One more<script type="module" src="/stdin.js"></script>';

/** As it stands there, but for what it says that a page does without, and for what is sold here. */
function pageInTheDocument(): string {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/carts.md'), 'utf8');
  const script = /```js\n(\/\/ in a folder of its own[\s\S]*?)```/.exec(text)?.[1] ?? '';
  const changes = [
    ["import { WebSocket } from 'ws';\n", ''],
    [', WebSocketPolyfill: WebSocket', ''],
    ["'http://127.0.0.1:7400'", 'location.origin'],
    ["process.stdin.on('data', ", "document.addEventListener('click', "],
    ['BOWL-15', 'LAMP'],
  ] as const;
  for (const [from] of changes) expect(script, 'the example in docs/carts.md').toContain(from);
  return changes.reduce((source, [from, to]) => source.replaceAll(from, to), script);
}

/** Opened at the region's own address, as behind a shop's proxy. */
async function open(page: Page, url: string): Promise<void> {
  const parts = new Map((await bundle(pageInTheDocument())).map(({ name, text }) => [name, text]));
  await page.route(
    (asked) => asked.pathname === '/page' || parts.has(asked.pathname),
    (route) => {
      const script = parts.get(new URL(route.request().url()).pathname);
      return route.fulfill(
        script === undefined
          ? { contentType: 'text/html', body: HTML }
          : { contentType: 'text/javascript', body: script },
      );
    },
  );
  await page.goto(`${url}/page`);
}

test('a page of plain Yjs and a REST client edit one cart, and what came back to the page outlives a kill', {
  timeout: LONG_MS,
}, async ({ skip }) => {
  const launched = await chromium.launch(await chromiumHere()).catch((error: unknown) => String(error));
  if (typeof launched === 'string') return skip(`Chromium does not start here: ${launched.split('\n')[0]}`);
  onTestFinished(() => launched.close());
  const root = new TestRoot();
  await root.start();
  onTestFinished(() => root.stop());
  const folder = root.addReplica('eu', 'region', 'authority', root.url, null);
  const region = new RegionProcess(folder);
  await region.start();
  onTestFinished(() => region.kill());

  const page = await launched.newPage(DEVICE);
  /** What the page showed last, and what it said of its cart. */
  let shown = 0;
  let said = '';
  page.on('console', async (message) => {
    if (message.text().startsWith('ID=')) said = message.text();
    const slips = await message.args()[0]?.jsonValue();
    if (typeof slips !== 'object') return;
    const all = Object.values(slips as Record<string, { LAMP?: { added: number } }>);
    shown = Math.max(
      shown,
      all.reduce((sum, { LAMP }) => sum + (LAMP?.added ?? 0), 0),
    );
  });
  let cameBack = () => {};
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      // Sync: an update.
      if (payload[0] === (0 as never) && payload[1] === (2 as never)) cameBack();
    }),
  );
  /** One lamp more; resolves when the page's own edit has come back to it. */
  const click = async () => {
    const back = new Promise<void>((resolve) => {
      cameBack = resolve;
    });
    await page.locator('body').click();
    await back;
  };
  await open(page, region.url);
  await expect.poll(() => said).toMatch(/^ID=\S+ TOKEN=\S+$/);
  const [id, token] = said.split(' ').map((word) => word.slice(word.indexOf('=') + 1)) as [string, string];
  const cart = `${region.url}/v1/carts/${id}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const lamps = async () => {
    const read = (await (await fetch(cart, { headers })).json()) as { lines: { quantity: number }[] };
    return read.lines[0]?.quantity;
  };

  await click();
  expect(await lamps(), 'seen over REST as soon as the page has heard of it').toBe(1);
  const body = JSON.stringify({ sku: 'LAMP', quantity: 1 });
  expect((await fetch(`${cart}/lines`, { method: 'POST', headers, body })).status).toBeLessThan(300);
  await expect.poll(() => shown, { message: 'the page shows what came by REST' }).toBe(2);

  await click();
  await region.kill();
  const file = new CartFile(join(folder, 'carts.db'));
  const doc = documentOf(file.load(id) as NonNullable<ReturnType<CartFile['load']>>);
  file.close();
  expect(readCart(doc)).toMatchObject({ cart: { lines: [{ sku: 'LAMP', quantity: 3 }] } });

  await page.locator('body').click();
  await expect.poll(() => shown, { message: 'a click while the region is dead' }).toBe(4);
  await region.start();
  await expect.poll(lamps, { message: 'the page has found it again' }).toBe(4);
});
