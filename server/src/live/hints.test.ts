/** What a region says of a cart's lines, read by unmodified y-websocket clients. */
import { setQuantity } from '@tallystick/crdt/cart';
import { until } from '@tallystick/store-agent/test-kit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { WebsocketProvider } from 'y-websocket';
import { addLamps, CartTown, LAMP } from './live.test-kit.ts';

interface Hint {
  readonly lines: Record<string, { available: number | null; held: number; unitPrice: object | null }>;
  readonly total: { amountMinor: number } | null;
}

let town: CartTown;

beforeAll(async () => {
  town = await CartTown.start({ holdMs: 60_000 });
});

afterEach(() => town.hangUp());

afterAll(() => town.stop());

const hintAt = ({ awareness }: WebsocketProvider) => awareness.getStates().get(0) as Hint | undefined;
const lampsAt = (provider: WebsocketProvider) => hintAt(provider)?.lines.LAMP;

test('each line shows how many there are, what is set aside and what it costs, and follows', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 2 }] });
  const [phone, laptop] = [await town.synced(cart), await town.synced(cart)];
  await until(() => lampsAt(phone)?.held === 2 && lampsAt(laptop)?.held === 2, 'two are set aside');
  expect(hintAt(phone)).toMatchObject({
    lines: { LAMP: { unitPrice: { amountMinor: 4900, currency: 'EUR' } } },
    total: { amountMinor: 9800, currency: 'EUR' },
  });
  const before = lampsAt(laptop)?.available as number;
  expect(before).toBeGreaterThan(0);
  addLamps(phone.doc, 1);
  await until(() => lampsAt(laptop)?.held === 3, 'the hint follows an edit');
  const order = { id: 'elsewhere', lines: [{ sku: 'LAMP', quantity: 3 }], waitMs: 10_000 };
  expect((await town.call('POST', '/v1/orders', order)).status).toBe(201);
  // Nobody edits this cart: its devices hear of the sale all the same.
  await until(() => (lampsAt(laptop)?.available ?? before) < before - 1, 'the hint follows a sale');
  setQuantity(laptop.doc, LAMP, 0);
  await until(() => lampsAt(phone) === undefined, 'a line that is gone has none');
});

test('nobody else speaks for the region', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const [friend, forger] = [await town.synced(cart), await town.synced(cart)];
  await until(() => lampsAt(friend) !== undefined, 'the hint is there');
  const honest = JSON.stringify(hintAt(friend)?.lines.LAMP?.unitPrice);
  forger.awareness.clientID = 0;
  forger.awareness.meta.set(0, { clock: 2 ** 50, lastUpdated: Date.now() });
  forger.awareness.setLocalState({
    lines: { LAMP: { available: 0, held: 0, unitPrice: null } },
    total: null,
  });
  // Behind it on the same wire: what the forger says now was said after.
  addLamps(forger.doc, 1);
  await until(() => hintAt(friend)?.total?.amountMinor === 9800, 'it goes on');
  expect(JSON.stringify(lampsAt(friend)?.unitPrice)).toBe(honest);
});
