/** A disk that takes nothing more: whatever is asked for is 503, with when to ask again, and nothing is sold. */
import type { PoolId } from '@tallystick/crdt';
import { readAgentConfig, type Served, SqliteJournal, serveAgent } from '@tallystick/store-agent';
import { expectProblem, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { regionRoutes } from '../../region/region.ts';

const LAMPS = 'LAMP@depot' as PoolId;
let root: TestRoot;
let region: Served;
let isFull = false;

function openJournal(dataDir: string): SqliteJournal {
  const journal = SqliteJournal.open({ folder: dataDir });
  const commit = journal.commit.bind(journal);
  journal.commit = (writes) => {
    if (isFull) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return commit(writes);
  };
  return journal;
}

async function post(path: string, body: object) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
  return said(await fetch(`${region.url}${path}`, { ...init, body: JSON.stringify(body) }));
}

const line = { sku: 'LAMP', locationId: 'depot', quantity: 1 };
const orders = ['b-1', 'b-2'].map((id) => ({ id, lines: [line] }));

beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  const folder = root.addKeepingRegion();
  region = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes, openJournal);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
  const receipt = { id: 'opening', type: 'receive', lines: [{ ...line, quantity: 20 }] };
  expect((await post('/v1/inventory/adjustments', receipt)).status).toBe(201);
});

afterAll(async () => {
  isFull = false;
  await region.stop();
  await root.stop();
});

test.each([
  ['the commit that fails', false],
  ['what comes after it', true],
])('a batch, all or nothing or each for itself: %s', async (_, isKnown) => {
  isFull = true;
  if (isKnown) expectProblem(await post('/v1/orders', { id: 'o-1', lines: [line] }), 503, 'read_only');
  const refused = await post('/v1/orders/batch', { orders });
  expectProblem(refused, 503, 'read_only');
  expect(refused.headers.get('retry-after')).not.toBeNull();
  const each = await post('/v1/orders/batch?partial=true', { orders });
  expect(each.body.results).toMatchObject([{ status: 503 }, { status: 503 }]);
  expect(region.agent.engine.replica.canSell(LAMPS)).toBe(20);
});
