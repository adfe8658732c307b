/** Customers who were registered before a region kept people to itself: they move there when an operator asks for it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAgentConfig, writeAgentFile } from '@tallystick/store-agent';
import { expectProblem, run, type Said, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, expect, test } from 'vitest';
import { verifyAudit } from '../authority/audit.ts';
import { TestFleet, TOKEN, until } from '../authority/fleet.test-kit.ts';
import { askForMoves, moved, nextToMove } from '../authority/resident-moves.ts';

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const PERSON = { name: 'Grace Hopper', email: 'grace@example.org' };

let fleet: TestFleet;

const opened = () => fleet.authorities[0] as (typeof fleet.authorities)[number];
const pool = () => opened().authority.pool;

async function call(
  at: string,
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<Said> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { 'if-match': '*', ...type, ...more };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return said(await fetch(`${fleet.served.get(at)?.url}/v1/customers${path}`, { method, headers, ...sent }));
}

async function keepIn(id: string, keptIn: 'books' | 'region'): Promise<void> {
  await fleet.stopOne(id);
  const { dataDir, logLevel: _, location: __, ...file } = readAgentConfig(join(fleet.folder, id));
  writeAgentFile(dataDir, { ...file, location: null, settings: { ...file.settings, customers: { keptIn } } });
  await fleet.run(id);
}

const tally = (...args: string[]) =>
  run(MAIN, ['keep-customers', ...args, '--url', opened().url], { TALLYSTICK_OPERATOR_TOKEN: TOKEN });

/** All that the books have of a customer who was not erased. */
async function inBooks(id: string) {
  const { rows } = await pool().query(
    `select c.kept_at, c.moves_to, c.sealed is not null as sealed, k.customer is not null as key
      from tallystick.customers c left join tallystick.person_keys k on k.customer = c.id where c.id = $1`,
    [id],
  );
  return rows[0];
}
const GONE = { kept_at: 'eu', moves_to: null, sealed: false, key: false };

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('us', 'region', 'authority', null);
});

test('those of its own door move when they are asked to, and are the same people there: versions, clients, repeats', async () => {
  const keyed = { 'idempotency-key': 'keyed' };
  for (const id of ['a', 'b']) expect((await call('eu', 'POST', '', { ...PERSON, id })).status).toBe(201);
  expect((await call('eu', 'POST', '', PERSON, keyed)).status).toBe(201);
  expect((await call('us', 'POST', '', { ...PERSON, id: 'of-us' })).status).toBe(201);
  expect((await call('eu', 'PATCH', '/keyed', { name: 'Grace Brewster' })).headers.get('etag')).toBe('"2"');
  const before = await call('eu', 'GET', '/a');
  await keepIn('eu', 'region');
  expect((await call('us', 'GET', '/a')).status, 'not by themselves').toBe(200);
  expect((await call('eu', 'POST', '', { ...PERSON, id: 'a' })).headers.get('idempotent-replayed')).toBe(
    'true',
  );

  const { code, out, err } = await tally('eu');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^3 customers are to move to eu\.\n(.*\n)*3 of 3 have moved\.\n$/);
  for (const id of ['a', 'b', 'keyed']) expect(await inBooks(id)).toEqual(GONE);
  expect(await inBooks('of-us')).toEqual({ kept_at: null, moves_to: null, sealed: true, key: true });
  const after = await call('eu', 'GET', '/a');
  expect(after.body).toEqual(before.body);
  expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
  expect((await call('eu', 'GET', '/keyed')).headers.get('etag')).toBe('"2"');
  expectProblem(await call('us', 'GET', '/a'), 421, 'kept_elsewhere');
  const again = await call('eu', 'POST', '', PERSON, keyed);
  expect(again.headers.get('idempotent-replayed'), 'the first request, also after a change').toBe('true');
  expectProblem(await call('eu', 'POST', '', { name: 'Other' }, keyed), 422, 'document_differs');
  expect((await call('eu', 'PATCH', '/b', { name: 'B' })).status).toBe(200);
  expect((await call('eu', 'POST', '/a/erase')).status).toBe(200);

  const trail = async () => {
    const { rows } = await pool().query<{
      entry: { action: string; actor: string; via: string; what: object };
    }>(
      `select entry::json as entry from tallystick.audit where kind in ('customer', 'customers') order by seq`,
    );
    return rows.map(({ entry: { action, actor, via, what } }) => ({ action, actor, via, what }));
  };
  await until(async () => (await trail()).at(-1)?.action === 'erased', 'the trail has all of it');
  const said = await trail();
  expect(said.filter(({ action }) => action === 'move-asked')).toEqual([
    { action: 'move-asked', actor: 'operator', via: 'authority', what: { customers: 3 } },
  ]);
  expect(said.filter(({ action }) => action === 'moved')).toMatchObject(
    [1, 1, 2].map((version) => ({ actor: 'replica:eu', via: 'eu', what: { version, keptAt: 'eu' } })),
  );
  expect((await verifyAudit(pool(), [])).problems).toEqual([]);
  expect(await tally('eu')).toMatchObject({ code: 0, out: 'Nobody is left to move to eu.\n' });
});

