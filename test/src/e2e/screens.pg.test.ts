/** The screens in a real browser, on a real fleet, as a shopper, a cashier and an operator would use them. */
import { until } from '@tallystick/server/test-kit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe, LONG_MS, press, Screens, signIn, tabTo, text } from './screens.test-kit.ts';

const screens = new Screens();
beforeAll(() => screens.start(), LONG_MS);
afterAll(() => screens.stop(), LONG_MS);

test(
  'a shopper fills one cart on two devices and orders it; each page can be used by everybody',
  async ({ skip }) => {
    const here = await screens.begin(skip);
    const lamp = await here.goods('LAMP', 20);
    const phone = await here.open('/shop');
    await press(phone, new RegExp(`Add to cart.*${lamp}$`));
    await text(phone, 'Add another · 1 in cart');
    expect(await axe(phone)).toEqual([]);
    await phone.getByRole('link', { name: /^Cart/ }).click();
    await text(phone, 'I collect it and pay in the shop');
    expect(await axe(phone)).toEqual([]);
    const link = await phone.getByRole('link', { name: 'Open a second device' }).getAttribute('href');
    const desk = await here.open(`/shop${new URL(link ?? '').hash}`);
    await desk.getByRole('button', { name: `One ${lamp} more` }).click();
    await text(phone, 'Order for €20.00');
    await press(phone, 'Order for €20.00');
    for (const page of [phone, desk]) await text(page, 'It is yours. We have it, and nobody else gets it.');
    expect(await axe(desk)).toEqual([]);
    await until(async () => (await here.available(lamp)) === 18, 'two are sold');

    // At once, before the page has heard that its cart is an order: nothing goes into that one.
    await desk.goto(here.address('/shop'));
    await press(desk, new RegExp(`Add to cart.*${lamp}$`));
    await text(desk, 'Add another · 1 in cart');
    await desk.goto(here.address('/shop#/product/NOTHING'));
    await desk.locator('main').waitFor();
    expect(await axe(desk)).toEqual([]);
  },
  LONG_MS,
);

test(
  'a whole purchase with the keyboard alone',
  async ({ skip }) => {
    const here = await screens.begin(skip);
    const lamp = await here.goods('LAMP', 5);
    const page = await here.open('/shop');
    await page.getByRole('link', { name: lamp }).first().waitFor();
    await tabTo(page, /^Search/);
    await page.keyboard.type(lamp);
    await tabTo(page, /^Add to cart/);
    await page.keyboard.press('Enter');
    await text(page, 'Add another · 1 in cart');
    await page.keyboard.press('Home');
    await page.evaluate("document.activeElement.blur(); document.querySelector('.shop-brand').focus()");
    await tabTo(page, /^Cart/);
    await page.keyboard.press('Enter');
    await text(page, 'Order for €10.00');
    await tabTo(page, /^Order for/);
    await page.keyboard.press('Enter');
    await text(page, 'It is yours.');
  },
  LONG_MS,
);

test(
  'a till sells while its network is cut, is reloaded and killed, and hands its sales in: who sold is on each',
  async ({ skip }) => {
    const here = await screens.begin(skip);
    const lamp = await here.goods('LAMP', 20);
    const { cashier } = await here.people();
    const first = await here.till();
    let till = first.page;
    const device = till.context();
    const sell = async () => {
      await press(till, new RegExp(`^${lamp}`));
      await press(till, 'Pay');
      await press(till, 'Cash, exactly');
      await text(till, new RegExp(`Receipt ${first.id}-`));
      await text(till, `Sold by ${cashier.id}`);
      await press(till, 'Close');
    };
    await signIn(till, cashier);
    await sell();
    await text(till, /^([3-9]|\d\d+) here$/);
    await till.evaluate('navigator.serviceWorker.ready.then(() => undefined)');

    await screens.fleet.stopOne('eu');
    await text(till, 'Offline: selling goes on');
    await sell();
    await till.reload();
    await text(till, 'Offline: selling goes on');
    await signIn(till, cashier);
    await sell();
    // A browser that has not noticed yet that page and worker died hands the next one to that worker, which never answers.
    const crashed = till.waitForEvent('crash');
    await till.goto('chrome://crash').catch(() => undefined);
    await crashed;
    till = await device.newPage();
    await till.goto(here.address('/till'));
    await signIn(till, cashier);
    await sell();
    await press(till, 'Sales');
    await until(async () => (await till.getByText('on this till').count()) === 3, 'three sales wait here');
    await press(till, 'Close');
    await screens.startRegion();
    await text(till, 'Online');
    await text(till, 'All sales are in the books');
    await until(async () => (await here.available(lamp)) === 16, 'the books have all four');
    await press(till, 'Day');
    await text(till, `by ${cashier.id}, 4 sales`);
    await press(till, 'Compare with the books');
    await text(till, 'The books say the same: 4 sales, €40.00.');
    expect(await axe(till)).toEqual([]);
  },
  LONG_MS,
);

