/** The trail as an auditor meets it: who changed what is told, and whatever is done to it afterwards is named. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { run, said } from '@tallystick/store-agent/test-kit';
import type pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { anchorHeads, verifyAudit } from '../../authority/audit.ts';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { verifyChains } from '../../authority/verify.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../../../scripts/verify-audit.mjs', import.meta.url));

let fleet: TestFleet;
let url: string;
let operator: string;
let pool: pg.Pool;

interface Entry {
  readonly seq: number;
  readonly hash: string;
  readonly entry: string;
  readonly [more: string]: unknown;
}

async function call(
  token: string,
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...more,
  };
  return said(
    await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

async function trail(query: string): Promise<Entry[]> {
  const { body } = await call(operator, 'GET', `/v1/audit?${query}`);
  return body.items as Entry[];
}

async function verified(): Promise<{
  isWhole: boolean;
  problems: string[];
  trailEntries: number;
  entries: number;
}> {
  return (await call(operator, 'GET', '/v1/audit/verify')).body as never;
}

/** As somebody does who owns the database. */
async function tamper(sql: string, values: unknown[] = []): Promise<void> {
  await pool.query('alter table tallystick.audit disable trigger only_added_to');
  await pool.query(sql, values);
  await pool.query('alter table tallystick.audit enable trigger only_added_to');
}

beforeEach(async () => {
  fleet = await TestFleet.start();
  fleet.signIn = 'required';
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url as string;
  operator = await fleet.token('eu', 'operator');
  pool = (fleet.authorities[0] as (typeof fleet.authorities)[number]).authority.pool;
  // Its key is the last thing that the region writes by itself.
  await until(
    () => fleet.served.get('eu')?.agent.catalogue.bodies('signing-key', '', 1).length === 1,
    'its key is known',
  );
});

