/** What every journal promises, of the one that a till in a browser has, on the database of a real one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, servePage } from '../sdk/browser.ts';
import { bundle } from '../sdk/bundle.ts';
import type { SuiteInPage } from './suite-in-page.ts';

declare const suite: SuiteInPage;

const START_MS = 240_000;
const HERE = import.meta.dirname;
const NODE = ['node:crypto', 'node:fs', 'node:os', 'node:path'];

const browser = new Browser();
let site: Awaited<ReturnType<typeof servePage>>;
let noBrowser: string | undefined;

beforeAll(async () => {
  noBrowser = await browser.start();
  if (noBrowser !== undefined) return;
  site = await servePage();
  const instead = {
    vitest: join(HERE, 'suite-in-page.ts'),
    // The suite alone: beside it stands all of a shop.
    '@tallystick/store-agent/test-kit': join(
      HERE,
      '../../../store-agent/src/journal/journal-contract.test-kit.ts',
    ),
    ...Object.fromEntries(NODE.map((name) => [name, join(HERE, 'node-in-page.ts')])),
  };
  site.fill(await bundle(readFileSync(join(HERE, 'journal-page.ts'), 'utf8'), { instead }));
}, START_MS);
afterAll(async () => {
  await browser.stop();
  await site?.stop();
}, START_MS);

test(
  'a till’s journal in a real Chromium, with strict durability, keeps what every journal promises',
  async ({ skip }) => {
    skip(noBrowser !== undefined, noBrowser);
    const page = await browser.open(site.origin);
    await page.waitForFunction(() => 'suite' in globalThis);
    const results = await page.evaluate(() => suite.run());
    expect(results.filter(({ why }) => why !== undefined)).toEqual([]);
    const titles = results.map(({ title }) => title);
    for (const rule of ['D1', 'D4', 'D5', 'F9', 'T8', 'L1', 'L5', 'F1a', 'T3'])
      expect(titles.some((title) => title.includes(`[${rule}]`))).toBe(true);
    await page.close();
  },
  START_MS,
);
