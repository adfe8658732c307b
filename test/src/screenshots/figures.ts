/**
 * `npm run screens:figures`: how quick the screens are, in Chromium, on a fleet that runs: `npm start` in another terminal.
 *
 * The first useful paint of each; how long a tap on the till takes to be seen while 100 sales a second run at other doors; and
 * the longest task of the console with 100 replicas and 1,000 pools, which it is told of in place of the fleet's own, on this
 * machine and on one of a quarter of its speed.
 */
import { chromium, type Page } from 'playwright-core';
import { BUILT } from '../e2e/built.ts';
import { scriptBytes } from '../e2e/weight.ts';
import { chromiumHere, DEVICE } from '../sdk/browser.ts';
import { fleetUrl } from './fleet.ts';
import { largeFleet, POOLS, REPLICAS } from './large-fleet.ts';

const url = await fleetUrl('npm run screens:figures', 'How quick the screens are, in Chromium.');
const OPENINGS = 5;
const TAPS = 60;
const SALES_A_SECOND = 100;
const CONSOLE_S = 20;

/** What somebody came for is on the screen. */
const USEFUL = {
  '/shop': '.goods-card',
  '/till': '.people .btn, .sign-in',
  '/console': '.tree-row',
} as const;

const say = (line: string) => process.stdout.write(`${line}\n`);
const middle = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0;
const ms = (n: number) => `${Math.round(n)} ms`;

const browser = await chromium.launch(await chromiumHere());

async function blank(): Promise<Page> {
  const page = await (await browser.newContext(DEVICE)).newPage();
  page.setDefaultTimeout(60_000);
  await page.addInitScript("localStorage.setItem('tallystick-console-tour', 'seen')");
  return page;
}

/** Milliseconds from asking for a page to the frame behind its first useful content; the browser has nothing of it. */
async function useful(path: keyof typeof USEFUL): Promise<number> {
  const page = await blank();
  await page.addInitScript(`new MutationObserver((_, watch) => {
    if (document.querySelector(${JSON.stringify(USEFUL[path])}) === null) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.usefulMs = performance.now(); }));
  }).observe(document, { childList: true, subtree: true })`);
  await page.goto(url + path);
  // The page's policy lets nothing be evaluated in it again and again.
  await page.locator(USEFUL[path]).first().waitFor();
  const found = (await page.evaluate(
    'new Promise((resolve) => { const look = () => window.usefulMs === undefined ? setTimeout(look, 20) : resolve(window.usefulMs); look(); })',
  )) as number;
  await page.context().close();
  return found;
}

async function paints(): Promise<void> {
  for (const path of Object.keys(USEFUL) as (keyof typeof USEFUL)[]) {
    const found: number[] = [];
    for (let i = 0; i < OPENINGS; i += 1) found.push(await useful(path));
    found.sort((a, b) => a - b);
    say(
      `${path}: useful after ${ms(middle(found))} (middle of ${OPENINGS}; slowest ${ms(found.at(-1) ?? 0)})`,
    );
  }
}

