/** Orders with two names: one Idempotency-Key is one order, whatever ids their clients made for them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PoolId } from '@tallystick/crdt';
import { readAgentConfig, type Served, serveAgent } from '@tallystick/store-agent';
import { expectProblem, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { regionRoutes } from '../../region/region.ts';

const lines = [{ sku: 'LAMP', locationId: 'depot', quantity: 1 }];

let root: TestRoot;
let folder: string;
let region: Served;

const post = async (path: string, body: object, key?: string) => {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  return said(await fetch(`${region.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
};
const order = (id: string | undefined, key?: string, quantity = 1) =>
  post('/v1/orders', { id, lines: [{ ...lines[0], quantity }], waitMs: 0 }, key);
const free = () => region.agent.engine.replica.canSell('LAMP@depot' as PoolId);
const keysFile = () => join(folder, 'order-keys.db');

async function open(): Promise<void> {
  region = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
}

beforeEach(async () => {
  root = new TestRoot();
  await root.start();
  folder = root.addKeepingRegion();
  await open();
  const opening = { id: 'opening', type: 'receive', lines: [{ ...lines[0], quantity: 20 }] };
  expect((await post('/v1/inventory/adjustments', opening)).status).toBe(201);
});

afterEach(async () => {
  await region.stop();
  await root.stop();
});

test('a key is good for the order that it stood beside, also after a restart', async () => {
  expect((await order('a', 'key-1')).status).toBe(201);
  for (const act of [async () => {}, () => region.stop().then(open)]) {
    await act();
    expectProblem(await order('b', 'key-1'), 422, 'document_differs');
    expectProblem(await order(undefined, 'key-1'), 422, 'document_differs');
    const again = await order('a', 'key-1');
    expect(again).toMatchObject({ status: 201, body: { id: 'a' } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  }
  expect(free()).toBe(19);
  expect((await order('b', 'key-2')).status).toBe(201);
});

test('two at once under one key are one order', async () => {
  const answers = await Promise.all(['a', 'b', 'c', 'a'].map((id) => order(id, 'key-1')));
  expect(answers.map(({ status }) => status)).toEqual([201, 422, 422, 201]);
  expect(free()).toBe(19);
});

test('the key of an order that has no other name is no other order’s', async () => {
  expect((await order(undefined, 'key-1')).body).toMatchObject({ id: 'key-1' });
  expectProblem(await order('a', 'key-1'), 422, 'document_differs');
  expect((await order('key-1', '"key-1"')).headers.get('idempotent-replayed')).toBe('true');
});

test('a refusal leaves the key free; one that was asked for twice keeps it where one of them was not refused', async () => {
  expectProblem(await order('a', 'key-1', 21), 409, 'insufficient_stock');
  expect((await order('b', 'key-1')).status).toBe(201);
  const [few, many] = await Promise.all([order('c', 'key-2', 2), order('c', 'key-2', 30)]);
  expect([few.status, many.status]).toEqual([201, 422]);
  expectProblem(await order('d', 'key-2'), 422, 'document_differs');
  await region.stop();
  await open();
  expectProblem(await order('d', 'key-2'), 422, 'document_differs');
});

test('who gives one name alone opens no file, and keys of a hundred days ago are forgotten', async () => {
  expect((await order('a')).status).toBe(201);
  expect((await order(undefined, 'key-1')).status).toBe(201);
  expect(existsSync(keysFile())).toBe(false);
  expect((await order('b', 'key-2')).status).toBe(201);
  const db = new Database(keysFile());
  db.prepare('update order_key set made_ms = made_ms - ?').run(101 * 86_400_000);
  expect((await order('c', 'key-3')).status).toBe(201);
  expect(db.prepare('select name from order_key').pluck().all()).toEqual(['key-3']);
  db.close();
});
