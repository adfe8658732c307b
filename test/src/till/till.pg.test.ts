/** A till on IndexedDB under a real shop, region and books: what it sells is in the books once, whatever happens to it. */

import type { Till } from '@tallystick/client-sdk/test-kit';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Profile } from './page.test-kit.ts';

const fleet = new TestFleet();
beforeAll(async () => {
  await fleet.open(await createTestDatabase());
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  const lines = [{ sku: 'LAMP', quantity: 500 }];
  expect((await fleet.post('berlin', '/v1/receipts', { id: 'opening', lines })).status).toBe(201);
});
afterAll(() => fleet.stop());

async function openTill(
  id: string,
  profile = new Profile(),
): Promise<{ till: Till; again: () => Promise<Till> }> {
  const { code, parentUrl } = await fleet.register(id, 'terminal', 'berlin', 'berlin');
  const open = async (options: { code?: string } = {}) => {
    const till = profile.open({ id, parent: parentUrl, ...options });
    onTestFinished(() => till.close());
    await till.ready();
    return till;
  };
  return { till: await open({ code }), again: open };
}

test('sells, numbers its receipts, and shows how far each sale has come', async () => {
  const { till } = await openTill('kasse-1');
  const sale = await till.sell({ lines: [{ sku: 'LAMP', quantity: 2 }], waitMs: 10_000 });
  expect(sale).toMatchObject({ number: 1, lines: [{ sku: 'LAMP', quantity: 2, grossMinor: 2000 }] });
  expect(sale.receipt).toMatch(/^kasse-1-[0-9a-f]{4}-000001$/);
  await until(() => till.sale(sale.id)?.stage === 'settled', 'the sale is in the books');
  await until(() => till.getSnapshot().unsettled === 0, 'nothing is unsettled');
});