/** Sells at the region, one every ten milliseconds, until it is told to stop. @returns how many were answered */
function sellElsewhere(token: string): { stop(): Promise<{ asked: number; sold: number }> } {
  const sum = { asked: 0, sold: 0 };
  const underWay = new Set<Promise<void>>();
  const timer = setInterval(() => {
    sum.asked += 1;
    const asking = fetch(`${url}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ lines: [{ sku: 'CANDLE-TL', quantity: 1 }], waitMs: 300 }),
      signal: AbortSignal.timeout(10_000),
    })
      .then(async (answer) => {
        await answer.arrayBuffer();
        if (answer.status === 201) sum.sold += 1;
      })
      .catch(() => undefined)
      .finally(() => underWay.delete(asking));
    underWay.add(asking);
  }, 1_000 / SALES_A_SECOND);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
      return sum;
    },
  };
}

async function taps(): Promise<void> {
  const till = await blank();
  await till.goto(`${url}/till`);
  await till.getByRole('button', { name: 'anna' }).click();
  await till.getByLabel('Your PIN').fill('2846');
  await till.getByRole('button', { name: 'OK' }).click();
  await till.getByRole('button', { name: 'Linen apron' }).waitFor();
  const answer = await till.evaluate(
    "fetch('/lab/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{\"screen\":\"console\"}' }).then((said) => said.json())",
  );
  const sales = sellElsewhere((answer as { token: string }).token);
  // From the tap to the frame that shows it, as the page itself sees both.
  const found = (await till.evaluate(`(async () => {
    const key = [...document.querySelectorAll('.key')].find(({ textContent }) => textContent.includes('Linen apron'));
    const found = [];
    for (let i = 0; i < ${TAPS}; i += 1) {
      const startedMs = performance.now();
      key.click();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      found.push(performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return found;
  })()`)) as number[];
  const { asked, sold } = await sales.stop();
  found.sort((a, b) => a - b);
  say(
    `a tap on the till is seen after ${ms(middle(found))} (p50), ${ms(found[Math.floor(TAPS * 0.95)] ?? 0)} (p95), ` +
      `${ms(found.at(-1) ?? 0)} (slowest of ${TAPS}), while ${asked} other sales were asked for and ${sold} were made`,
  );
  await till.context().close();
}

/** Planted at the end: what the probe would not see, it cannot say is not there. */
const PLANTED_MS = 150;

/** @param slower than this machine, by so many times */
async function longTasks(slower: number): Promise<void> {
  const page = await blank();
  await largeFleet(page);
  await page.addInitScript(
    "window.longMs = []; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longMs.push(duration); }).observe({ type: 'longtask', buffered: true })",
  );
  await page.goto(`${url}/console`);
  await page.locator('.tree-row').nth(REPLICAS).waitFor({ state: 'attached' });
  await page.locator('.u-legend').waitFor();
  const openedMs = (await page.evaluate('window.longMs.splice(0)')) as number[];
  const throttle = await page.context().newCDPSession(page);
  await throttle.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.waitForTimeout(CONSOLE_S * 1_000);
  const found = (await page.evaluate('window.longMs.splice(0)')) as number[];
  const planted = (await page.evaluate(`new Promise((resolve) => {
    setTimeout(() => {
      for (const untilMs = performance.now() + ${PLANTED_MS}; performance.now() < untilMs; );
      setTimeout(() => resolve(window.longMs.filter((ms) => ms >= ${PLANTED_MS}).length), 1_000);
    });
  })`)) as number;
  if (planted !== 1)
    throw new Error(`A planted task of ${PLANTED_MS} ms was seen ${planted} times, and not once.`);
  const drawn = await Promise.all(
    ['.tree-row .bar-units', '#products option', 'section[aria-labelledby="why"] p > b'].map((what) =>
      page.locator(what).count(),
    ),
  );
  const [bars = 0, products = 0, places = 0] = drawn;
  if (bars < REPLICAS || products * places !== POOLS)
    throw new Error(
      `The page shows ${bars} replicas with what they may sell, ${products} products, ${places} places.`,
    );
  say(
    `the console with ${bars} replicas and ${products} products at ${places} places, ${slower} times slower than here: ` +
      `in ${CONSOLE_S} s ${found.length} tasks longer than 50 ms, the longest ${ms(Math.max(0, ...found))}; while it opened ` +
      `${openedMs.length}, the longest ${ms(Math.max(0, ...openedMs))}; one of ${PLANTED_MS} ms that was planted was seen`,
  );
  await page.context().close();
}

try {
  for (const page of ['shop', 'till', 'console'] as const)
    say(`/${page}: ${(scriptBytes(BUILT, page) / 1_000).toFixed(0)} kB of scripts, compressed`);
  await paints();
  await taps();
  for (const slower of [1, 4]) await longTasks(slower);
} finally {
  await browser.close();
}
