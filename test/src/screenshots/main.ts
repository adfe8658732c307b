/** `npm run screenshots`: pictures of each screen for README and docs, of a fleet that runs: `npm start` in another terminal. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Browser } from '../sdk/browser.ts';
import { fleetUrl } from './fleet.ts';

const url = await fleetUrl('npm run screenshots', 'Pictures of each screen, for README and docs.');
const DOCS = join(import.meta.dirname, '../../../docs');
const DESK = { width: 1280, height: 800 };
const TABLET = { width: 1024, height: 720 };
const PHONE = { width: 390, height: 780 };

const browser = new Browser();
const why = await browser.start();
if (why !== undefined) throw new Error(why);

async function open(path: string, size: typeof DESK, colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.open('about:blank');
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
  await page.addInitScript("localStorage.setItem('tallystick-console-tour', 'seen')");
  await page.goto(url + path);
  return page;
}

const keep = (page: Page, name: string) => page.screenshot({ path: join(DOCS, `screen-${name}.png`) });

try {
  const till = await open('/till', TABLET, 'light');
  await till.getByRole('button', { name: 'anna' }).click();
  await till.getByLabel('Your PIN').fill('2846');
  await till.getByRole('button', { name: 'OK' }).click();
  for (const name of ['Stoneware mug', 'Stoneware mug', 'Beeswax candle', 'Linen apron'])
    await till.getByRole('button', { name }).first().click();
  await till.getByRole('button', { name: 'Pay' }).click();
  await till.getByRole('button', { name: 'Cash, exactly' }).click();
  await till.getByText(/Receipt /).waitFor();
  await till.getByRole('button', { name: 'Close' }).click();
  for (const name of ['Water glasses', 'Linen apron', 'Stoneware mug'])
    await till.getByRole('button', { name }).first().click();
  await keep(till, 'till');

  const shop = await open('/shop', PHONE, 'light');
  // The products in view, each with its level.
  await shop.getByText('In stock').nth(3).waitFor();
  await keep(shop, 'shop');

  // Demand moves rights, and dots travel along the lines; a shop is cut off meanwhile.
  const desk = await open('/console#/product/MUG-STONE', DESK, 'dark');
  await desk.getByText('Who may sell what').waitFor();
  const lab = async (path: string, body: object) =>
    desk.evaluate(
      ([to, json]) =>
        fetch(`/lab/${to}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: json,
        }).then(() => undefined),
      [path, JSON.stringify(body)] as const,
    );
  const flood = lab('flood', { sku: 'MUG-STONE' });
  await desk
    .locator('.dots circle')
    .first()
    .waitFor({ state: 'attached', timeout: 20_000 })
    .catch(() => undefined);
  await lab('link', { replica: 'memphis', state: 'down' });
  await flood;
  await desk.getByText('cut off').first().waitFor();
  await keep(desk, 'console');
  await lab('link', { replica: 'memphis', state: 'up' });
} finally {
  await browser.stop();
}
process.stdout.write('docs/screen-shop.png, screen-till.png, screen-console.png\n');
