import type { ReplicaId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { catalogueSince, putCatalogue } from './catalogue.ts';
import { freshDatabase } from './postgres/database.test-kit.ts';
import { addReplica, enrolReplica, listReplicas, markRetired, type NewReplica } from './registry.ts';

const AUTHORITY = 'authority' as ReplicaId;
const EU: NewReplica = {
  id: 'eu' as ReplicaId,
  kind: 'region',
  parent: AUTHORITY,
  location: null,
  codeTtlMs: 60_000,
};
const KEY = new Uint8Array([1, 2, 3]);
const OTHER_KEY = new Uint8Array([4, 5, 6]);

async function added(pool: Parameters<typeof addReplica>[0], replica: NewReplica = EU): Promise<string> {
  const result = await addReplica(pool, replica);
  if (!result.ok) throw new Error(result.message);
  return result.code;
}

function ask(code: string, publicKey = KEY) {
  return { replica: EU.id, code, parent: AUTHORITY, publicKey };
}

test('a code enrols one device, once; the same device may ask again', async () => {
  const { pool } = await freshDatabase();
  const code = await added(pool);
  expect(code).toMatch(/^([A-Z2-9]{5}-){3}[A-Z2-9]{5}$/);
  expect(await enrolReplica(pool, ask(code))).toEqual({ ok: true, kind: 'region', location: null });
  expect(await enrolReplica(pool, ask(code.toLowerCase()))).toMatchObject({ ok: true });
  expect(await enrolReplica(pool, ask(code, OTHER_KEY))).toMatchObject({ ok: false });
  expect((await listReplicas(pool)).map(({ id, status }) => [id, status])).toEqual([['eu', 'enrolled']]);
});

test('a code that is wrong, expired or asked for through another parent enrols nobody', async () => {
  const { pool } = await freshDatabase();
  const code = await added(pool);
  expect(await enrolReplica(pool, ask('AAAAA-AAAAA-AAAAA-AAAAA'))).toMatchObject({ ok: false });
  const elsewhere = { ...ask(code), parent: 'us' as ReplicaId };
  expect(await enrolReplica(pool, elsewhere)).toMatchObject({ ok: false });
  await pool.query(`update tallystick.replicas set code_expires_at = now() - interval '1 second'`);
  expect(await enrolReplica(pool, ask(code))).toMatchObject({ ok: false });
});

test('nobody is called what the root is called: what it said would be taken for the root’s own word', async () => {
  const { pool } = await freshDatabase();
  await added(pool);
  const twin: NewReplica = {
    ...EU,
    id: AUTHORITY,
    kind: 'terminal',
    parent: EU.id,
    location: 'berlin' as never,
  };
  expect(await addReplica(pool, twin)).toEqual({
    ok: false,
    message: 'authority is what every fleet calls its own root. Choose another id.',
  });
  expect(await listReplicas(pool)).toHaveLength(1);
});

test('two devices race for one code: one is enrolled', async () => {
  const { pool } = await freshDatabase();
  const code = await added(pool);
  const results = await Promise.all([
    enrolReplica(pool, ask(code)),
    enrolReplica(pool, ask(code, OTHER_KEY)),
  ]);
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
});

test('a lost key is replaced by a new code, and the old code is void', async () => {
  const { pool } = await freshDatabase();
  const first = await added(pool);
  await enrolReplica(pool, ask(first));
  const second = await added(pool);
  expect(await enrolReplica(pool, ask(first))).toMatchObject({ ok: false });
  expect(await enrolReplica(pool, ask(second, OTHER_KEY))).toMatchObject({ ok: true });
});

test('the books hold no code, and a retired id is not given again', async () => {
  const { pool } = await freshDatabase();
  const code = await added(pool);
  const { rows } = await pool.query('select replicas::text as line from tallystick.replicas');
  expect(rows[0]?.line).not.toContain(code);
  await markRetired(pool, EU.id);
  const refused = async (replica: NewReplica) => {
    const added = await addReplica(pool, replica);
    return added.ok ? undefined : added.message;
  };
  expect(await refused(EU)).toBe('eu was retired, and its id is never given again. Choose another.');
  expect(await enrolReplica(pool, ask(code))).toMatchObject({ ok: false });
  const child = { ...EU, id: 'store' as ReplicaId, kind: 'store', parent: EU.id } as const;
  expect(await refused(child)).toContain('its parent eu was retired');
  expect(await refused({ ...child, parent: 'nobody' as ReplicaId })).toContain('no replica is called nobody');
});

test('who is there under another parent is moved, and nobody stands below a till', async () => {
  const { pool } = await freshDatabase();
  await added(pool);
  const till = { ...EU, id: 'till' as ReplicaId, kind: 'terminal', parent: EU.id } as const;
  await added(pool, till);
  expect(await addReplica(pool, { ...till, parent: AUTHORITY })).toEqual({
    ok: false,
    message:
      'till is there already, under eu. To give it to authority: tallystick move till --to authority --operator NAME',
  });
  expect(await addReplica(pool, { ...till, id: 'other' as ReplicaId, parent: till.id })).toEqual({
    ok: false,
    message: 'other cannot be added: till is a terminal, and has nobody below it. Name its own parent.',
  });
});

test('an id that is there as something else is not given, and it is said what it is', async () => {
  const { pool } = await freshDatabase();
  await added(pool);
  const other = { ...EU, kind: 'store', location: 'berlin' } as const;
  expect(await addReplica(pool, other)).toEqual({
    ok: false,
    message:
      'eu is there already: a region under authority, without a location; asked was a store under authority, at berlin. ' +
      'Ask for a new code with what it is, or choose another id.',
  });
});

test('every change of a replica reaches the catalogue', async () => {
  const { pool } = await freshDatabase();
  await enrolReplica(pool, ask(await added(pool)));
  const items = await catalogueSince(pool, 0, 10);
  expect(items.map(({ kind, id, version }) => [kind, id, version])).toEqual([['replica', 'eu', 2]]);
  expect(JSON.parse(items[0]?.body ?? '')).toEqual({
    id: 'eu',
    kind: 'region',
    parent: 'authority',
    location: null,
    publicKey: 'AQID',
    status: 'enrolled',
  });
});

test('versions have no gaps and follow the order of commits', async () => {
  const { pool } = await freshDatabase();
  const puts = Array.from({ length: 20 }, (_, at) =>
    putCatalogue(pool, [
      { kind: 'product', id: `p${at}`, body: '{"n":1}' },
      { kind: 'product', id: 'shared', body: JSON.stringify({ at }) },
    ]),
  );
  const versions = (await Promise.all(puts)).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 20 }, (_, at) => 2 * at + 2));
  const items = await catalogueSince(pool, 0, 100);
  expect(items).toHaveLength(21);
  expect(items.at(-1)?.version).toBe(40);
  expect((await catalogueSince(pool, 39, 100)).map(({ id }) => id)).toEqual(['shared']);
});

test('an item that is taken out stays in the feed without a body', async () => {
  const { pool } = await freshDatabase();
  await putCatalogue(pool, [{ kind: 'product', id: 'lamp', body: '{}' }]);
  await putCatalogue(pool, [{ kind: 'product', id: 'lamp', body: null }]);
  expect(await catalogueSince(pool, 0, 10)).toEqual([
    { kind: 'product', id: 'lamp', version: 2, body: null },
  ]);
});
