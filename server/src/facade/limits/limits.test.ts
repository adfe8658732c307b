/** Limits at a region's door: whoever asks too often is told how long to wait, and nothing happens. */
import { readAgentConfig, type Served, serveAgent, writeAgentFile } from '@tallystick/store-agent';
import { expectProblem, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { regionRoutes } from '../../region/region.ts';

let root: TestRoot;
let region: Served;

beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  const folder = root.addReplica('eu', 'region', 'authority', root.url, null);
  const { dataDir: _, logLevel: __, ...file } = readAgentConfig(folder);
  // So slow that no test sees another token come.
  const rates = { write: { perSecond: 0.01, burst: 2 } };
  writeAgentFile(folder, {
    ...file,
    location: null,
    settings: { ...file.settings, rates, proxies: ['127.0.0.1'] },
  });
  region = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
});

afterAll(async () => {
  await region.stop();
  await root.stop();
});

describe('limits', () => {
  test('name the policy and what is left, refuse what is more with 429, and leave other classes alone', async () => {
    const order = (id: string, headers: Record<string, string> = {}) =>
      fetch(`${region.url}/v1/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ id, lines: [{ sku: 'LAMP', quantity: 1, locationId: 'nowhere' }], waitMs: 0 }),
      });
    const first = await order('o1');
    expect(first.headers.get('ratelimit-policy')).toBe('"write";q=2;w=200');
    expect(first.headers.get('ratelimit')).toBe('"write";r=1;t=100');
    expect((await order('o2')).status).toBe(404);
    const refused = await said(await order('o3'));
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(90);
    expect(refused.headers.get('ratelimit')).toMatch(/^"write";r=0;t=\d+$/);
    const other = await order('o4', { 'x-forwarded-for': '203.0.113.9' });
    expect(other.headers.get('ratelimit'), 'somebody else behind the same proxy').toBe('"write";r=1;t=100');
    expect((await fetch(`${region.url}/v1/inventory`)).status).toBe(200);
    expect((await fetch(`${region.url}/healthz`)).status).toBe(200);
  });
});
