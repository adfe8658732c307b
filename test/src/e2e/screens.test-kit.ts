/**
 * A fleet with its screens, and a browser in front of it.
 *
 * Every try of a test has people, goods, tills and devices of its own, so that it finds nothing of an earlier one.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import axeCore from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumHere, DEVICE } from '../sdk/browser.ts';
import { BUILT } from './built.ts';

/** The browser is unpacked first, which takes a busy machine a minute. */
export const LONG_MS = 240_000;

const WAIT_MS = 60_000;
const PINS = { cashier: '280193', manager: '471108' } as const;

export class Screens {
  readonly fleet = new TestFleet();
  #browser: Browser | undefined;
  #why: string | undefined;
  #port = 0;
  #tries = 0;

  async start(): Promise<void> {
    this.#why = existsSync(join(BUILT, 'index.html'))
      ? await this.#launch()
      : 'The screens are not built here: npm run build';
    if (this.#why !== undefined) return;
    await this.fleet.open(await createTestDatabase());
    // As `npm start` has it: answers then differ by the page that asks, and say so.
    this.fleet.origins = ['http://localhost:5173'];
    await this.fleet.add('eu', 'region', 'authority', null);
    await this.fleet.add('depot', 'warehouse', 'eu', 'depot');
    await this.fleet.add('berlin', 'store', 'eu', 'berlin');
    this.#port = Number(new URL(this.fleet.served.get('eu')?.url ?? '').port);
    await until(async () => (await fetch(`${this.url}/v1/events?limit=1`)).ok, 'the region has the feed');
  }

  async #launch(): Promise<string | undefined> {
    try {
      this.#browser = await chromium.launch(await chromiumHere());
      return undefined;
    } catch (error) {
      return `Chromium does not start here: ${String(error).split('\n')[0]}`;
    }
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.fleet.stop();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Names for one try of a test, with the region up: a try before may have ended while it was not. */
  async begin(skip: (when: boolean, why?: string) => void): Promise<Try> {
    skip(this.#why !== undefined, this.#why);
    this.#tries += 1;
    if (!this.fleet.served.has('eu')) await this.startRegion();
    return new Try(this, this.#browser as Browser, String(this.#tries));
  }

  startRegion() {
    return this.fleet.run('eu', this.#port);
  }

  /** As the operator does it, at the books. */
  async operate(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.fleet.authorities[0]?.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer test-operator`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  }
}

/** One try of a test. */
export class Try {
  readonly #screens: Screens;
  readonly #browser: Browser;
  readonly #name: string;

  constructor(screens: Screens, browser: Browser, name: string) {
    this.#screens = screens;
    this.#browser = browser;
    this.#name = name;
  }

  /** A name that no other try has. */
  own(name: string): string {
    return `${name}-${this.#name}`;
  }

  /** Goods of a name of their own. @returns their SKU */
  async goods(name: string, quantity: number, place: Place = 'depot'): Promise<string> {
    const sku = this.own(name);
    const body = {
      sku,
      names: { en: sku },
      baseUnit: 'piece',
      prices: { EUR: 1000 },
      taxRateBp: 1900,
      taxIncluded: true,
    };
    await this.#screens.operate('/v1/catalogue', { items: [{ kind: 'product', id: sku, body }] });
    await until(async () => {
      const receipt = { id: sku, lines: [{ sku, quantity }] };
      return (await this.#screens.fleet.post(place, '/v1/receipts', receipt)).status === 201;
    }, 'the place knows the product, and has the goods');
    await until(async () => (await this.available(sku)) === quantity, 'the region has heard of the goods');
    return sku;
  }

  async available(sku: string): Promise<number> {
    const answer = await fetch(`${this.#screens.url}/v1/inventory/${sku}`);
    return ((await answer.json()) as { available?: number }).available ?? -1;
  }

  /** On a device of its own: what one keeps, another does not see. */
  async open(path: string): Promise<Page> {
    const device = await this.#browser.newContext(DEVICE);
    device.setDefaultTimeout(WAIT_MS);
    onTestFinished(() => device.close());
    const page = await device.newPage();
    await page.goto(this.address(path));
    return page;
  }

  address(path: string): string {
    return `${this.#screens.url}${path}`;
  }

  /** A cashier and a manager. */
  async people(place: Place = 'depot') {
    const made = [];
    for (const [name, role] of [
      ['anna', 'cashier'],
      ['max', 'manager'],
    ] as const) {
      const id = this.own(name);
      await this.#screens.operate('/v1/cashiers', { id, role, locations: [place], pin: PINS[role] });
      made.push({ id, pin: PINS[role] });
    }
    return { cashier: made[0] as Person, manager: made[1] as Person };
  }

  /** A till that has met its parent, before anybody has signed in. @returns its page, and its name */
  async till(place: Place = 'depot'): Promise<{ readonly page: Page; readonly id: string }> {
    const id = this.own('kasse');
    const { code } = await this.#screens.fleet.register(id, 'terminal', 'eu', place);
    const page = await this.open('/till');
    await page.getByLabel('Name of the till').fill(id);
    await page.getByLabel('Code').fill(code);
    await press(page, 'Begin');
    await text(page, 'Who is selling?');
    return { page, id };
  }
}

/** A warehouse that the web shop sells from, or a shop where goods are gone when they are sold. */
type Place = 'depot' | 'berlin';

export interface Person {
  readonly id: string;
  readonly pin: string;
}

export async function signIn(till: Page, { id, pin }: Person): Promise<void> {
  await press(till, id);
  await till.getByLabel('Your PIN').fill(pin);
  await press(till, 'OK');
  await till.getByRole('button', { name: `Sign out ${id}` }).waitFor();
}

export const text = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor();
export const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name }).first().click();

/** @returns what is wrong for people who do not see, or use no mouse: the serious ones */
export async function axe(page: Page): Promise<unknown> {
  await page.evaluate(axeCore.source);
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

/** With the Tab key alone, as far as a page goes. @throws Error where it does not lead there */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const TABS_MAX = 150;
  const seen: string[] = [];
  for (let i = 0; i < TABS_MAX; i += 1) {
    await page.keyboard.press('Tab');
    const focused = (await page.evaluate(
      "(({ ariaLabel, labels, textContent, placeholder }) => [ariaLabel, labels?.[0]?.textContent, textContent, placeholder].find((words) => words) ?? '')(document.activeElement)",
    )) as string;
    if (name.test(focused)) return;
    seen.push(focused.slice(0, 30));
  }
  throw new Error(`The Tab key does not lead to ${name}, but to: ${seen.join(' | ')}`);
}
