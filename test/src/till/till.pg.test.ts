/** A till on IndexedDB under a real shop, region and books: what it sells is in the books once, whatever happens to it. */
import type { TerminalOptions } from '@tallystick/client-sdk/terminal';
import type { Till } from '@tallystick/client-sdk/test-kit';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import type { Agent } from '@tallystick/store-agent';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Profile } from './page.test-kit.ts';

/** The discard service of another age: nobody listens there. */
const NOWHERE = 'ws://127.0.0.1:9/link';
const PINS = { anna: '280193', max: '471108' } as const;
const ONE_LAMP = { lines: [{ sku: 'LAMP', quantity: 1 }], waitMs: 10_000 };

const fleet = new TestFleet();
beforeAll(async () => {
  await fleet.open(await createTestDatabase());
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  await restock('opening');
  const { url } = fleet.authorities[0] as { url: string };
  for (const [id, role] of [
    ['anna', 'cashier'],
    ['max', 'manager'],
  ] as const) {
    const body = JSON.stringify({ id, role, locations: ['berlin'], pin: PINS[id] });
    const headers = { authorization: 'Bearer test-operator', 'content-type': 'application/json' };
    expect((await fetch(`${url}/v1/cashiers`, { method: 'POST', headers, body })).status).toBe(201);
  }
  const { agent } = fleet.served.get('berlin') as { agent: Agent };
  await until(() => agent.catalogue.body('cashier', 'max') !== undefined, 'the shop knows its cashiers');
});
afterAll(() => fleet.stop());

/** What a till held when its life ended stays with that life: the shop gets something for the next one. */
async function restock(id: string): Promise<void> {
  const lines = [{ sku: 'LAMP', quantity: 500 }];
  expect((await fleet.post('berlin', '/v1/receipts', { id, lines })).status).toBe(201);
}

class Opened {
  readonly profile = new Profile();
  readonly id: string;
  parent = '';

  constructor(id: string) {
    this.id = id;
  }

  async first(options: Partial<TerminalOptions> = {}): Promise<Till> {
    const { code, parentUrl } = await fleet.register(this.id, 'terminal', 'berlin', 'berlin');
    this.parent = parentUrl;
    return this.again({ code, ...options });
  }

  async again(options: Partial<TerminalOptions> = {}): Promise<Till> {
    const till = this.begin(options);
    await till.ready();
    await until(() => till.getSnapshot().link === 'up', 'its line is up');
    return till;
  }

  begin(options: Partial<TerminalOptions> = {}): Till {
    const till = this.profile.open({ id: this.id, parent: this.parent, ...options });
    onTestFinished(() => till.close());
    return till;
  }
}

const isSettled = (till: Till, id: string) =>
  until(() => till.sale(id)?.stage === 'settled', 'it is in the books');
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'done',
    ({ code }) => code as string,
  );

async function orderInBooks(id: string): Promise<unknown> {
  return (await fetch(`${fleet.served.get('berlin')?.url}/v1/orders/${id}`)).status;
}

test('sells, numbers its receipts, sets aside, recalls, and takes back', async () => {
  const till = await new Opened('kasse-1').first();
  const sale = await till.sell({ lines: [{ sku: 'LAMP', quantity: 2 }], waitMs: 10_000 });
  expect(sale).toMatchObject({ number: 1, lines: [{ sku: 'LAMP', quantity: 2, grossMinor: 2000 }] });
  expect(sale.receipt).toMatch(/^kasse-1-[0-9a-f]{4}-000001$/);
  await isSettled(till, sale.id);
  await until(() => till.getSnapshot().unsettled === 0, 'nothing is unsettled');

  const { id: hold } = await till.hold({ lines: [{ sku: 'LAMP', quantity: 3 }] });
  expect(till.recall(hold).lines).toEqual([{ sku: 'LAMP', quantity: 3 }]);
  const held = await till.sell({ lines: till.recall(hold).lines, hold });
  expect([held.number, till.getSnapshot().holds]).toEqual([2, []]);
  expect(await codeOf(till.sell({ ...ONE_LAMP, hold }))).toBe('hold_ended');
  const { id: other } = await till.hold(ONE_LAMP);
  await till.release(other);
  expect(() => till.recall(other)).toThrow('No basket');

  expect(await codeOf(till.cancel(sale.id, 'changed their mind'))).toBe('already_departed');
  const back = { sale: sale.id, lines: [{ lineId: '1', sku: 'LAMP', quantity: 1 }], id: 'back-1' };
  await till.return(back);
  await till.return(back);
  expect(
    await codeOf(till.return({ ...back, id: 'back-2', lines: [{ lineId: '1', sku: 'LAMP', quantity: 2 }] })),
  ).toBe('more_than_ordered');
  // The same id is the same sale, and has one receipt.
  const again = await till.sell({ id: held.id, lines: [{ sku: 'LAMP', quantity: 3 }], hold });
  expect(again.receipt).toBe(held.receipt);
  expect(await codeOf(till.sell({ lines: [{ sku: 'NOTHING', quantity: 1 }] }))).toBe('unknown_sku');
  expect((await till.find('lamp')).map(({ sku }) => sku)).toEqual(['LAMP']);
});

