/** Privacy: what is known of a person is sealed in the books, given out on request, and forgotten for good. */
import { randomBytes } from 'node:crypto';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { verifyAudit } from '../../authority/audit.ts';
import { serveCall } from '../../authority/calls/serve-call.ts';
import { Customers } from '../../authority/customers.ts';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { forgetSome } from '../../authority/forget-customers.ts';
import { Vault } from '../../authority/vault.ts';

let fleet: TestFleet;
let url: string;

const pool = () => (fleet.authorities[0] as (typeof fleet.authorities)[number]).authority.pool;

async function call(method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
  const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more };
  return said(
    await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

/** Every table of the books, as whoever has the database reads it. */
async function allText(): Promise<string> {
  const { rows } = await pool().query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'tallystick' and table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    rows.map(({ name }) =>
      pool().query<{ t: string }>(
        `select coalesce(string_agg(x::text, ' '), '') as t from tallystick."${name}" x`,
      ),
    ),
  );
  return texts.map((found) => found.rows[0]?.t).join(' ');
}

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  url = fleet.served.get('eu')?.url as string;
});

const person = { id: 'c-1', name: 'Grace Hopper', email: 'grace@example.org' };

describe('a person', () => {
  test('is nowhere to be read in the books, is given out with all orders, and is forgotten once', async () => {
    await fleet.add('depot', 'warehouse', 'eu', 'depot');
    await fleet.post('depot', '/v1/receipts', { id: 'r-1', lines: [{ sku: 'MUG', quantity: 9 }] });
    expect((await call('POST', '/v1/customers', person, { 'idempotency-key': 'k' })).status).toBe(201);
    const asked = () => pool().query(`select from tallystick.idempotent_requests where key = 'k'`);
    expect((await asked()).rowCount).toBe(1);
    const phone = { phone: '+4930123456' };
    expect((await call('PATCH', '/v1/customers/c-1', phone, { 'if-match': '*' })).body).toMatchObject({
      ...person,
      ...phone,
    });
    for (const id of ['o-1', 'o-2', 'o-3']) {
      const order = {
        id,
        customer: 'c-1',
        lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }],
        waitMs: 10_000,
      };
      expect((await call('POST', '/v1/orders', order)).status).toBe(201);
    }
    const read = async (query = '') => (await call('GET', `/v1/customers/c-1/export${query}`)).body;
    await until(async () => ((await read()).items as unknown[]).length === 3, 'the books have the orders');
    const first = await read('?limit=2');
    const rest = await read(`?limit=2&cursor=${first.nextCursor}`);
    expect(first.customer).toMatchObject({ ...person, ...phone });
    expect(
      [...(first.items as { id: string }[]), ...(rest.items as { id: string }[])].map(({ id }) => id).sort(),
    ).toEqual(['o-1', 'o-2', 'o-3']);
    expect(await allText()).not.toMatch(/Grace|grace@|4930123456/);

    const erased = await call('POST', '/v1/customers/c-1/erase');
    expect(erased).toMatchObject({ status: 200, body: { id: 'c-1' } });
    expect((await call('POST', '/v1/customers/c-1/erase')).body).toEqual(erased.body);
    for (const path of ['/v1/customers/c-1', '/v1/customers/c-1/export'])
      expectProblem(await call('GET', path), 404, 'unknown_customer');
    expectProblem(
      await call('PATCH', '/v1/customers/c-1', { name: 'X' }, { 'if-match': '*' }),
      404,
      'unknown_customer',
    );
    expectProblem(await call('POST', '/v1/customers', person), 409, 'already_exists');
    expectProblem(await call('POST', '/v1/customers/c-none/erase'), 404, 'unknown_customer');
    expect((await pool().query('select from tallystick.person_keys')).rowCount).toBe(0);
    expect((await asked()).rowCount, 'a hash of what was known would tell who guesses it').toBe(0);
    const { body: order } = await call('GET', '/v1/orders/o-1');
    expect(order.customer, 'orders keep the opaque id').toBe('c-1');
    const { body: report } = await call('GET', '/v1/audit/verify');
    expect(report, 'every chain stays valid').toMatchObject({ isWhole: true, problems: [] });
    const { body: trail } = await call('GET', '/v1/audit?kind=customer&order=asc');
    expect((trail.items as { action: string }[]).map(({ action }) => action)).toEqual([
      'created',
      'changed',
      'erased',
    ]);
  });

  test('who neither ordered nor was changed for as long as the rule says is forgotten by rule, and nobody else', async () => {
    const { authority } = fleet.authorities[0] as (typeof fleet.authorities)[number];
    for (const id of ['gone', 'buys', 'new'])
      expect((await call('POST', '/v1/customers', { ...person, id })).status).toBe(201);
    await pool().query(
      `update tallystick.customers set changed_at = now() - interval '40 days' where id <> 'new'`,
    );
    await fleet.post('eu', '/v1/inventory/adjustments', {
      id: 'r1',
      type: 'receive',
      lines: [{ sku: 'MUG', locationId: 'depot', quantity: 1 }],
    });
    await pool().query(
      `insert into tallystick.orders (order_id, writer, seq, channel, customer_id, priority, placed_at, payments)
        select 'o-1', writer, seq, 'rest', 'buys', 0, now() - interval '20 days', '[]' from tallystick.writers limit 1`,
    );
    expect(await forgetSome(pool(), authority.customers, 50)).toBe(0);
    expect(await forgetSome(pool(), authority.customers, 30)).toBe(1);
    expect(await forgetSome(pool(), authority.customers, 30), 'once').toBe(0);
    expect((await call('GET', '/v1/customers/gone')).status).toBe(404);
    expect((await call('GET', '/v1/customers/buys')).status).toBe(200);
    expect((await call('GET', '/v1/customers/new')).status).toBe(200);
    const { rows } = await pool().query<{ actor: string; action: string }>(
      `select actor, entry::json ->> 'action' as action from tallystick.audit where subject = 'gone' order by seq desc limit 1`,
    );
    expect(rows).toEqual([{ actor: 'books:retention', action: 'erased' }]);
    expect((await verifyAudit(pool(), [])).problems).toEqual([]);
  });

  test('is a client’s own: another asks in vain, also once they were erased, and is shown none of another’s orders', async () => {
    const { authority } = fleet.authorities[0] as (typeof fleet.authorities)[number];
    const ask = async (body: object, via?: string) => {
      const said = await serveCall(authority, JSON.stringify(body), via);
      return said.ok ? (said.value as Record<string, unknown>) : said.code;
    };
    const personal = { name: 'Grace Hopper' };
    for (const id of ['acme:1', 'acme:2'])
      await ask({ call: 'customer.create', id, personal, client: 'acme' });
    await ask({ call: 'resident.claim', id: 'acme:3', client: 'acme', fields: ['name'] }, 'eu');
    await pool().query(
      `insert into tallystick.orders (order_id, writer, seq, channel, customer_id, client_id, priority, placed_at, payments)
        select 'o-' || c.id || coalesce(by, ''), writer, seq, 'rest', c.id, by, 0, now(), '[]'
          from (select * from tallystick.writers limit 1) w, tallystick.customers c, unnest(array['acme', 'other', null]) by`,
    );
    const ordersOf = async (body: object, via?: string) => {
      const { items } = (await ask({ ...body, limit: 9 }, via)) as { items: { client?: string }[] };
      return items.map(({ client }) => client);
    };
    for (const [call, id, via] of [
      ['customer.export', 'acme:1', undefined],
      ['resident.orders', 'acme:3', 'eu'],
    ] as const) {
      expect(await ordersOf({ call, id, client: 'acme' }, via)).toEqual(['acme']);
      expect(await ordersOf({ call, id }, via)).toHaveLength(3);
    }
    expect(await ask({ call: 'customer.erase', id: 'acme:1', client: 'acme' })).toHaveProperty('erasedAt');
    for (const id of ['acme:1', 'acme:2', 'acme:3', 'nobody'])
      for (const call of ['get', 'erase', 'export', 'patch'])
        expect(
          await ask({
            call: `customer.${call}`,
            id,
            client: 'other',
            ...(call === 'export' ? { limit: 1 } : {}),
            ...(call === 'patch' ? { patch: {}, version: null } : {}),
          }),
          `${call} ${id}`,
        ).toBe('unknown_customer');
    const erased = { call: 'resident.note', id: 'acme:3', action: 'erased', version: 2, fields: [] };
    expect(await ask(erased, 'us'), 'of another region’s people').toEqual({});
    expect(await ask({ call: 'resident.place', id: 'acme:3', client: 'other' })).toEqual({});
    expect(await ask({ call: 'resident.place', id: 'acme:3', client: 'acme' })).toEqual({ keptAt: 'eu' });
  });

  test('that an older release wrote down is sealed at the next start, and old master keys are replaced', async () => {
    await pool().query(
      `insert into tallystick.customers (id, personal) values ('old', '{"name":"Ada Byron"}')`,
    );
    const [before, after] = [randomBytes(32), randomBytes(32)];
    await new Customers(pool(), new Vault([before])).sealAll();
    expect(await allText()).not.toContain('Ada');
    const rotated = new Vault([after, before]);
    await new Customers(pool(), rotated).sealAll();
    expect(await new Customers(pool(), new Vault([after])).find('old')).toMatchObject({
      personal: { name: 'Ada Byron' },
    });
    await expect(new Customers(pool(), new Vault([before])).find('old')).rejects.toThrow(/Master key/);
  });
});
