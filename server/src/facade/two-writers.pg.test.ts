/** A region of two writers: any door takes any request, and only the owner of an id answers for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownerOf, type ReplicaId } from '@tallystick/crdt';
import { readAgentConfig, writeAgentFile } from '@tallystick/store-agent';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';

const KILLED = fileURLToPath(new URL('killed-door.test-kit.ts', import.meta.url));
const WRITERS = ['eu-a', 'eu-b'] as const;
type Door = (typeof WRITERS)[number];

let fleet: TestFleet;

const ownedBy = (door: Door, count: number): string[] => {
  const ids: string[] = [];
  for (let i = 0; ids.length < count; i += 1) {
    if (ownerOf(`order-${i}`, WRITERS as readonly string[] as ReplicaId[]) === door) ids.push(`order-${i}`);
  }
  return ids;
};
const urlOf = (door: Door) => fleet.served.get(door)?.url as string;

async function call(door: Door, method: string, path: string, body?: unknown) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return said(await fetch(`${urlOf(door)}${path}`, init));
}

const order = (id: string) => ({
  id,
  lines: [{ lineId: 'a', sku: 'MUG', quantity: 1, locationId: 'depot' }],
  waitMs: 10_000,
});

/** Both know the list, which needs the ports: so they are stopped once, told, and started on them again. */
beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('depot', 'warehouse', 'authority', 'depot');
  for (const door of WRITERS) await fleet.add(door, 'region', 'authority', null);
  const writers = WRITERS.map((replica) => ({ replica, url: urlOf(replica) }));
  for (const { replica, url } of writers) {
    await fleet.stopOne(replica);
    const folder = join(fleet.folder, replica);
    const { dataDir: _, logLevel: __, location: ___, ...file } = readAgentConfig(folder);
    const settings = { ...file.settings, writers, customers: { keptIn: 'region' as const } };
    writeAgentFile(folder, { ...file, location: null, port: Number(new URL(url).port), settings });
    await fleet.run(replica);
  }
  const opening = { id: 'opening', lines: [{ sku: 'MUG', quantity: 20 }] };
  expect((await fleet.post('depot', '/v1/receipts', opening)).status).toBe(201);
});