test('cut off between the copy and the word of the books it goes on; whoever was changed or erased meanwhile is not lost', async () => {
  for (const id of ['a', 'changed', 'erased', 'stays']) await call('us', 'POST', '', { ...PERSON, id });
  await expect(askForMoves(pool(), 'eu', ['a', 'nobody'])).rejects.toThrow('nobody');
  await expect(askForMoves(pool(), 'elsewhere', undefined)).rejects.toThrow('no region');
  expect(await askForMoves(pool(), 'eu', ['a', 'changed', 'erased', 'stays'])).toBe(4);
  expect(await askForMoves(pool(), 'eu', ['a'])).toBe(0);
  const copies = await nextToMove(pool(), fleet.vault, 'eu', 20);
  expect(copies.map(({ id }) => id)).toEqual(['a', 'changed', 'erased', 'stays']);
  copies.pop();
  expect((await call('us', 'PATCH', '/changed', { name: 'New' })).status).toBe(200);
  expect((await call('us', 'POST', '/erased/erase')).status).toBe(200);
  expect(await moved(pool(), 'us', copies), 'none of another region’s').toEqual([]);
  expect(await moved(pool(), 'eu', copies)).toEqual(['a']);
  expect(await moved(pool(), 'eu', copies), 'the word was lost').toEqual(['a']);
  expect(await tally('eu', '--stop')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^2 customers stay/),
  });
  expect(await inBooks('stays')).toMatchObject({ kept_at: null, moves_to: null, key: true });
  await askForMoves(pool(), 'eu', ['changed']);
  await keepIn('eu', 'region');
  await until(async () => (await inBooks('changed')).kept_at === 'eu', 'the rest follows by itself');
  expect((await call('eu', 'GET', '/changed')).body).toMatchObject({ name: 'New' });
  expectProblem(await call('eu', 'GET', '/erased'), 404, 'unknown_customer');
});

test('what is asked of them while they move is answered as ever, and nothing of them stays in the books', async () => {
  const ids = Array.from({ length: 45 }, (_, i) => `c-${i}`);
  for (const id of ids) expect((await call('eu', 'POST', '', { ...PERSON, id })).status).toBe(201);
  await keepIn('eu', 'region');
  const going = tally('eu', '--json');
  const names = new Map<string, string>();
  let isOver = false;
  void going.finally(() => {
    isOver = true;
  });
  for (let i = 0; !isOver; i += 1) {
    const id = ids[i % ids.length] as string;
    const name = `N ${i}`;
    const patched = await call(i % 2 === 0 ? 'eu' : 'us', 'PATCH', `/${id}`, { name });
    if (patched.status === 200) names.set(id, name);
    else expectProblem(patched, 421, 'kept_elsewhere');
    expect((await call('eu', 'GET', `/${id}`)).body).toMatchObject({ name: names.get(id) ?? PERSON.name });
  }
  expect((await going).code).toBe(0);
  for (const id of ids) {
    expect((await call('eu', 'GET', `/${id}`)).body).toMatchObject({ name: names.get(id) ?? PERSON.name });
    expect(await inBooks(id)).toEqual(GONE);
  }
  await fleet.stopOne('eu');
  for (const name of readdirSync(join(fleet.folder, 'eu'), { recursive: true, encoding: 'utf8' })) {
    const path = join(fleet.folder, 'eu', name);
    if (statSync(path).isFile()) expect(readFileSync(path).includes('grace@'), path).toBe(false);
  }
});
