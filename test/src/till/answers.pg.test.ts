/** What was done is answered as done, whatever happens to the page, to the line or to who watches meanwhile. */
import type { Till } from '@tallystick/client-sdk/test-kit';
import { decodeFrame } from '@tallystick/crdt/wire';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Profile } from './page.test-kit.ts';

const ONE_LAMP = { lines: [{ sku: 'LAMP', quantity: 1 }], waitMs: 10_000 };

const fleet = new TestFleet();
const profile = new Profile();
let options: { id: string; parent: string; code?: string };

beforeAll(async () => {
  await fleet.open(await createTestDatabase());
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  const lines = [{ sku: 'LAMP', quantity: 500 }];
  expect((await fleet.post('berlin', '/v1/receipts', { id: 'opening', lines })).status).toBe(201);
  const { code, parentUrl } = await fleet.register('kasse-1', 'terminal', 'berlin', 'berlin');
  options = { id: 'kasse-1', parent: parentUrl, code };
});
afterAll(() => fleet.stop());

async function open(): Promise<Till> {
  const till = profile.open(options);
  onTestFinished(() => till.close());
  await till.ready();
  await until(() => till.getSnapshot().link === 'up', 'its line is up');
  return till;
}

test('a sale that is on the disk is answered with its receipt, also where the till was closed meanwhile', async () => {
  const till = await open();
  // It holds more than it will need: nothing below waits for its parent.
  const many = await till.hold({ lines: [{ sku: 'LAMP', quantity: 50 }] });
  await till.release(many.id);
  await till.sell(ONE_LAMP);
  const { id } = await till.hold(ONE_LAMP);
  const selling = till.sell({ ...ONE_LAMP, id: 'last-of-the-day' });
  const holding = till.hold({ ...ONE_LAMP, id: 'kept' });
  // Both are priced, and wait for the next turn: no turn runs between these.
  for (let i = 0; i < 100; i += 1) await undefined;
  await till.close();
  expect((await selling).receipt).toMatch(/-000002$/);
  expect((await holding).id).toBe('kept');
  const again = await open();
  expect(again.getSnapshot().sales[0]?.id).toBe('last-of-the-day');
  expect(again.recall(id).lines).toEqual(ONE_LAMP.lines);
});

test('a bug of who watches does not make a sale look like none', async () => {
  const till = await open();
  const heard: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => heard.push(error));
  const bug = new Error('a bug of the page');
  const stop = till.subscribe(() => {
    throw bug;
  });
  const sale = await till.sell(ONE_LAMP);
  stop();
  await until(() => heard.length > 0, 'the page hears of its bug');
  process.removeAllListeners('uncaughtException');
  for (const one of others) process.on('uncaughtException', one);
  expect([till.sale(sale.id)?.receipt, heard[0]]).toEqual([sale.receipt, bug]);
});

test('goods whose return was not answered, brought in again, came back once', async () => {
  let isDeaf = false;
  /** Its line breaks just before an answer would come. */
  class Deaf extends WebSocket {
    override emit(name: string, ...args: unknown[]): boolean {
      const [data] = args;
      if (isDeaf && name === 'message' && isReply(data)) {
        isDeaf = false;
        this.terminate();
        return true;
      }
      return super.emit(name, ...args);
    }
  }
  profile.webSocket = Deaf;
  const till = await open();
  const sale = await till.sell({ lines: [{ sku: 'LAMP', quantity: 2 }], waitMs: 10_000 });
  await until(() => till.sale(sale.id)?.stage === 'settled', 'it is in the books');
  const back = { sale: sale.id, lines: [{ lineId: '1', sku: 'LAMP', quantity: 1 }] };
  isDeaf = true;
  await expect(till.return(back)).rejects.toMatchObject({ code: 'keeper_unreachable', retryable: true });
  const again = () =>
    till.return(back).then(
      () => true,
      () => false,
    );
  await until(again, 'they are brought in again, when the line is up');
  const order = await fetch(`${fleet.served.get('berlin')?.url}/v1/orders/${sale.id}`);
  expect(await order.json()).toMatchObject({ lines: [{ quantity: 2, returned: 1 }] });
  expect(till.sale(sale.id)?.lines[0]?.returned).toBe(1);
});

test('opens whatever its browser has to say, or had kept outside of its database', async () => {
  const { persist } = profile;
  onTestFinished(() => {
    profile.persist = persist;
  });
  let answer!: (isPersisted: boolean) => void;
  // Some ask a person first, who may be away.
  profile.persist = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  for (const [key] of profile.local) profile.local.set(key, '{"writer":"nobody","seq":1,"hash":"zz"}');
  const till = await open();
  expect(till.getSnapshot().isPersisted).toBe(false);
  answer(true);
  await until(() => till.getSnapshot().isPersisted, 'it says so');
  await till.close();
  profile.persist = () => Promise.reject(new TypeError('not here'));
  expect((await open()).getSnapshot()).toMatchObject({ state: 'open', isPersisted: false });
});

test('a parent that is away is told apart from one that refuses the code', async () => {
  const codeOf = (parent: string, code: string) => {
    const till = new Profile().open({ id: 'kasse-9', parent, code });
    return till.ready().catch((error) => [error.code, error.retryable]);
  };
  expect(await codeOf('ws://127.0.0.1:9/link', 'any')).toEqual(['region_unreachable', true]);
  expect(await codeOf(options.parent, 'wrong')).toEqual(['not_enrolled', false]);
});

function isReply(data: unknown): boolean {
  return decodeFrame(new Uint8Array(data as Buffer)).kind === 'reply';
}