describe('a region of two writers', () => {
  test('[T8] sells each order once, whichever door the retry goes through', async () => {
    for (const owner of WRITERS) {
      for (const id of ownedBy(owner, 2)) {
        const first = await call('eu-a', 'POST', '/v1/orders', order(id));
        expect(first).toMatchObject({ status: 201, body: { id, owner } });
        const again = await call('eu-b', 'POST', '/v1/orders', order(id));
        expect(again).toMatchObject({ status: 201, body: { id, owner } });
        expect(again.headers.get('idempotent-replayed')).toBe('true');
        expect((await call('eu-b', 'GET', `/v1/orders/${id}`)).body).toMatchObject({ id, owner });
      }
    }
  });

  test('knows the order beside which a key stood, whoever owns the two ids and whichever door is asked', async () => {
    const [mine, other] = [ownedBy('eu-a', 2), ownedBy('eu-b', 2)];
    const place = async (door: Door, id: string, key: string) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      const init = { method: 'POST', headers, body: JSON.stringify(order(id)) };
      return said(await fetch(`${urlOf(door)}/v1/orders`, init));
    };
    for (const [i, id] of [...mine, ...other].entries()) {
      for (const keyOf of WRITERS) {
        // A key of the one or the other writer, and of no order.
        const key = ownedBy(keyOf, 10 + i)[9 + i] as string;
        const [first, second] = await Promise.all(WRITERS.map((door) => place(door, `${id}`, key)));
        expect([first?.status, second?.status]).toEqual([201, 201]);
        for (const door of WRITERS)
          expectProblem(await place(door, `other-${i}`, key), 422, 'document_differs');
      }
    }
  });

  test('cancels and holds through either door', async () => {
    const [mine, other] = [ownedBy('eu-a', 1), ownedBy('eu-b', 1)].flat() as [string, string];
    for (const id of [mine, other]) {
      await call('eu-a', 'POST', '/v1/orders', order(id));
      expect((await call('eu-b', 'POST', `/v1/orders/${id}/cancel`)).body).toMatchObject({
        status: 'cancelled',
      });
      const hold = {
        id,
        ttlMs: 60_000,
        waitMs: 10_000,
        lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }],
      };
      expect((await call('eu-b', 'POST', '/v1/holds', hold)).status).toBe(201);
      expect((await call('eu-a', 'POST', `/v1/holds/${id}/release`)).body).toMatchObject({ status: 'ended' });
    }
  });

  test('passes on what the caller calls the request', async () => {
    const [id] = ownedBy('eu-b', 1) as [string];
    const hold = {
      id,
      ttlMs: 60_000,
      waitMs: 10_000,
      lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }],
    };
    await call('eu-a', 'POST', '/v1/holds', hold);
    const init = { method: 'POST', headers: { 'idempotency-key': 'order-of-the-hold' } };
    const confirmed = await fetch(`${urlOf('eu-a')}/v1/holds/${id}/confirm`, init);
    expect(await confirmed.json()).toMatchObject({ id: 'order-of-the-hold', owner: 'eu-b' });
    const read = async () => (await fetch(`${urlOf('eu-a')}/v1/orders/order-of-the-hold`)).status;
    await until(async () => (await read()) === 200, 'the other door finds it, if need be in the books');
  });

  test('answers for a customer through either door, whichever of its writers keeps what is known of them', async () => {
    const person = { name: 'Grace Hopper' };
    const init = (body: object) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'grace' },
      body: JSON.stringify(body),
    });
    const register = async (door: Door, body: object) =>
      said(await fetch(`${urlOf(door)}/v1/customers`, init(body)));
    expect((await register('eu-a', person)).status).toBe(201);
    const again = await register('eu-b', person);
    expect(again).toMatchObject({ status: 201, body: { id: 'grace', ...person } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expectProblem(await register('eu-b', { name: 'Other' }), 422, 'document_differs');
    const read = await call('eu-b', 'GET', '/v1/customers/grace');
    expect(read).toMatchObject({ status: 200, body: person });
    expect(read.headers.get('etag')).toBe('"1"');
    const changed = await fetch(`${urlOf('eu-b')}/v1/customers/grace`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json', 'if-match': '"1"' },
      body: JSON.stringify({ locale: 'en' }),
    });
    expect(await changed.json()).toMatchObject({ ...person, locale: 'en' });
    expect((await call('eu-b', 'GET', '/v1/customers/grace/export')).body).toMatchObject({
      customer: person,
    });
    await fleet.stopOne('eu-a');
    expectProblem(await call('eu-b', 'GET', '/v1/customers/grace'), 503, 'owner_unreachable');
    await fleet.run('eu-a');
    expect((await call('eu-b', 'POST', '/v1/customers/grace/erase')).status).toBe(200);
    expectProblem(await call('eu-a', 'GET', '/v1/customers/grace'), 404, 'unknown_customer');
  });

  test('takes no request for passed on that a door of the region did not pass on', async () => {
    const [id] = ownedBy('eu-b', 1) as [string];
    const forged = async (header: string) => {
      const headers = { 'content-type': 'application/json', 'x-tallystick-forwarded': header };
      const init = { method: 'POST', headers, body: JSON.stringify(order(id)) };
      return said(await fetch(`${urlOf('eu-a')}/v1/orders`, init));
    };
    for (const header of ['eu-b', 'anything', `eu-b ${Date.now()} AAAA`, `depot ${Date.now()} AAAA`])
      expectProblem(await forged(header), 403, 'forbidden');
    expectProblem(await call('eu-a', 'GET', `/v1/orders/${id}`), 404, 'unknown_order');
    expect(await call('eu-a', 'POST', '/v1/orders', order(id))).toMatchObject({ body: { owner: 'eu-b' } });
  });

  test('goes on for what it owns when the other is gone, and answers 503 for the rest, never for it', async () => {
    const [mine] = ownedBy('eu-a', 1) as [string];
    const [lost, late] = ownedBy('eu-b', 2) as [string, string];
    await call('eu-a', 'POST', '/v1/orders', order(lost));
    await fleet.stopOne('eu-b');
    expect((await call('eu-a', 'POST', '/v1/orders', order(mine))).status).toBe(201);
    for (const id of [lost, late]) {
      const refused = await call('eu-a', 'POST', '/v1/orders', order(id));
      expectProblem(refused, 503, 'owner_unreachable');
      expect(refused.headers.get('retry-after')).not.toBeNull();
    }
    await fleet.run('eu-b');
    const again = await call('eu-a', 'POST', '/v1/orders', order(lost));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await call('eu-a', 'POST', '/v1/orders', order(late))).body).toMatchObject({ owner: 'eu-b' });
  });

  test('[D1] an owner killed between its commit and its answer: the door that passed it on says 503, and the retry finds the one order', async () => {
    const [id] = ownedBy('eu-b', 1) as [string];
    await fleet.stopOne('eu-b');
    const loader = ['--conditions=tallystick-source', '--import=tsx'];
    const owner = spawn(process.execPath, [...loader, KILLED, join(fleet.folder, 'eu-b'), 'after', id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void owner.kill('SIGKILL'));
    const ended = once(owner, 'exit');
    const [url] = (await once(owner.stdout.setEncoding('utf8'), 'data')) as [string];
    const link = async () =>
      ((await (await fetch(`${url.trim()}/v1/status`)).json()) as { parent: { link: string } }).parent.link;
    await until(async () => (await link()) === 'up', 'the owner has its link');
    const unheard = await call('eu-a', 'POST', '/v1/orders', order(id));
    expectProblem(unheard, 503, 'owner_unreachable');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await fleet.run('eu-b');
    const again = await call('eu-a', 'POST', '/v1/orders', order(id));
    expect(again).toMatchObject({ status: 201, body: { id, owner: 'eu-b' } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const available = async () => (await call('eu-a', 'GET', '/v1/inventory/MUG')).body.available;
    await until(async () => (await available()) === 19, 'it was sold once');
  });

  test('[T8] the same id through two regions, by a client that failed over: one survives, the other is reinstated once', async () => {
    await fleet.add('us', 'region', 'authority', null);
    const us = fleet.served.get('us')?.url as string;
    const [id] = ownedBy('eu-a', 1) as [string];
    await call('eu-a', 'POST', '/v1/orders', order(id));
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order(id)),
    };
    expect((await fetch(`${us}/v1/orders`, init)).status).toBe(201);
    const copy = async () =>
      (await fetch(`${us}/v1/orders/${id}`)).json() as Promise<{ owner: string; status: string }>;
    await until(async () => (await copy()).status === 'cancelled', 'the books had the copy cancelled');
    expect(await copy()).toMatchObject({ owner: 'us' });
    const available = async () => (await call('eu-a', 'GET', '/v1/inventory/MUG')).body.available;
    await until(async () => (await available()) === 19, 'what the copy took is free again, and only that');
    const again = await fetch(`${us}/v1/orders/${id}/cancel`, { method: 'POST' });
    expect(await again.json()).toMatchObject({ status: 'cancelled', lines: [{ quantity: 1, cancelled: 1 }] });
    expect((await call('eu-a', 'GET', `/v1/orders/${id}`)).body).toMatchObject({
      owner: 'eu-a',
      status: 'confirmed',
    });
  });
});