test(
  'at a till a PIN opens; too many wrong ones wait; what is a manager’s to do wants their PIN; all of it by keyboard too',
  async ({ skip }) => {
    const here = await screens.begin(skip);
    const lamp = await here.goods('LAMP', 3, 'berlin');
    const { cashier, manager } = await here.people('berlin');
    const { page: till } = await here.till('berlin');
    expect(await axe(till)).toEqual([]);
    await tabTo(till, new RegExp(`^${cashier.id}`));
    await till.keyboard.press('Enter');
    for (let wrong = 0; wrong < 5; wrong += 1) {
      await till.getByLabel('Your PIN').fill('990011');
      await till.keyboard.press('Enter');
      await text(till, `That is not the PIN of ${cashier.id}.`);
      await until(async () => (await till.getByLabel('Your PIN').inputValue()) === '', 'it was checked');
    }
    await till.keyboard.type(cashier.pin);
    await till.keyboard.press('Enter');
    await text(till, /Those were too many wrong PINs\. .* can try again in \d+ s/);
    expect(await axe(till)).toEqual([]);
    await press(till, '← Somebody else');
    await signIn(till, manager);
    await press(till, `Sign out ${manager.id}`);
    // What was locked is the name, and a new one is not.
    const other = { id: `${cashier.id}-too`, pin: cashier.pin };
    await screens.operate('/v1/cashiers', { ...other, role: 'cashier', locations: ['berlin'] });
    await signIn(till, other);

    await tabTo(till, /^Search or scan/);
    await till.keyboard.type(lamp);
    await till.getByRole('button', { name: new RegExp(`^${lamp}`) }).waitFor();
    await till.keyboard.press('Enter');
    await till.keyboard.type(lamp);
    await till.keyboard.press('Enter');
    await press(till, 'Set aside');
    await press(till, 'Waiting (1)');
    await text(till, `2 × ${lamp}`);
    expect(await axe(till)).toEqual([]);
    await press(till, 'Take up');
    await tabTo(till, /^Pay$/);
    await till.keyboard.press('Enter');
    await text(till, 'Cash given');
    expect(await axe(till)).toEqual([]);
    await tabTo(till, /^Card$/);
    await till.keyboard.press('Enter');
    await text(till, 'What does the card do?');
    expect(await till.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true);
    await tabTo(till, /^Decline$/);
    await till.keyboard.press('Enter');
    await text(till, 'The card was declined.');
    expect(await axe(till)).toEqual([]);
    await tabTo(till, /^Cash, exactly$/);
    await till.keyboard.press('Enter');
    await text(till, `Sold by ${other.id}`);
    expect(await axe(till)).toEqual([]);
    await till.keyboard.press('Escape');

    await text(till, 'All sales are in the books');
    await press(till, 'Sales');
    expect(await axe(till)).toEqual([]);
    await press(till, /kasse-/);
    await press(till, `One ${lamp} more comes back`);
    await press(till, `One ${lamp} more comes back`);
    await till.getByLabel('Manager').selectOption(manager.id);
    await till.getByLabel('Their PIN').fill('990011');
    await press(till, 'Take back, and give €20.00 back');
    await text(till, `That is not the PIN of ${manager.id}.`);
    expect(await axe(till)).toEqual([]);
    await till.getByLabel('Their PIN').fill(manager.pin);
    await press(till, 'Take back, and give €20.00 back');
    await text(till, 'Everything of this sale came back.');
    await press(till, 'Close');
    await until(async () => (await here.available(lamp)) === 3, 'the books have them back');

    for (let four = 0; four < 4; four += 1) await press(till, new RegExp(`^${lamp}`));
    await press(till, 'Pay');
    await press(till, 'Card');
    await text(till, 'Nothing was sold, and no card was charged.');
    await till.getByText('The customer has it in hand').click();
    await till.getByLabel('Why').fill('in their hands');
    await till.getByLabel('Manager').selectOption(manager.id);
    await till.getByLabel('Their PIN').fill(manager.pin);
    expect(await axe(till)).toEqual([]);
    await press(till, 'Sell it all the same');
    await text(till, 'Sold on trust: in their hands');
    await text(till, `Sold by ${manager.id}`);
  },
  LONG_MS,
);

