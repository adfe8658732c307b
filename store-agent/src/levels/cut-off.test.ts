/** A till that is cut off, and even started anew like that: it scans, prices, names, and shows levels and their age. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAgentConfig } from '../config.ts';
import { said } from '../http/said.test-kit.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { type Served, serveAgent } from '../serve.ts';

const BARCODE = '4006381333931';
const root = new TestRoot();
let running: Served[] = [];

async function start(folder: string): Promise<Served> {
  const served = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
  running.push(served);
  return served;
}

async function stop(served: Served): Promise<void> {
  running = running.filter((one) => one !== served);
  await served.stop();
}

interface Scanned {
  readonly levels: { readonly asOf: string; readonly locations: readonly { readonly onHand: number }[] };
  readonly catalogue: { readonly asOf: string };
}

async function scan(till: Served, barcode = BARCODE): Promise<{ status: number; items: Scanned[] }> {
  const { status, body } = await said(await fetch(`${till.url}/v1/stock?barcode=${barcode}`));
  return { status, items: body.items as Scanned[] };
}

beforeAll(() => root.start());
afterAll(async () => {
  for (const served of running.reverse()) await served.stop();
  await root.stop();
});

test('a till that is cut off and started anew scans, prices and names, and says how old its levels are', async () => {
  const pen = {
    sku: 'PEN',
    names: { en: 'Pen' },
    baseUnit: 'piece',
    barcodes: [BARCODE],
    prices: { EUR: 250 },
  };
  root.put('product', 'PEN', { ...pen, taxRateBp: 1_900, taxIncluded: true });
  const shop = await start(root.addShop('berlin'));
  await until(() => shop.agent.unready() === undefined, 'the shop is ready');
  const folder = root.addShop('till-1', 'berlin', `${shop.url.replace('http', 'ws')}/link`);
  const till = await start(folder);
  await until(() => till.agent.unready() === undefined, 'the till is ready');
  const post = async (served: Served, path: string, body: unknown) =>
    said(
      await fetch(`${served.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const received = await post(shop, '/v1/receipts', { id: 'd1', lines: [{ sku: 'PEN', quantity: 20 }] });
  expect(received.status).toBe(201);
  expect((await post(till, '/v1/sales', { id: 's1', lines: [{ sku: 'PEN', quantity: 3 }] })).status).toBe(
    201,
  );
  await until(
    async () => (await scan(till)).items[0]?.levels.locations[0]?.onHand === 17,
    'the till hears of the level',
  );
  const before = (await scan(till)).items[0] as Scanned;

  await stop(shop);
  await until(() => till.agent.host.parent?.state !== 'up', 'the till is cut off');
  await stop(till);
  const again = await start(folder);
  const { status, items } = await scan(again);
  expect(status).toBe(200);
  expect(items).toMatchObject([
    {
      sku: 'PEN',
      names: { en: 'Pen' },
      prices: { EUR: 250 },
      levels: { locations: [{ location: 'berlin', onHand: 17, available: 17 }] },
    },
  ]);
  // Its age is that of the last word, and nothing that happens here makes it younger.
  const { levels, catalogue } = items[0] as Scanned;
  expect(levels.asOf >= before.levels.asOf).toBe(true);
  expect(catalogue.asOf >= before.catalogue.asOf).toBe(true);
  await post(again, '/v1/sales', { id: 's2', waitMs: 0, lines: [{ sku: 'PEN', quantity: 1 }] });
  expect((await scan(again)).items[0]).toMatchObject({ levels, catalogue });

  expect((await scan(again, '4006381333932')).status).toBe(400);
  expect((await scan(again, '96385074')).items).toEqual([]);
});
