/** Residency: a region that keeps personal data to itself, beside one that does not. */
import { copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readAgentConfig, writeAgentFile } from '@tallystick/store-agent';
import { expectProblem, type Said, said } from '@tallystick/store-agent/test-kit';
import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { verifyAudit } from '../authority/audit.ts';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';
import { forgetSome, markResidents } from '../authority/forget-customers.ts';
import { captureLog } from '../facade/captured-log.test-kit.ts';

const PERSON = { id: 'c-1', name: 'Grace Hopper', email: 'grace@example.org', phone: '+4930123456' };
const NAMES_HER = /Hopper|grace@|4930123456|Brewster/i;

let fleet: TestFleet;
let logged: () => string;

const authority = () => (fleet.authorities[0] as (typeof fleet.authorities)[number]).authority;

async function call(at: string, method: string, path: string, body?: unknown): Promise<Said> {
  const headers = { 'if-match': '*', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return said(await fetch(`${fleet.served.get(at)?.url}${path}`, { method, headers, ...sent }));
}

/** Tells a region where to keep personal data, and starts it again. */
async function keepIn(id: string, keptIn: 'books' | 'region'): Promise<void> {
  await fleet.stopOne(id);
  const { dataDir, logLevel: _, location, ...file } = readAgentConfig(join(fleet.folder, id));
  writeAgentFile(dataDir, {
    ...file,
    location: location ?? null,
    settings: { ...file.settings, customers: { keptIn } },
  });
  await fleet.run(id);
}

/** Every table of the books, as whoever has the database reads it, bytes in hexadecimal. */
async function books(): Promise<string> {
  const { rows } = await authority().pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'tallystick' and table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    rows.map(({ name }) =>
      authority().pool.query<{ t: string }>(
        `select coalesce(string_agg(x::text, ' '), '') as t from tallystick."${name}" x`,
      ),
    ),
  );
  return texts.map((found) => found.rows[0]?.t).join(' ');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

async function actions(): Promise<Record<string, unknown>[]> {
  const { items = [] } = (await call('us', 'GET', '/v1/audit?kind=customer&order=asc')).body;
  const entries = items as Record<string, unknown>[];
  return entries.map(({ action, actor, via, what }) => ({ action, actor, via, what }));
}

beforeEach(async () => {
  logged = captureLog();
  fleet = await TestFleet.start();
  fleet.logLevel = 'debug';
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('us', 'region', 'authority', null);
  await keepIn('eu', 'region');
});

test('no byte of what is known of a person leaves the region that keeps it, whatever is done with it', async () => {
  // The books too at their loudest.
  await fleet.whileStopped();
  for (const at of ['eu', 'us'])
    await until(
      async () => (await call(at, 'GET', '/v1/customers/nobody')).status === 404,
      `${at} has its link again`,
    );
  expect((await call('eu', 'POST', '/v1/customers', PERSON)).status).toBe(201);
  expect((await call('eu', 'POST', '/v1/customers', PERSON)).body, 'the same again').toMatchObject(PERSON);
  const changed = { name: 'Grace Brewster Hopper' };
  expect((await call('eu', 'PATCH', '/v1/customers/c-1', changed)).body).toMatchObject({
    ...PERSON,
    ...changed,
  });
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  await fleet.post('depot', '/v1/receipts', { id: 'r-1', lines: [{ sku: 'MUG', quantity: 9 }] });
  const order = { id: 'o-1', customer: 'c-1', lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }] };
  expect((await call('eu', 'POST', '/v1/orders', order)).status).toBe(201);
  const exported = async () => (await call('eu', 'GET', '/v1/customers/c-1/export')).body;
  await until(async () => ((await exported()).items as unknown[]).length === 1, 'the books have the order');
  expect((await exported()).customer).toMatchObject(changed);

  // From elsewhere, all that can be had is where to ask; an id is one person's everywhere.
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['GET', '/export', undefined],
    ['PATCH', '', { name: 'Mallory' }],
    ['POST', '/erase', undefined],
  ] as const) {
    const answer = await call('us', method, `/v1/customers/c-1${path}`, body);
    expectProblem(answer, 421, 'kept_elsewhere');
    expect(answer.body.detail).toContain('region eu');
  }
  expectProblem(await call('us', 'POST', '/v1/customers', PERSON), 409, 'already_exists');
  expect((await call('us', 'POST', '/v1/customers', { id: 'c-2', name: 'Ada Byron' })).status).toBe(201);
  expectProblem(await call('eu', 'POST', '/v1/customers', { id: 'c-2', name: 'Ada' }), 409, 'already_exists');
  const again = await call('eu', 'POST', '/v1/customers', { id: 'c-2', name: 'Ada Byron' });
  expect(again.headers.get('idempotent-replayed'), 'the same person').toBe('true');
  expect((await call('eu', 'GET', '/v1/customers/c-2')).body, 'the books’ own').toMatchObject({ id: 'c-2' });

  await until(async () => (await actions()).length === 3, 'the trail has it');
  const by = { actor: 'rest:anyone', via: 'eu' };
  expect(await actions()).toMatchObject([
    { ...by, action: 'created', what: { version: 1, fields: ['email', 'name', 'phone'], keptAt: 'eu' } },
    { ...by, action: 'changed', what: { version: 2, fields: ['name'] } },
    { action: 'created', via: 'us' },
  ]);
  const events = JSON.stringify((await call('us', 'GET', '/v1/events')).body);
  const inBooks = await books();
  expect(inBooks).toContain('c-1');
  await fleet.stopOne('eu');
  const file = new Database(join(fleet.folder, 'eu', 'residents.db'), { readonly: true });
  const { sealed, wrapped } = file.prepare('select sealed, wrapped from people').get() as Record<
    string,
    Buffer
  >;
  file.close();
  for (const text of [inBooks, events, logged()]) {
    expect(text).not.toMatch(NAMES_HER);
    for (const bytes of [sealed, wrapped]) expect(text).not.toContain((bytes as Buffer).toString('hex'));
  }
  for (const path of filesIn(fleet.folder)) {
    const bytes = readFileSync(path);
    expect(NAMES_HER.test(bytes.toString('latin1')), path).toBe(false);
    if (path.endsWith('residents.db')) continue;
    for (const secret of [sealed, wrapped]) expect(bytes.includes(secret as Buffer), path).toBe(false);
  }
});