describe('the trail', () => {
  test('says who changed what, when and from where, and nothing of what customers are called', async () => {
    const manager = await fleet.token('eu', 'manager');
    const integrator = await fleet.token('eu', 'integrator');
    const product = { sku: 'CUP', names: { en: 'Cup' }, prices: { EUR: 450 } };
    expect((await call(integrator, 'POST', '/v1/products', product)).status).toBe(201);
    const dearer = { prices: { EUR: 500 } };
    expect((await call(integrator, 'PATCH', '/v1/products/CUP', dearer, { 'if-match': '*' })).status).toBe(
      200,
    );
    expect((await call(integrator, 'PATCH', '/v1/products/CUP', dearer, { 'if-match': '*' })).status).toBe(
      200,
    );
    const person = { id: 'c-7', name: 'Grace Hopper', email: 'grace@example.org' };
    expect((await call(manager, 'POST', '/v1/customers', person)).status).toBe(201);

    const [created, changed, ...more] = await trail('kind=product&id=CUP&order=asc');
    const by = { via: 'eu', from: '127.0.0.1', kind: 'product', id: 'CUP' };
    expect(created).toMatchObject({
      ...by,
      action: 'created',
      actor: expect.stringMatching(/^integrator:integrator-/),
    });
    expect(changed).toMatchObject({ ...by, action: 'changed', what: { fields: ['prices'] } });
    expect(more, 'what changes nothing leaves nothing').toEqual([]);
    expect(Date.parse(changed?.at as string)).not.toBeNaN();
    const [customer] = await trail('kind=customer');
    expect(customer).toMatchObject({ action: 'created', id: 'c-7', what: { fields: ['email', 'name'] } });
    expect(await trail(`actor=${encodeURIComponent(String(customer?.actor))}`)).toHaveLength(1);
    expect(JSON.stringify(await trail('limit=250'))).not.toMatch(/Grace|grace@|scrypt/);

    const enrolled = await trail('kind=replica&id=depot&order=asc');
    expect(enrolled.map(({ actor, via }) => [actor, via])).toEqual([
      ['books', null],
      ['replica:depot', 'eu'],
    ]);
    expect(await verified()).toMatchObject({ isWhole: true, problems: [] });
  });

  test('is paged to the end, each entry once, and checked by a script that needs nothing of ours', async () => {
    for (let i = 0; i < 7; i += 1)
      await call(operator, 'POST', '/v1/products', { sku: `P-${i}`, names: { en: 'P' }, prices: {} });
    const lines: Entry[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call(operator, 'GET', `/v1/audit?order=asc&limit=3${cursor}`);
      lines.push(...(body.items as Entry[]));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
    const check = (entries: readonly object[], ...args: string[]) => {
      const input = entries.map((entry) => JSON.stringify(entry)).join('\n');
      const { stdout, status } = spawnSync(process.execPath, [SCRIPT, ...args], { input, encoding: 'utf8' });
      return { status, said: stdout.trim().split('\n') };
    };
    const head = lines.at(-1) as Entry;
    const kept = ['--head', `${head.seq}:${head.hash}`];
    expect(check(lines, ...kept)).toEqual({
      status: 0,
      said: [`${head.seq} entries, head ${head.seq}:${head.hash}: whole`],
    });
    const third = lines[2] as Entry;
    const changed = { ...third, entry: third.entry.replace('"actor"', '"Actor"') };
    expect(check(lines.with(2, changed)).said[0]).toBe('entry 3 was changed');
    const forged = third.entry.replace(/"at" *: *"\d{4}/, '"at" : "1999');
    const anew = { entry: forged, hash: createHash('sha256').update(forged).digest('hex') };
    expect(check(lines.with(2, { ...third, ...anew, at: JSON.parse(forged).at })).said[0]).toBe(
      'entry 3 was changed, or 4 does not belong behind it',
    );
    expect(check(lines.toSpliced(2, 1)).said[0]).toBe('entry 3 is missing, or swapped with 4');
    expect(check(lines.with(2, lines[3] as Entry).with(3, third)).said[0]).toBe(
      'entry 3 is missing, or swapped with 4',
    );
    const relabelled = { ...third, actor: 'integrator:somebody-else' };
    expect(check(lines.with(2, relabelled)).said[0]).toBe('entry 3 says another actor than stands beside it');
    expect(check(lines, '--head', `3:${'0'.repeat(64)}`).said[0]).toBe(
      'entry 3 is not the one that you kept',
    );
    expect(check(lines, '--head', 'three').status, 'a head that is none').toBe(1);
    expect(check(lines.slice(0, -1), ...kept).said[0]).toBe(
      `it ends at entry ${head.seq - 1}, and you kept ${head.seq}: cut off`,
    );
  });

  test('that is tampered with names the entry: changed, missing, swapped, cut off', async () => {
    const entryAt = async (seq: number) =>
      (await trail('order=asc&limit=250')).find((entry) => entry.seq === seq) as Entry;
    const [second, third] = [await entryAt(2), await entryAt(3)];
    const put = (seq: number, { entry, hash }: Entry) =>
      tamper(`update tallystick.audit set entry = $2, hash = decode($3, 'hex') where seq = $1`, [
        seq,
        entry,
        hash,
      ]);

    await put(2, { ...second, entry: second.entry.replace(/"at" *: *"\d{4}/, '"at" : "1999') });
    expect((await verified()).problems).toEqual(['trail: entry 2 was changed']);

    const forged = second.entry.replace(/"at" *: *"\d{4}/, '"at" : "1999');
    await put(2, { ...second, entry: forged, hash: createHash('sha256').update(forged).digest('hex') });
    expect((await verified()).problems).toEqual([
      'trail: entry 2 was changed, or entry 3 does not belong behind it',
    ]);

    await put(2, third);
    await put(3, second);
    expect((await verified()).problems.slice(0, 3)).toEqual([
      'trail: entry 2 calls itself 3: swapped',
      'trail: entry 3 calls itself 2: swapped',
      'trail: entry 3 was changed, or entry 4 does not belong behind it',
    ]);
    await put(2, second);
    await put(3, third);
    expect((await verified()).isWhole).toBe(true);

    await tamper('delete from tallystick.audit where seq = 2');
    expect((await verified()).problems[0]).toBe('trail: entry 2 is missing');
    await tamper(
      `insert into tallystick.audit (seq, entry, hash, kind, subject, actor) values (2, $1, decode($2, 'hex'), $3, $4, $5)`,
      [second.entry, second.hash, second.kind, second.id, second.actor],
    );
    expect((await verified()).isWhole).toBe(true);

    await tamper('delete from tallystick.audit where seq = (select max(seq) from tallystick.audit)');
    expect((await verified()).problems[0]).toMatch(/^trail: it ends at entry \d+, its head says \d+$/);
  });

  test('that is cut off or made anew as a whole is told by what a region remembers, or an operator kept', async () => {
    expect((await verified()).isWhole).toBe(true);
    const [last] = await trail('limit=1');
    const books = pool.options.connectionString as string;
    const verifyHere = (...more: string[]) => run(MAIN, ['verify', '--database', books, '--json', ...more]);
    const whole = await verifyHere('--head', `${last?.seq}:${last?.hash}`);
    expect(whole).toMatchObject({ code: 0, err: '' });
    const kept = JSON.parse(whole.out).head as string;
    await tamper('delete from tallystick.audit where seq = $1', [last?.seq]);
    await pool.query(
      'update tallystick.audit_head set (seq, hash) = (select a.seq, a.hash from tallystick.audit a order by a.seq desc limit 1)',
    );
    expect((await verified()).problems[0]).toBe(
      `trail: entry ${last?.seq} was kept elsewhere, and it ends at ${(last?.seq ?? 0) - 1}: cut off`,
    );
    const cut = await verifyHere('--head', kept);
    expect(cut.code).toBe(1);
    expect(JSON.parse(cut.out).problems[0]).toMatch(
      /^trail: entry \d+ was kept elsewhere, and it ends at \d+: cut off$/,
    );
    expect((await verifyHere('--head', '12:beef')).err).toMatch(
      /^tallystick: --head takes a head as an earlier run/,
    );
    await call(operator, 'POST', '/v1/products', { sku: 'NEW', names: { en: 'New' }, prices: {} });
    expect((await verified()).problems[0]).toBe(
      `trail: entry ${last?.seq} is not the one that was kept elsewhere`,
    );
  });

  test('tells what was changed past it, and refuses to be changed by mistake', async () => {
    await pool.query(`alter table tallystick.catalogue disable trigger note_changed_items`);
    await pool.query(
      `update tallystick.catalogue set body = jsonb_set(body, '{prices,EUR}', '1') where kind = 'product' and id = 'MUG'`,
    );
    expect((await verified()).problems).toEqual([
      'catalogue: product MUG is not what the trail says it became',
    ]);
    await pool.query(`alter table tallystick.catalogue enable trigger note_changed_items`);
    await pool.query(`delete from tallystick.catalogue where kind = 'product' and id = 'LAMP'`);
    expect((await verified()).problems).toContain('catalogue: product LAMP is missing, and the trail has it');
    for (const sql of [
      'update tallystick.audit set actor = $$x$$',
      'delete from tallystick.audit',
      'truncate tallystick.audit',
    ])
      await expect(pool.query(sql)).rejects.toThrow('the trail is only added to');
  });

  test('cannot be made to forget what a thing became by filing an entry elsewhere, nor who did it', async () => {
    const { id } = (await call(operator, 'POST', '/v1/credentials', { name: 'a', role: 'auditor' })).body;
    const active = `select body from tallystick.catalogue where kind = 'credential' and id = $1`;
    const [before] = (await pool.query(active, [id])).rows;
    expect((await call(operator, 'DELETE', `/v1/credentials/${id}`)).status).toBe(200);
    const [revoked] = await trail(`kind=credential&id=${id}`);
    // The owner of the books makes it valid again, and hides the entry that says otherwise.
    await pool.query('alter table tallystick.catalogue disable trigger note_changed_items');
    await pool.query(`update tallystick.catalogue set body = $2 where kind = 'credential' and id = $1`, [
      id,
      before.body,
    ]);
    for (const [column, other] of [
      ['subject', 'nobody'],
      ['kind', 'heads'],
      ['actor', 'books'],
    ]) {
      await tamper(`update tallystick.audit set ${column} = $2 where seq = $1`, [revoked?.seq, other]);
      expect((await verified()).problems[0]).toBe(
        `trail: entry ${revoked?.seq} is filed as another's than it says`,
      );
    }
  });

  test('whose end was made anew under the same number is told by its head', async () => {
    const [last] = await trail('limit=1');
    const forged = last?.entry.replace(/"at" *: *"\d{4}/, '"at" : "1999') as string;
    await tamper(
      `update tallystick.audit set entry = $2, hash = sha256(convert_to($2, 'UTF8')) where seq = $1`,
      [last?.seq, forged],
    );
    expect((await verified()).problems).toEqual([`trail: the hash of entry ${last?.seq} is not the head's`]);
  });

  test('holds the heads of all writers: a chain that was made anew or cut off, head and all, is named', async () => {
    const lines = [{ sku: 'MUG', quantity: 5 }];
    expect((await fleet.post('depot', '/v1/receipts', { id: 'r-1', lines })).status).toBe(201);
    const booked = `select writer, seq, encode(hash, 'hex') as hash from tallystick.writers where writer like 'depot.%' and seq > 1`;
    await until(async () => (await pool.query(booked)).rows.length === 1, 'the books have the delivery');
    await anchorHeads(pool);
    const { writer, seq } = (await pool.query<{ writer: string; seq: number }>(booked)).rows[0] as never as {
      writer: string;
      seq: number;
    };
    const { heads, problems } = await verifyAudit(pool, []);
    expect(problems).toEqual([]);
    expect(heads.get(writer)?.seq).toBeGreaterThanOrEqual(seq);
    const of = async (anchors: ReadonlyMap<string, { seq: number; hash: string }>) =>
      (await verifyChains(pool, anchors)).problems;
    expect(await of(heads)).toEqual([]);
    const before = 'a'.repeat(64);
    expect(await of(new Map([[writer, { seq, hash: before }]]))).toEqual([
      `${writer}: the entries up to ${seq} are not those that the trail has seen`,
    ]);
    const [cutOff] = await of(new Map([[writer, { seq: seq + 1_000, hash: before }]]));
    expect(cutOff).toMatch(
      new RegExp(`^${writer}: the trail has seen entry ${seq + 1_000}, and it ends at \\d+: cut off$`),
    );
    expect(await of(new Map([['gone.1.abc', { seq: 3, hash: before }]]))).toEqual([
      'gone.1.abc: the trail has seen 3 entries of it, and the books have none',
    ]);
  });
});
