/** The other writer of a region goes away in the middle of its answer: who asked is told to ask again, and hears no half of it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ownerOf, type ReplicaId } from '@tallystick/crdt';
import { readAgentConfig, type Served, serveAgent, writeAgentFile } from '@tallystick/store-agent';
import { expectProblem, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { regionRoutes } from '../region/region.ts';

let root: TestRoot;
let region: Served;
let other: Server;
/** What the other writer does with what it is passed. */
let ends: 'at once' | 'in its head' | 'in its body' = 'at once';

beforeAll(async () => {
  other = createServer((_request, response) => {
    const socket = response.socket as NonNullable<typeof response.socket>;
    const begun = { 'at once': '', 'in its head': 'HTTP/1.1 201 Cre', 'in its body': HEAD }[ends];
    socket.write(begun, () => socket.destroy());
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  root = new TestRoot();
  await root.start();
  const folder = root.addReplica('eu-a', 'region', 'authority', root.url, null);
  const { dataDir: _, logLevel: __, ...file } = readAgentConfig(folder);
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const writers = [
    { replica: 'eu-a', url: 'http://127.0.0.1:9' },
    { replica: 'eu-b', url },
  ];
  writeAgentFile(folder, { ...file, location: null, settings: { ...file.settings, writers } });
  region = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
});

afterAll(async () => {
  await region.stop();
  await root.stop();
  other.close();
});

const HEAD = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"id":';
const lines = [{ sku: 'LAMP', quantity: 1, locationId: 'depot' }];

test.each(['at once', 'in its head', 'in its body'] as const)(
  'an owner that goes away %s is one that cannot be reached',
  async (when) => {
    ends = when;
    let n = 0;
    const writers = ['eu-a', 'eu-b'] as ReplicaId[];
    while (ownerOf(`order-${n}`, writers) !== 'eu-b') n += 1;
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ id: `order-${n}`, lines });
    const answer = await said(await fetch(`${region.url}/v1/orders`, { ...init, body }));
    expectProblem(answer, 503, 'owner_unreachable');
    expect(answer.headers.get('retry-after')).not.toBeNull();
  },
);
