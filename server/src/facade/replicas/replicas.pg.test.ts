/** Replicas at a region's door: who there is, how they fare, what they hold; a new one, and one that is lost. */
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import { enrol, openIdentity } from '@tallystick/store-agent';
import { expectProblem, type Said, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;
let url: string;

const get = async (path: string) => said(await fetch(`${url}${path}`));
const post = async (path: string, body: object) => {
  const headers = { 'content-type': 'application/json' };
  return said(await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
};
const linkOf = async (id: string) => (await get(`/v1/replicas/${id}`)).body.link;

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url as string;
  const lines = [{ sku: 'MUG', quantity: 12 }];
  expect((await fleet.post('depot', '/v1/receipts', { id: 'opening', lines })).status).toBe(201);
});

describe('replicas', () => {
  test('are listed with their links, as their parents say', async () => {
    for (const id of ['depot', 'eu']) await until(async () => (await linkOf(id)) === 'up', `${id} is seen`);
    const { body } = await get('/v1/replicas');
    expect(body).toMatchObject({
      items: [
        { id: 'depot', kind: 'warehouse', parent: 'eu', location: 'depot', status: 'enrolled', link: 'up' },
        { id: 'eu', kind: 'region', parent: 'authority', location: null, status: 'enrolled', link: 'up' },
      ],
      nextCursor: null,
    });
    const first = await get('/v1/replicas?limit=1');
    const rest = await get(`/v1/replicas?limit=1&cursor=${first.body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ id: 'eu' }], nextCursor: null });
    await fleet.stopOne('depot');
    await until(async () => (await linkOf('depot')) === 'down', 'its parent says that it is away');
    const lag = async () => (await get('/v1/replicas/depot')).body.lag;
    await until(async () => (await lag()) === null, 'nobody can say how far it has come');
  });

  test('tell their lives and their lag, and what they may sell, page by page', async () => {
    let body: Said['body'] = {};
    await until(async () => {
      ({ body } = await get('/v1/replicas/depot'));
      return (body.lag as { unsettledEntries: number } | null)?.unsettledEntries === 0;
    }, 'all of it stands in the books');
    expect(body.lives).toHaveLength(1);
    expect(body).toMatchObject({ children: [], lag: { unsentEntries: 0 } });
    expect((await get('/v1/replicas/eu')).body.children).toEqual(['depot']);
    const held = async () => {
      const pages = await Promise.all(['depot', 'eu'].map((id) => get(`/v1/replicas/${id}/rights`)));
      return pages
        .flatMap((page) => page.body.items as { sku: string; free: number; underWay: number }[])
        .filter(({ sku }) => sku === 'MUG')
        .reduce((sum, { free, underWay }) => sum + free + underWay, 0);
    };
    await until(async () => (await held()) <= 12 && (await held()) > 0, 'who holds them is in the books');
    expectProblem(await get('/v1/replicas/nobody'), 404, 'not_found');
    expectProblem(await get('/v1/replicas/nobody/rights'), 404, 'not_found');
    expectProblem(await get('/v1/replicas?cursor=!!'), 400, 'invalid_request');
  });

  test('say together how selling goes, at this moment and over time', async () => {
    const sums = async () => (await get('/v1/fleet')).body.sums as { sold: number; refused: number };
    const before = await sums();
    const lines = [{ sku: 'MUG', quantity: 1 }];
    expect((await post('/v1/orders', { lines, waitMs: 10_000 })).status).toBe(201);
    expect((await post('/v1/orders', { lines: [{ sku: 'MUG', quantity: 99 }] })).status).toBe(409);
    await until(async () => (await sums()).sold === before.sold + 1, 'the sale is counted');
    const { body } = await get('/v1/fleet/history?minutes=5');
    const last = (body.items as { at: string }[]).at(-1);
    expect(last).toMatchObject({ sold: before.sold + 1, refused: before.refused + 1 });
    expect((await get('/v1/fleet')).body).toMatchObject({ items: [{ id: 'depot', lives: 1 }, { id: 'eu' }] });
    for (const minutes of ['0', '1441', 'all'])
      expectProblem(await get(`/v1/fleet/history?minutes=${minutes}`), 400, 'invalid_request');
  });

  test('are let in with a code, the newest alone', async () => {
    const first = await post('/v1/replicas', { id: 'kiel', kind: 'store', parent: 'eu' });
    expect(first).toMatchObject({ status: 201, body: { id: 'kiel' } });
    const second = await post('/v1/replicas', { id: 'kiel', kind: 'store', parent: 'eu' });
    expect((await get('/v1/replicas/kiel')).body).toMatchObject({ status: 'expected', link: 'down' });
    const link = `${url.replace('http', 'ws')}/link`;
    const key = openIdentity(join(fleet.folder, 'kiel.pem'));
    const bad = enrol(link, 'kiel' as ReplicaId, first.body.code as string, key);
    await expect(bad).rejects.toThrow();
    await enrol(link, 'kiel' as ReplicaId, second.body.code as string, key);
    expect((await get('/v1/replicas/kiel')).body).toMatchObject({ status: 'enrolled' });
    const other = await post('/v1/replicas', { id: 'kiel', kind: 'warehouse', parent: 'eu' });
    expectProblem(other, 400, 'invalid_request');
    const nowhere = await post('/v1/replicas', { id: 'ulm', kind: 'store', parent: 'eu', location: 'ulm' });
    expectProblem(nowhere, 404, 'unknown_location');
  });

  test('that are lost are shut out; what was counted is sold by others, once', async () => {
    const held = async () => (await get('/v1/replicas/depot/rights')).body.items as { free: number }[];
    await until(async () => ((await held())[0]?.free ?? 0) > 1, 'the books know what the depot may sell');
    expectProblem(await post('/v1/replicas/eu/retire', { id: 'r-0' }), 403, 'forbidden');
    await fleet.stopOne('depot');
    for (const [wrong, code] of [
      [{ sku: 'MUGG' }, 'unknown_sku'],
      [{ locationId: 'depott' }, 'unknown_location'],
    ] as const) {
      const counted = [{ sku: 'MUG', locationId: 'depot', quantity: 1, ...wrong }];
      expectProblem(await post('/v1/replicas/depot/retire', { id: 'r-1', counted }), 404, code);
    }
    expect((await get('/v1/replicas/depot')).body).toMatchObject({ status: 'enrolled' });
    const counted = [{ sku: 'MUG', locationId: 'depot', quantity: 1 }];
    const answers = [];
    for (let again = 0; again < 2; again += 1)
      answers.push(await post('/v1/replicas/depot/retire', { id: 'r-1', counted }));
    expect(answers[0]).toMatchObject({
      status: 201,
      body: { id: 'r-1', replica: 'depot', reclaimed: { units: 1, pools: 1 } },
    });
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect((await get('/v1/replicas/depot')).body).toMatchObject({ status: 'retired' });
    const fenced = async () => (await get('/v1/replicas/depot')).body.fenced;
    await until(async () => (await fenced()) === 'retired', 'the books have heard that it is shut out');
    expectProblem(await post('/v1/replicas/depot/retire', {}), 400, 'invalid_request');
    expectProblem(await post('/v1/replicas/nobody/retire', { id: 'r-2' }), 404, 'not_found');
  });

  test('that never came are taken off the list of those that are waited for', async () => {
    const { body } = await post('/v1/replicas', { id: 'kiel', kind: 'store', parent: 'eu' });
    for (let again = 0; again < 2; again += 1)
      expect((await post('/v1/replicas/kiel/retire', { id: 'r-1' })).status).toBe(201);
    const link = `${url.replace('http', 'ws')}/link`;
    const key = openIdentity(join(fleet.folder, 'kiel.pem'));
    await expect(enrol(link, 'kiel' as ReplicaId, body.code as string, key)).rejects.toThrow();
    expect((await get('/v1/replicas/kiel')).body).toMatchObject({ status: 'retired' });
  });

  test('are the authority’s matter: while it is away the answer is to try later', async () => {
    await fleet.authorities[0]?.app.close();
    for (const path of ['/v1/replicas', '/v1/replicas/eu', '/v1/replicas/eu/rights', '/v1/fleet/history']) {
      const away = await get(path);
      expectProblem(away, 503, 'authority_unreachable');
      expect(away.headers.get('retry-after')).not.toBeNull();
    }
  });
});
