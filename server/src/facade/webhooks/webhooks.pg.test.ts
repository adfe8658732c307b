/** Webhooks from a sale to a receiver that verifies them, through real books; also while leaders are killed. */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { freshDatabase } from '../../authority/postgres/database.test-kit.ts';
import { Vault } from '../../authority/vault.ts';
import { type Endpoint, Endpoints } from '../../webhooks/endpoints.ts';
import { Receiver } from '../../webhooks/receiver.test-kit.ts';
import { noteDeliveries, Records } from '../../webhooks/records.ts';

interface Said {
  readonly status: number;
  readonly isReplayed: boolean;
  readonly retryAfterS: number;
  readonly body: Record<string, unknown>;
}

function client(fleet: TestFleet) {
  const url = fleet.served.get('eu')?.url as string;
  return async (method: string, path: string, body?: object, headers: object = {}): Promise<Said> => {
    const response = await fetch(`${url}/v1/webhooks${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      retryAfterS: Number(response.headers.get('retry-after')),
      isReplayed: response.headers.get('idempotent-replayed') === 'true',
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
}

async function subscribe(call: ReturnType<typeof client>, id: string, receiver: Receiver): Promise<void> {
  const made = await call('POST', '', { id, url: receiver.url, types: ['stock.received'] });
  expect(made).toMatchObject({ status: 201, body: { id, isEnabled: true } });
  receiver.secret = made.body.secret as string;
}

async function shop(authorities = 1) {
  const fleet = await TestFleet.start(authorities);
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  const receive = async (id: string) =>
    expect(
      (await fleet.post('berlin', '/v1/receipts', { id, lines: [{ sku: 'MUG', quantity: 1 }] })).status,
    ).toBe(201);
  return { fleet, call: client(fleet), receive, pool: fleet.authorities[0]?.authority.pool as pg.Pool };
}

test('events arrive signed and in order; one endpoint that hangs holds up nobody; every attempt is shown', async () => {
  const { call, receive } = await shop();
  const good = await Receiver.start();
  const stuck = await Receiver.start();
  stuck.answer = () => {};
  const going = await Receiver.start();
  going.answer = (_, response) => response.writeHead(410).end();
  await subscribe(call, 'good', good);
  await subscribe(call, 'stuck', stuck);
  await subscribe(call, 'going', going);
  for (const id of ['d1', 'd2', 'd3']) await receive(id);
  await until(() => good.seen.length === 3, 'three deliveries came');
  expect(good.subjects).toEqual(['d1', 'd2', 'd3']);
  expect(good.unverified).toEqual([]);
  await until(() => stuck.seen.length > 0, 'the stuck one was asked');
  await until(async () => (await call('GET', '/going')).body.isEnabled === false, '410 disables');
  expect((await call('GET', '/going')).body.nextAttemptAt, 'nobody tries it any more').toBeNull();
  expect(going.subjects).toEqual(['d1']);

  const shown = async () =>
    (await call('GET', '/good/deliveries?state=delivered')).body.items as {
      eventId: string;
      attempts: unknown[];
    }[];
  await until(async () => (await shown()).length === 3, 'deliveries are shown');
  const [newest] = await shown();
  expect(newest?.attempts).toMatchObject([{ kind: 'delivery', status: 204 }]);

  const rotated = await call('POST', '/good/rotate');
  expect(rotated).toMatchObject({ status: 200, body: { secrets: 2 } });
  const again = await call('POST', `/good/deliveries/${newest?.eventId}/redeliver`);
  expect(again).toMatchObject({
    status: 200,
    body: { eventId: newest?.eventId, kind: 'redelivery', status: 204 },
  });
  // Still by the old secret, and by the new one.
  expect(good.unverified).toEqual([]);
  good.secret = rotated.body.secret as string;
  expect(await call('POST', '/good/test')).toMatchObject({
    status: 200,
    body: { kind: 'test', status: 204 },
  });
  expect(good.seen.at(-1)).toMatchObject({ type: 'webhook.test' });
  expect(good.unverified).toEqual([]);
  expect(good.seen.at(-2)?.id).toBe(newest?.eventId);
  expect((await call('POST', '', { id: 'x', url: 'https://192.168.0.1/' })).status).toBe(400);
  expect((await call('DELETE', '/good')).status).toBe(200);
  expect((await call('GET', '/good')).status).toBe(404);
});

test('a secret that was replaced signs for as long as it was said, and not until the next change', async () => {
  const { call, receive, pool } = await shop();
  const receiver = await Receiver.start();
  await subscribe(call, 'erp', receiver);
  await call('POST', '/erp/rotate');
  await receive('d1');
  await until(() => receiver.seen.length === 1, 'it is sent');
  expect(receiver.unverified).toEqual([]);
  // As after a day.
  await pool.query(
    `update tallystick.webhook_endpoints
      set secrets_before = jsonb_set(secrets_before, '{0,until}', to_jsonb(now()))`,
  );
  let sent = 1;
  await until(async () => {
    sent += 1;
    await receive(`d${sent}`);
    await until(() => receiver.seen.length === sent, 'it is sent');
    return receiver.unverified.length > 0;
  }, 'the old secret signs nothing any more');
});

test('as many secrets as may be are valid: it says when the oldest of them ends, and not to try again in a second', async () => {
  const { call, pool } = await shop();
  await subscribe(call, 'erp', await Receiver.start());
  for (let i = 0; i < 4; i += 1) expect((await call('POST', '/erp/rotate')).status).toBe(200);
  await pool.query(
    `update tallystick.webhook_endpoints
      set secrets_before = jsonb_set(secrets_before, '{3,until}', to_jsonb(now() + interval '1 hour'))`,
  );
  const refused = await call('POST', '/erp/rotate');
  expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect(refused.retryAfterS).toBeGreaterThan(3_000);
  expect(refused.retryAfterS).toBeLessThanOrEqual(3_600);
  expect((await call('POST', '/nobody/rotate')).status).toBe(404);
});

test('a secret is sealed at rest, replaced once under a key, and who changed an endpoint stands in the trail', async () => {
  const { call, pool } = await shop();
  const receiver = await Receiver.start();
  await subscribe(call, 'erp', receiver);
  const first = receiver.secret as string;
  const key = { 'idempotency-key': 'rotate-1' };
  const rotated = await call('POST', '/erp/rotate', undefined, key);
  const again = await call('POST', '/erp/rotate', undefined, key);
  expect(again).toEqual({ ...rotated, isReplayed: true });
  expect(again.body).toMatchObject({ secrets: 2 });
  const second = again.body.secret as string;
  expect(second).not.toBe(first);

  const tested = await call('POST', '/erp/test', undefined, { 'idempotency-key': 'test-1' });
  expect(tested).toMatchObject({ status: 200, isReplayed: false, body: { status: 204 } });
  expect(await call('POST', '/erp/test', undefined, { 'idempotency-key': 'test-1' })).toEqual({
    ...tested,
    isReplayed: true,
  });
  expect(receiver.seen).toHaveLength(1);
  expect((await call('PATCH', '/erp', { description: 'ours' })).status).toBe(200);
  expect((await call('DELETE', '/erp', undefined)).status).toBe(200);

  const stored = await pool.query<{ all: string }>(
    `select string_agg(a.entry, '') || (select string_agg(to_jsonb(r)::text, '') from tallystick.idempotent_requests r)
      as all from tallystick.audit a`,
  );
  for (const secret of [first, second]) expect(stored.rows[0]?.all).not.toContain(secret);
  const { rows } = await pool.query<{ said: string }>(
    `select entry::jsonb ->> 'action' || ' ' || (entry::jsonb -> 'what' ->> 'fields') as said
      from tallystick.audit where kind = 'webhook' and subject = 'erp' order by seq`,
  );
  expect(rows.map(({ said }) => said)).toEqual([
    expect.stringMatching(/^created .*"url"/),
    'changed ["secret", "secrets_before"]',
    'changed ["description"]',
    expect.stringMatching(/^removed /),
  ]);
});

test('a secret of an older release or master key is sealed anew at the start, and is still the same', async () => {
  const { pool } = await freshDatabase();
  const [old, current] = [randomBytes(32), randomBytes(32)];
  const before = new Endpoints(pool, new Vault([old]));
  const said = { url: 'https://erp.example/', types: [], description: '' };
  await before.add({ id: 'erp', ...said, secret: 'whsec_one' });
  await before.rotate('erp', 'whsec_two');
  await before.add({ id: 'plain', ...said, secret: 'whsec_three' });
  await pool.query(`update tallystick.webhook_endpoints set secret = 'whsec_three' where id = 'plain'`);
  await pool.query(`update tallystick.webhook_endpoints set attempts = 8, next_at = now() + interval '10 h'`);
  const vault = new Vault([current, old]);
  await new Endpoints(pool, vault).sealAll();
  const { rows } = await pool.query<{ secret: string }>('select secret from tallystick.webhook_endpoints');
  for (const { secret } of rows) expect(secret.split(' ')[0]).toBe(vault.current);
  const endpoints = new Endpoints(pool, new Vault([current]));
  const after = await endpoints.list();
  expect(after.map(({ secrets }) => secrets)).toEqual([['whsec_two', 'whsec_one'], ['whsec_three']]);
  const soon = await endpoints.change('plain', { types: ['order.settled'] });
  expect(soon).toMatchObject({ attempts: 0, types: ['order.settled'] });
  expect(soon?.nextAt.getTime()).toBeLessThan(Date.now() + 3_600_000);
  // A secret that was replaced stays valid for its day, however often it is replaced; and there is an end to it.
  expect((await endpoints.rotate('erp', 'whsec_4'))?.secrets).toEqual(['whsec_4', 'whsec_two', 'whsec_one']);
  for (const secret of ['whsec_5', 'whsec_6']) await endpoints.rotate('erp', secret);
  expect(await endpoints.rotate('erp', 'whsec_7')).toBeUndefined();
  expect((await endpoints.find('erp'))?.secrets).toHaveLength(5);
});

test('an address that is corrected, or an endpoint that somebody says is well, is tried now', async () => {
  const { call, receive, pool } = await shop();
  const [bad, good, ill] = [await Receiver.start(), await Receiver.start(), await Receiver.start()];
  let isWell = false;
  bad.answer = (_, response) => response.writeHead(500).end();
  ill.answer = (_, response) => response.writeHead(isWell ? 204 : 500).end();
  await subscribe(call, 'corrected', bad);
  await subscribe(call, 'mended', ill);
  await receive('d1');
  const attempts = async (id: string) => (await call('GET', `/${id}`)).body.attempts;
  for (const id of ['corrected', 'mended'])
    await until(async () => (await attempts(id)) !== 0, `${id} was tried`);
  // As after some hours.
  await pool.query(
    `update tallystick.webhook_endpoints
      set attempts = 6, next_at = now() + interval '10 hours', version = version + 1`,
  );
  isWell = true;
  const corrected = await call('PATCH', '/corrected', { url: good.url });
  expect(corrected).toMatchObject({ status: 200, body: { attempts: 0, nextAttemptAt: null } });
  expect((await call('PATCH', '/mended', { isEnabled: true })).status).toBe(200);
  for (const id of ['corrected', 'mended'])
    await until(
      async () =>
        ((await call('GET', `/${id}/deliveries?state=delivered`)).body.items as unknown[]).length === 1,
      `${id} took it`,
    );
  expect(good.subjects).toEqual(['d1']);
});

test('an endpoint that is removed and made again under its name is another one', async () => {
  const { call, receive } = await shop();
  const [before, after] = [await Receiver.start(), await Receiver.start()];
  await subscribe(call, 'erp', before);
  await receive('d1');
  await until(() => before.seen.length === 1, 'it is served');
  // At once, so that nobody looks in between.
  await call('DELETE', '/erp');
  await subscribe(call, 'erp', after);
  let sent = 1;
  await until(async () => {
    sent += 1;
    await receive(`d${sent}`);
    return after.seen.length > 0;
  }, 'the other one is served');
  expect(after.unverified).toEqual([]);
});

test('whoever knew an endpoint as it was does not say when it is tried next', async () => {
  const { pool } = await freshDatabase();
  const endpoints = new Endpoints(pool, new Vault([randomBytes(32)]));
  const said = { url: 'https://erp.example/', types: [], description: '' };
  const added = await endpoints.add({ id: 'erp', ...said, secret: 'whsec_one' });
  const later = new Date(Date.now() + 3_600_000);
  const place = {
    log: added?.log ?? '',
    version: added?.version ?? 0,
    cursor: 0,
    attempts: 3,
    nextAt: later,
  };
  await noteDeliveries(pool, [], [place]);
  expect(await endpoints.find('erp')).toMatchObject({ attempts: 3, nextAt: later });
  const changed = await endpoints.change('erp', { url: 'https://other.example/' });
  expect(changed).toMatchObject({ attempts: 0 });
  await noteDeliveries(pool, [], [{ ...place, attempts: 4 }]);
  expect(await endpoints.find('erp')).toMatchObject({ attempts: 0, nextAt: changed?.nextAt });
  // How far it came is true all the same.
  await noteDeliveries(pool, [], [{ ...place, cursor: 7, attempts: 1 }]);
  expect(await endpoints.find('erp')).toMatchObject({ cursor: 7, attempts: 0 });
  // What the old address said, such as 410, is not the new one's.
  const records = new Records(pool);
  await records.disable(added as Endpoint, 'gone');
  expect(await endpoints.find('erp')).toMatchObject({ isEnabled: true });
  await records.disable(changed as Endpoint, 'gone');
  expect(await endpoints.find('erp')).toMatchObject({ isEnabled: false, disabledBecause: 'gone' });
});

test('leaders are killed under load: nothing is missing, nothing overtakes, and what comes twice has the same id', async () => {
  const { call, receive, pool } = await shop(2);
  const receiver = await Receiver.start();
  await subscribe(call, 'erp', receiver);
  const leader = async (): Promise<number | undefined> => {
    const { rows } = await pool.query<{ pid: number }>(
      `select l.pid from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and l.objid = 7214012 and a.datname = current_database()`,
    );
    return rows[0]?.pid;
  };
  const wanted = Array.from({ length: 40 }, (_, i) => `d${i}`);
  let killed = 0;
  for (const [i, id] of wanted.entries()) {
    await receive(id);
    if (i % 10 !== 5) continue;
    const pid = await leader();
    if (pid !== undefined) {
      await pool.query('select pg_terminate_backend($1)', [pid]);
      killed += 1;
      await until(async () => ((await leader()) ?? pid) !== pid, 'another leads');
    }
  }
  expect(killed).toBeGreaterThanOrEqual(2);
  const firsts = () =>
    receiver.seen.filter(({ id }, i) => receiver.seen.findIndex((one) => one.id === id) === i);
  await until(() => firsts().length === wanted.length, 'all arrived');
  expect(firsts().map(({ subject }) => subject)).toEqual(wanted);
  expect(receiver.unverified).toEqual([]);
});