test('whoever is erased while the authority is away is forgotten at once, and a file that is put back forgets them again', async () => {
  expect((await call('eu', 'POST', '/v1/customers', PERSON)).status).toBe(201);
  expect((await call('eu', 'POST', '/v1/customers', { ...PERSON, id: 'stays' })).status).toBe(201);
  const path = join(fleet.folder, 'eu', 'residents.db');
  await fleet.stopOne('eu');
  copyFileSync(path, `${path}.backup`);
  await fleet.run('eu');
  await fleet.whileStopped(async () => {
    expectProblem(await call('eu', 'POST', '/v1/customers', { name: 'New' }), 503, 'authority_unreachable');
    expect((await call('eu', 'GET', '/v1/customers/c-1')).body).toMatchObject(PERSON);
    expect((await call('eu', 'POST', '/v1/customers/c-1/erase')).status).toBe(200);
    expectProblem(await call('eu', 'GET', '/v1/customers/c-1'), 404, 'unknown_customer');
  });
  await until(async () => (await actions()).at(-1)?.action === 'erased', 'the books hear of it');
  expectProblem(await call('us', 'GET', '/v1/customers/c-1'), 404, 'unknown_customer');
  expectProblem(await call('eu', 'POST', '/v1/customers', PERSON), 409, 'already_exists');
  await fleet.stopOne('eu');
  const { wrapped } = new Database(`${path}.backup`, { readonly: true })
    .prepare(`select wrapped from people where id = 'c-1'`)
    .get() as { wrapped: Buffer };
  for (const name of ['residents.db', 'residents.db-wal'])
    for (const found of filesIn(join(fleet.folder, 'eu')).filter((each) => each.endsWith(name)))
      expect(readFileSync(found).includes(wrapped), 'the key is overwritten').toBe(false);
  copyFileSync(`${path}.backup`, path);
  await fleet.run('eu');
  await until(async () => (await call('eu', 'GET', '/v1/customers/c-1')).status === 404, 'erased once more');
  expect((await call('eu', 'GET', '/v1/customers/stays')).body).toMatchObject({ name: PERSON.name });
  expect((await verifyAudit(authority().pool, [])).problems).toEqual([]);
});

test('by the rule of retention the region forgets, and what it has is kept when it is told to keep no more', async () => {
  for (const id of ['gone', 'stays'])
    expect((await call('eu', 'POST', '/v1/customers', { ...PERSON, id })).status).toBe(201);
  const { pool, customers } = authority();
  await pool.query(
    `update tallystick.customers set changed_at = now() - interval '40 days' where id = 'gone'`,
  );
  expect(await forgetSome(pool, customers, 30), 'not by the books').toBe(0);
  await markResidents(pool, 30);
  await until(async () => (await call('eu', 'GET', '/v1/customers/gone')).status === 404, 'it is forgotten');
  await until(async () => (await actions()).at(-1)?.action === 'erased', 'the trail says so');
  expect((await actions()).at(-1)).toMatchObject({ actor: 'region:retention', via: 'eu' });
  await keepIn('eu', 'books');
  expect((await call('eu', 'GET', '/v1/customers/stays')).body).toMatchObject({ name: PERSON.name });
  expect((await call('eu', 'POST', '/v1/customers', { id: 'later', name: 'Ada Byron' })).status).toBe(201);
  expect((await call('us', 'GET', '/v1/customers/later')).status, 'the books have it').toBe(200);
});
