/** Answers that never came: the same request again, at once, or after the process was killed around its commit. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PoolId } from '@tallystick/crdt';
import { readAgentConfig, type Served, serveAgent } from '@tallystick/store-agent';
import { expectProblem, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { regionRoutes } from '../region/region.ts';

const DOOR = fileURLToPath(new URL('killed-door.test-kit.ts', import.meta.url));
const LAMPS = 'LAMP@depot' as PoolId;
const lines = [{ sku: 'LAMP', locationId: 'depot', quantity: 3 }];
const receipt = { type: 'receive', lines };

let root: TestRoot;
let folder: string;
let region: Served | undefined;

beforeEach(async () => {
  root = new TestRoot();
  await root.start();
  folder = root.addKeepingRegion();
  const { url } = await open();
  expect(
    (
      await post(url, '/v1/inventory/adjustments', 'opening', {
        ...receipt,
        lines: [{ ...lines[0], quantity: 20 }],
      })
    ).status,
  ).toBe(201);
});

afterEach(async () => {
  await region?.stop();
  region = undefined;
  await root.stop();
});

async function open(): Promise<Served> {
  const served = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes);
  region = served;
  await until(() => served.agent.unready() === undefined, 'the region is ready');
  return served;
}

function send(url: string, path: string, key: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `"${key}"` };
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}
const post = async (url: string, path: string, key: string, body: object) =>
  said(await send(url, path, key, body));

/** Sends it to a door that dies around its commit: nobody answers. */
async function sendAndDie(when: 'before' | 'after', path: string, key: string, body: object): Promise<void> {
  await region?.stop();
  region = undefined;
  const loader = ['--conditions=tallystick-source', '--import=tsx'];
  const child = spawn(process.execPath, [...loader, DOOR, folder, when, key], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [url] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const base = url.trim();
  await until(async () => (await fetch(`${base}/readyz`)).ok, 'the door is ready');
  await expect(send(base, path, key, body)).rejects.toThrow();
  expect(await ended).toEqual([null, 'SIGKILL']);
}

const CASES = [
  ['an order', '/v1/orders', { lines, waitMs: 0 }, { free: 17 }],
  ['a hold', '/v1/holds', { lines, ttlMs: 3_600_000, waitMs: 0 }, { free: 17 }],
  ['a delivery', '/v1/inventory/adjustments', receipt, { free: 23 }],
] as const;

describe('the same Idempotency-Key', () => {
  test.each(CASES)('eight times at once is %s once', async (_, path, body, { free }) => {
    const { url, agent } = region as Served;
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, path, 'key-1', body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(agent.engine.replica.canSell(LAMPS)).toBe(free);
  });

  test('at once for two different orders is one of them, and 422 for the other', async () => {
    const { url, agent } = region as Served;
    const answers = await Promise.all(
      [1, 2].map((quantity) =>
        post(url, '/v1/orders', 'key-1', { lines: [{ ...lines[0], quantity }], waitMs: 0 }),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(1);
    for (const answer of refused) expectProblem(answer, 422, 'document_differs');
    const lost = refused[0] === answers[0] ? 1 : 2;
    expect(agent.engine.replica.canSell(LAMPS)).toBe(20 - (3 - lost));
  });
});

describe('[D1] a process that is killed', () => {
  test.each(CASES)(
    'between the commit and the answer: %s is there once, and the retry says so',
    { timeout: 120_000 },
    async (_, path, body, { free }) => {
      await sendAndDie('after', path, 'key-1', body);
      const { url, agent } = await open();
      expect(agent.engine.replica.canSell(LAMPS)).toBe(free);
      const again = await post(url, path, 'key-1', body);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
      expect(agent.engine.replica.canSell(LAMPS)).toBe(free);
    },
  );

  test.each(CASES)(
    'before the commit: %s is not there, and the retry makes it',
    { timeout: 120_000 },
    async (_, path, body, { free }) => {
      await sendAndDie('before', path, 'key-1', body);
      const { url, agent } = await open();
      expect(agent.engine.replica.canSell(LAMPS)).toBe(20);
      const again = await post(url, path, 'key-1', body);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, null]);
      expect(agent.engine.replica.canSell(LAMPS)).toBe(free);
    },
  );
});