/** Presses of both until one has it: a busy machine may tell both that they were too slow. @returns what each was told */
async function fight(shop: Page, till: Page): Promise<string[]> {
  const told = async (page: Page, sold: string | RegExp, refused: string) =>
    Promise.race([text(page, sold).then(() => 'sold'), text(page, refused).then(() => 'told')]);
  for (;;) {
    await press(till, 'Pay');
    await Promise.all([press(shop, 'Order for €10.00'), press(till, 'Cash, exactly')]);
    const ends = await Promise.all([
      told(shop, 'It is yours.', 'Somebody was faster'),
      told(till, /Receipt kasse-/, 'no more could be had'),
    ]);
    if (ends.includes('sold')) return ends;
    await press(till, 'Close');
  }
}

test(
  'of the last unit one is sold, in the shop or at the till; the console says where it is, and each of its parts can be used by everybody',
  async ({ skip }) => {
    const here = await screens.begin(skip);
    const mug = await here.goods('MUG', 1);
    const { manager } = await here.people();
    const { page: till, id } = await here.till();
    await signIn(till, manager);
    const shop = await here.open('/shop');
    await press(shop, new RegExp(`Add to cart.*${mug}$`));
    await shop.getByRole('link', { name: /^Cart/ }).click();
    await text(shop, 'Order for €10.00');
    await press(till, new RegExp(`^${mug}`));
    const ends = await fight(shop, till);
    expect(ends.sort()).toEqual(['sold', 'told']);
    for (const page of [shop, till]) expect(await axe(page)).toEqual([]);

    const desk = await here.open(`/console#/product/${mug}`);
    await press(desk, 'Skip');
    await text(desk, 'It is sold out: 1 came in and all are sold or gone.');
    expect(await axe(desk)).toEqual([]);
    await press(desk, new RegExp(`^${id}`));
    await desk.getByText('It is lost: shut it out').click();
    await desk.getByText('Add a replica under it').click();
    expect(await axe(desk)).toEqual([]);
    for (const part of ['trouble', 'webhooks', 'audit']) {
      await desk.goto(here.address(`/console#/${part}`));
      await desk.locator('section h2').first().waitFor();
      expect(await axe(desk), part).toEqual([]);
    }
    await desk.setViewportSize({ width: 390, height: 844 });
    await desk.emulateMedia({ colorScheme: 'dark' });
    await desk.goto(here.address('/console#/'));
    await press(desk, 'day');
    await text(desk, 'The last day');
    expect(await axe(desk), 'on a phone in the dark').toEqual([]);
    await press(desk, 'Tour');
    await text(desk, 'Every door sells alone');
    expect(await axe(desk)).toEqual([]);
    await press(desk, 'Skip');

    // The lab belongs to `npm start`; of what it does there are tests beside it.
    const asked: string[] = [];
    await desk.route('**/lab/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      if (pathname === '/lab/sign-in') return route.fulfill({ json: { token: 'of-the-lab' } });
      if (pathname === '/lab/flood')
        return route.fulfill({ json: { asked: 300, sold: 66, refused: 234, failed: 0 } });
      const till = { id, kind: 'terminal', isCut: false, copyFrom: new Date().toISOString() };
      return route.fulfill({ json: { replicas: [till] } });
    });
    await desk.goto(here.address('/console#/lab'));
    await desk.reload();
    await desk.getByLabel('300 people want one').fill(mug);
    await press(desk, 'Let them');
    await text(desk, '300 wanted one, 66 got it');
    await text(desk, /came in, 1 are sold or gone, 0 are left/);
    await press(desk, /^Put its database of/);
    await text(desk, new RegExp(`You killed ${id} and put its database of`));
    expect(asked).toContain('/lab/rewind');
    expect(await axe(desk)).toEqual([]);
    await desk.goto(here.address('/'));
    await desk.getByRole('link', { name: /Till/ }).waitFor();
    expect(await axe(desk)).toEqual([]);
  },
  LONG_MS,
);