test('whoever sells signs in, and a manager alone takes back, which the till remembers', async () => {
  const opened = new Opened('kasse-2');
  const till = await opened.first({ signIn: 'required' });
  expect(await codeOf(till.sell(ONE_LAMP))).toBe('unauthenticated');
  await until(() => till.cashiers().length === 2, 'the till knows its cashiers');
  await till.signIn('anna', PINS.anna);
  expect(till.cashiers()).toEqual([
    { id: 'anna', role: 'cashier' },
    { id: 'max', role: 'manager' },
  ]);
  const sale = await till.sell(ONE_LAMP);
  expect(sale.actor).toBe('cashier:anna');
  await isSettled(till, sale.id);
  const back = { sale: sale.id, lines: [{ lineId: '1', sku: 'LAMP', quantity: 1 }] };
  expect(await codeOf(till.return(back))).toBe('forbidden');
  expect(await codeOf(till.return({ ...back, manager: { cashier: 'max', pin: PINS.max } }))).toBe('done');
  expect(till.sale(sale.id)?.lines[0]?.returned).toBe(1);
  await till.close();
  const reopened = await opened.again({ signIn: 'required' });
  expect(reopened.getSnapshot().sales[0]?.lines[0]?.returned, 'known after a reload too').toBe(1);
  await reopened.close();
});

test('a manager alone sells what there is no right to', async () => {
  const opened = new Opened('kasse-5');
  const till = await opened.first({ signIn: 'required' });
  await until(() => till.cashiers().length === 2, 'the till knows its cashiers');
  await till.signIn('anna', PINS.anna);
  const many = { lines: [{ sku: 'MUG', quantity: 5 }], waitMs: 0 };
  expect(await codeOf(till.sell(many))).toBe('insufficient_stock');
  const reason = 'in their hands';
  expect(await codeOf(till.sell({ ...many, override: { reason } }))).toBe('forbidden');
  const manager = { cashier: 'max', pin: PINS.max };
  const owed = await till.sell({ ...many, override: { reason, manager } });
  expect(owed).toMatchObject({ actor: 'manager:max', overrideReason: reason, lines: [{ owed: 5 }] });
});

test('[F1] a database that was put back is found out without a line, a whole profile by the parent; each begins a life', async () => {
  const opened = new Opened('kasse-3');
  const first = await opened.first();
  const early = await first.sell(ONE_LAMP);
  await isSettled(first, early.id);
  const image = await opened.profile.putBack(opened.id);
  const late = await first.sell(ONE_LAMP);
  await isSettled(first, late.id);
  const prefix = first.getSnapshot().receiptPrefix;
  await first.close();
  await opened.profile.putBack(opened.id, image);

  const alone = opened.begin({ parent: NOWHERE });
  await until(() => alone.getSnapshot().state === 'starting', 'it was opened');
  const second = alone.getSnapshot().receiptPrefix;
  expect(second).not.toBe(prefix);
  await alone.close();
  const till = await opened.again();
  await restock('for-the-second-life');
  expect(till.getSnapshot().receiptPrefix).toBe(second);
  const sale = await till.sell(ONE_LAMP);
  expect(sale.receipt).toBe(`${second}-000001`);
  await isSettled(till, sale.id);

  const whole = await opened.profile.putBack(opened.id);
  await isSettled(till, (await till.sell(ONE_LAMP)).id);
  await till.close();
  await opened.profile.putBack(opened.id, whole);
  opened.profile.local.clear();
  const third = opened.begin();
  await until(
    () =>
      ![prefix, second, undefined].includes(third.getSnapshot().receiptPrefix) &&
      third.getSnapshot().state === 'open',
    'its parent knows better, and it begins anew',
  );
  await restock('for-the-third-life');
  const last = await third.sell(ONE_LAMP);
  await isSettled(third, last.id);
  for (const id of [early.id, late.id, sale.id, last.id]) expect(await orderInBooks(id)).toBe(200);
});

test('[D7] lets go of sales that the books have had for long, sells on, and numbers its receipts on', async () => {
  const opened = new Opened('kasse-4');
  const { profile } = opened;
  await restock('for-a-long-life');
  let till = await opened.first({ retentionDays: 2 });
  const old = await till.sell(ONE_LAMP);
  await isSettled(till, old.id);
  // What is settled is written down with the next turn.
  const last = await till.sell(ONE_LAMP);
  await isSettled(till, last.id);
  profile.doChores();
  profile.aheadMs = 3 * 86_400_000;
  await until(() => {
    profile.doChores();
    return till.getSnapshot().sales.length === 1;
  }, 'it lets go');
  expect(till.sale(old.id)).toBeUndefined();
  const prefix = till.getSnapshot().receiptPrefix;
  expect(till.getSnapshot()).toMatchObject({ state: 'open', sales: [{ number: 2 }], unsettled: 0 });
  const free = till.available('LAMP');
  await till.close();
  till = await opened.again({ retentionDays: 2 });
  expect([till.getSnapshot().receiptPrefix, till.available('LAMP')]).toEqual([prefix, free]);
  const next = await till.sell(ONE_LAMP);
  expect([next.receipt, till.getSnapshot().sales.length]).toEqual([`${prefix}-000003`, 2]);
  await isSettled(till, next.id);
  // Sold once: a repeat after its entry is gone is known for what it is.
  expect(await codeOf(till.sell({ ...ONE_LAMP, id: old.id }))).not.toBe('done');
  for (const id of [old.id, last.id, next.id]) expect(await orderInBooks(id)).toBe(200);
  expect(() => opened.begin({ retentionDays: 0 })).toThrow(RangeError);
});
