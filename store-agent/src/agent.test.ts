import { copyFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { PoolId } from '@tallystick/crdt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAgentConfig } from './config.ts';
import { restoreJournal } from './journal/restore.ts';
import { TestRoot, until } from './root.test-kit.ts';
import { type Served, serveAgent } from './serve.ts';

const LAMPS = 'LAMP@berlin' as PoolId;

async function post(served: Served, path: string, body: unknown) {
  const response = await fetch(`${served.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a shop under a root, on real sockets and a real journal', () => {
  let root: TestRoot;
  let running: Served[] = [];

  const start = async (folder: string) => {
    const served = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
    running.push(served);
    return served;
  };

  beforeEach(async () => {
    root = new TestRoot();
    await root.start();
  });
  afterEach(async () => {
    for (const served of running) await served.stop();
    running = [];
    await root.stop();
  });

  test('[D1] receives, sells, and the sale settles at the root', async () => {
    const shop = await start(root.addShop('berlin'));
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    expect(
      (await post(shop, '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 5 }] })).status,
    ).toBe(201);
    const sale = await post(shop, '/v1/sales', { id: 'o1', lines: [{ sku: 'LAMP', quantity: 2 }] });
    expect(sale.status).toBe(201);
    expect(shop.agent.engine.replica.canSell(LAMPS)).toBe(3);
    await until(() => shop.agent.order('o1').stage === 'settled', 'the sale settles');
    const again = await post(shop, '/v1/sales', { id: 'o1', lines: [{ sku: 'LAMP', quantity: 2 }] });
    expect(again.status).toBe(201);
    expect(shop.agent.engine.replica.canSell(LAMPS)).toBe(3);
  });

  test('a warehouse that the catalogue names later is where lines may come from', async () => {
    const shop = await start(root.addShop('berlin'));
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    expect(shop.agent.sellsFrom()).toEqual(['berlin']);
    const place = { name: 'Hall', kind: 'warehouse', keeper: 'berlin', timeZone: 'Europe/Berlin' };
    root.put('location', 'hall', { id: 'hall', ...place, currency: 'EUR' });
    await until(() => shop.agent.catalogue.location('hall') !== undefined, 'the catalogue names the hall');
    expect(shop.agent.sellsFrom()).toEqual(['berlin', 'hall']);
  });

  test('[T4] [L3] a till asks its shop for units and sells on while the link is cut', async () => {
    const shop = await start(root.addShop('berlin'));
    const link = `${shop.url.replace('http', 'ws')}/link`;
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    await post(shop, '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 50 }] });
    const folder = root.addShop('till-1', 'berlin', link);
    const till = await start(folder);
    await until(() => till.agent.unready() === undefined, 'the till is ready');
    const first = await post(till, '/v1/sales', { id: 't1', lines: [{ sku: 'LAMP', quantity: 2 }] });
    expect(first.body).toMatchObject({ id: 't1', status: 'delivered' });
    const granted = till.agent.engine.replica.canSell(LAMPS);
    expect(granted).toBeGreaterThan(0);
    await shop.stop();
    running = running.filter((served) => served !== shop);
    await until(() => till.agent.host.parent?.state !== 'up', 'the link is down');
    const offline = await post(till, '/v1/sales', { id: 't2', lines: [{ sku: 'LAMP', quantity: granted }] });
    expect(offline.status).toBe(201);
    const one = { id: 't3', lines: [{ sku: 'LAMP', quantity: 1 }], waitMs: 0 };
    const over = await post(till, '/v1/sales', one);
    expect(over.status).toBe(409);
    expect(over.body).toMatchObject({ code: 'insufficient_stock' });
  });

  test('[T8] a replica that was restored is not ready before its parent said what it did: it refuses every sale', async () => {
    const folder = root.addShop('berlin');
    const shop = await start(folder);
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    await post(shop, '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 5 }] });
    const backup = join(folder, 'backup');
    await shop.stop();
    copyFileSync(join(folder, 'journal.db'), backup);
    restoreJournal({ backup, folder, nowMs: 0 });
    const cutOff = readAgentConfig(folder, { logLevel: 'silent', parentUrl: 'ws://127.0.0.1:1/link' });
    const alone = await serveAgent(cutOff);
    const sale = { id: 'o1', lines: [{ sku: 'LAMP', quantity: 1 }] };
    expect(await post(alone, '/v1/sales', sale)).toMatchObject({ body: { code: 'former_lives_unknown' } });
    expect((await fetch(`${alone.url}/readyz`)).status).toBe(503);
    await alone.stop();
    running = [];
    const back = await start(folder);
    await until(() => back.agent.unready() === undefined, 'its parent has told it');
    expect((await fetch(`${back.url}/readyz`)).status).toBe(200);
  });

  test('[F8] an override sells the goods in the customer’s hands, also without naming a place', async () => {
    const shop = await start(root.addShop('berlin'));
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    await post(shop, '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 1 }] });
    const lines = [{ sku: 'LAMP', quantity: 3 }];
    const refused = await post(shop, '/v1/sales', { id: 'o1', lines, waitMs: 0 });
    expect(refused.body).toMatchObject({ code: 'insufficient_stock' });
    const override = { reason: 'customer holds them' };
    const sold = await post(shop, '/v1/sales', { id: 'o1', lines, waitMs: 0, override });
    expect(sold).toMatchObject({ status: 201, body: { lines: [{ quantity: 3, owed: 2 }] } });
  });

  test('[L7] a stranger who upgrades elsewhere and resets ends nothing', async () => {
    const shop = await start(root.addShop('berlin'));
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(Number(new URL(shop.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
      socket.write('GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      socket.resetAndDestroy();
    }
    expect((await fetch(`${shop.url}/healthz`)).status).toBe(200);
  });
});
