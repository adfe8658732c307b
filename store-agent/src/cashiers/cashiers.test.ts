/** Cashiers at a shop's door: PINs are checked here, offline, guessing waits, and each does what is theirs to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readAgentConfig, writeAgentFile } from '../config.ts';
import { type Said, said } from '../http/said.test-kit.ts';
import { createLog } from '../log.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { type Served, serveAgent } from '../serve.ts';
import { CashierDesk } from './desk.ts';
import { hashPin, newPin, pinSchema } from './pin.ts';
import { PinLocks } from './pin-locks.ts';

const PINS = { anna: '4711', max: '280193', eve: '9021' } as const;
const hashes = new Map<string, string>();
const QUIET = createLog('test', 'silent');

beforeAll(async () => {
  for (const pin of Object.values(PINS)) hashes.set(pin, await hashPin(pin));
});

const item = (id: string, role: 'cashier' | 'manager', locations: string[], pin: string) => {
  return { id, role, locations, pinHash: hashes.get(pin) };
};

class Shop {
  readonly root = new TestRoot();
  served!: Served;

  static async start(): Promise<Shop> {
    const shop = new Shop();
    await shop.root.start();
    onTestFinished(() => shop.root.stop());
    shop.root.put('cashier', 'anna', item('anna', 'cashier', ['berlin'], PINS.anna));
    shop.root.put('cashier', 'max', item('max', 'manager', ['berlin', 'hamburg'], PINS.max));
    shop.root.put('cashier', 'eve', item('eve', 'manager', ['hamburg'], PINS.eve));
    shop.served = await shop.open('berlin', shop.root.addShop('berlin'));
    await until(
      () => shop.served.agent.catalogue.bodies('cashier', '', 9).length === 2,
      'it knows its own two',
    );
    return shop;
  }

  async open(what: string, folder: string): Promise<Served> {
    const { dataDir, logLevel: _, location, ...file } = readAgentConfig(folder);
    const cashiers = { ...file.settings.cashiers, signIn: 'required' as const };
    writeAgentFile(folder, { ...file, location: location ?? null, settings: { ...file.settings, cashiers } });
    const served = await serveAgent(readAgentConfig(dataDir, { logLevel: 'silent' }));
    onTestFinished(() => served.stop());
    await until(() => served.agent.unready() === undefined, `${what} is ready`);
    return served;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
    at = this.served.url,
  ): Promise<Said> {
    const response = await fetch(`${at}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status !== 204) return said(response);
    return { status: 204, type: null, headers: response.headers, body: {} };
  }

  signIn(cashier: string, pin: string, at?: string): Promise<Said> {
    return this.ask('POST', '/v1/cashier-sessions', { cashier, pin }, undefined, at);
  }

  async token(cashier: keyof typeof PINS, at?: string): Promise<string> {
    return (await this.signIn(cashier, PINS[cashier], at)).body.token as string;
  }
}

const sale = (id: string, more: object = {}) => ({
  id,
  waitMs: 0,
  lines: [{ sku: 'LAMP', quantity: 1 }],
  ...more,
});
const receipt = (id: string) => ({ id, lines: [{ sku: 'LAMP', quantity: 5 }] });

describe('at a shop’s door', () => {
  test('nobody sells without a PIN; a cashier sells, a manager does the rest, and entries name them', async () => {
    const shop = await Shop.start();
    for (const [method, path] of [
      ['POST', '/v1/sales'],
      ['POST', '/v1/receipts'],
      ['GET', '/v1/journal'],
      ['PUT', '/v1/link'],
      ['GET', '/v1/status'],
      ['DELETE', '/v1/cashier-sessions/current'],
      ['HEAD', '/v1/journal'],
    ] as const)
      expect((await fetch(`${shop.served.url}${path}`, { method })).status, path).toBe(401);
    expect((await shop.ask('GET', '/healthz')).status).toBe(200);

    const signedIn = await shop.signIn('anna', PINS.anna);
    expect(signedIn).toMatchObject({ status: 201, body: { cashier: 'anna', role: 'cashier' } });
    expect(signedIn.headers.get('cache-control')).toBe('no-store');
    const [anna, max] = [signedIn.body.token as string, await shop.token('max')];
    expect((await shop.ask('POST', '/v1/receipts', receipt('r1'), anna)).status).toBe(403);
    expect((await shop.ask('POST', '/v1/receipts', receipt('r1'), max)).status).toBe(201);
    const elsewhere = { id: 'r2', lines: [{ sku: 'LAMP', locationId: 'memphis', quantity: 5 }] };
    expect(await shop.ask('POST', '/v1/receipts', elsewhere, max), 'not where he works').toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('memphis') },
    });
    const owed = {
      override: { reason: 'in her hands' },
      lines: [{ sku: 'LAMP', quantity: 1, locationId: 'memphis' }],
    };
    expect(await shop.ask('POST', '/v1/sales', sale('s0', owed), max), 'no debts elsewhere').toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('memphis') },
    });
    expect((await shop.ask('POST', '/v1/sales', sale('s1'), anna)).status).toBe(201);
    for (const path of ['/v1/returns', '/v1/counts', '/v1/losses', '/v1/shipments', '/v1/nothing'])
      expect((await shop.ask('POST', path, {}, anna)).status, path).toBe(403);
    expect((await shop.ask('PUT', '/v1/link', { state: 'down' }, anna)).status).toBe(403);
    expect((await shop.ask('GET', '/v1/journal', undefined, anna)).status).toBe(403);

    const override = { override: { reason: 'in her hands' } };
    const tooMany = { lines: [{ sku: 'LAMP', quantity: 6 }] };
    expect((await shop.ask('POST', '/v1/sales', sale('s2', { ...override, ...tooMany }), anna)).status).toBe(
      403,
    );
    expect((await shop.ask('POST', '/v1/sales', sale('s2', { ...override, ...tooMany }), max)).status).toBe(
      201,
    );
    const journal = await shop.ask('GET', '/v1/journal', undefined, max);
    const actors = (journal.body.items ?? journal.body.entries) as { type: string; actor: string }[];
    expect(actors.filter(({ type }) => type === 'sold').map(({ actor }) => actor)).toEqual([
      'cashier:anna',
      'manager:max',
    ]);
    expect(actors.find(({ type }) => type === 'received')?.actor).toBe('manager:max');
    expect((await shop.ask('DELETE', '/v1/cashier-sessions/current', undefined, anna)).status).toBe(204);
    expect((await shop.ask('POST', '/v1/sales', sale('s3'), anna)).status).toBe(401);
  });

  test('PINs go to the places where people work, work offline, and end with the person', async () => {
    const shop = await Shop.start();
    expect((await shop.signIn('eve', PINS.eve)).status, 'she works elsewhere').toBe(401);
    expect(shop.served.agent.catalogue.body('cashier', 'eve'), 'and is not even known here').toBeUndefined();
    const folder = shop.root.addShop('till', 'berlin', `${shop.served.url.replace('http', 'ws')}/link`);
    const till = await shop.open('the till', folder);
    await until(() => till.agent.catalogue.bodies('cashier', '', 9).length === 2, 'the till has them too');
    till.agent.host.parent?.stop();
    const max = await shop.token('max', till.url);
    const current = () => shop.ask('GET', '/v1/cashier-sessions/current', undefined, max, till.url);
    expect(await current()).toMatchObject({ status: 200, body: { cashier: 'max', role: 'manager' } });

    shop.root.put('cashier', 'max', item('max', 'manager', ['hamburg'], PINS.max));
    await until(() => shop.served.agent.catalogue.body('cashier', 'max') === undefined, 'he left berlin');
    expect((await current()).status, 'a till that is cut off does not know').toBe(200);
    till.agent.host.parent?.start();
    await until(async () => (await current()).status === 401, 'once it hears of it, his session ends');
    expect((await shop.signIn('max', PINS.max, till.url)).status).toBe(401);
  });

  test('wrong PINs lock a name, also for whoever sends them all at once, and across a restart', async () => {
    const shop = await Shop.start();
    const statuses: number[] = [];
    for (const from of [5000, 5020]) {
      const guesses = Array.from({ length: 4 }, (_, i) => shop.signIn('anna', `${from + 7 * i}`));
      statuses.push(...(await Promise.all(guesses)).map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
    const locked = await shop.signIn('anna', PINS.anna);
    expect(locked.status, 'the right one too').toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await shop.signIn('max', PINS.max)).status, 'others go on').toBe(201);

    await shop.served.stop();
    const again = await serveAgent(readAgentConfig(join(shop.root.folder, 'berlin'), { logLevel: 'silent' }));
    onTestFinished(() => again.stop());
    expect((await shop.signIn('anna', PINS.anna, again.url)).status).toBe(429);
    expect(readFileSync(join(shop.root.folder, 'berlin', 'pin-locks.json'), 'utf8')).not.toContain('5000');
    const stranger: number[] = [];
    for (let i = 0; i < 6; i += 1) stranger.push((await shop.signIn('nobody', '5000', again.url)).status);
    expect(stranger, 'who is not known is told the same').toEqual([401, 401, 401, 401, 401, 429]);
    shop.root.put('cashier', 'anna', item('anna', 'cashier', ['berlin'], PINS.eve));
    await until(async () => (await shop.signIn('anna', PINS.eve, again.url)).status === 201, 'her new PIN');
    for (const body of [
      { cashier: 'anna' },
      { cashier: 'anna', pin: 4711 },
      { cashier: '../x', pin: '4711' },
    ])
      expect((await shop.ask('POST', '/v1/cashier-sessions', body, undefined, again.url)).status).toBe(400);
  });
});

describe('a desk', () => {
  test('one address cannot fill the queue of those who wait: others are let in beside it', async () => {
    const shop = await Shop.start();
    const times = { sessionMinutes: 60, idleMinutes: 10, triesMax: 3 };
    const folder = join(shop.root.folder, 'berlin');
    const desk = new CashierDesk(shop.served.agent.catalogue, 'berlin', folder, times, QUIET);
    const tryFrom = (address: string, name: string, pin: string) =>
      desk.signIn(name, pin, address, Date.now).then(
        () => 'in',
        ({ code }: { code: string }) => code,
      );
    const guesses = Array.from({ length: 40 }, (_, i) => tryFrom('10.0.0.9', `nobody-${i}`, '5000'));
    const anna = tryFrom('10.0.0.1', 'anna', PINS.anna);
    const said = await Promise.all(guesses);
    expect(said.filter((code) => code === 'unauthenticated')).toHaveLength(4);
    expect(said.filter((code) => code === 'overloaded')).toHaveLength(36);
    expect(await anna).toBe('in');
  });

  test('ends sessions after a shift, and where nobody used them; a lock doubles up to an hour', async () => {
    const shop = await Shop.start();
    const { catalogue } = shop.served.agent;
    const times = { sessionMinutes: 60, idleMinutes: 10, triesMax: 3 };
    const folder = join(shop.root.folder, 'berlin');
    const desk = new CashierDesk(catalogue, 'berlin', folder, times, QUIET);
    let nowMs = 1_000_000;
    const signIn = () => desk.signIn('anna', PINS.anna, '127.0.0.1', () => nowMs);
    const { token, endsMs } = await signIn();
    expect(endsMs).toBe(nowMs + 3_600_000);
    for (let i = 0; i < 6; i += 1) {
      nowMs += 599_000;
      expect(desk.find(token, nowMs)?.id).toBe('anna');
    }
    nowMs += 599_000;
    expect(desk.find(token, nowMs), 'the shift is over').toBeUndefined();
    const next = await signIn();
    expect(desk.find(next.token, nowMs + 600_001), 'left alone').toBeUndefined();
    expect(desk.find('x'.repeat(43), nowMs)).toBeUndefined();
    const third = await signIn();
    desk.signOut(third.token);
    expect(desk.find(third.token, nowMs)).toBeUndefined();
    const elsewhere = new CashierDesk(catalogue, 'hamburg', folder, times, QUIET);
    const there = elsewhere.signIn('anna', PINS.anna, '127.0.0.1', () => nowMs);
    await expect(there, 'who does not work there, though it may be known').rejects.toMatchObject({
      code: 'unauthenticated',
    });
    const last = await signIn();
    expect(desk.find(last.token, nowMs)?.role).toBe('cashier');
    shop.root.put('cashier', 'anna', item('anna', 'manager', ['berlin'], PINS.anna));
    await until(() => desk.find(last.token, nowMs) === undefined, 'another role begins with another sign-in');
    expect((await signIn()).cashier.role).toBe('manager');
  });

  test('locks: none for a few, then twice as long each time, never longer than an hour, gone with the right PIN', () => {
    const root = new TestRoot();
    onTestFinished(() => root.stop());
    const locks = new PinLocks(root.folder, 3, QUIET);
    const lockedMs = Array.from({ length: 12 }, () => locks.wrong('anna', true, 0));
    expect(lockedMs.slice(0, 6)).toEqual([0, 0, 60_000, 120_000, 240_000, 480_000]);
    expect(Math.max(...lockedMs)).toBe(3_600_000);
    expect(locks.waitMs('anna', true, 3_599_000)).toBe(1_000);
    expect(locks.waitMs('anna', true, 3_600_000)).toBe(0);
    expect(locks.waitMs('anna', true, -1e12), 'a clock that was set back').toBe(3_600_000);
    expect(new PinLocks(root.folder, 3, QUIET).waitMs('anna', true, 0)).toBe(3_600_000);
    locks.right('anna');
    expect(new PinLocks(root.folder, 3, QUIET).waitMs('anna', true, 0)).toBe(0);
    for (let i = 0; i < 5_000; i += 1) locks.wrong(`stranger-${i}`, false, 0);
    expect(readFileSync(join(root.folder, 'pin-locks.json'), 'utf8')).toBe('{}');
  });

  test('PINs that are tried first are refused; those made here are not among them', () => {
    for (const pin of ['123', '0000', '1234', '4321', '111111', '12345678', '4a11', '', '1234567890123'])
      expect(pinSchema.safeParse(pin).success, pin).toBe(false);
    for (const pin of ['4711', '1357', '112233', '1235'])
      expect(pinSchema.safeParse(pin).success, pin).toBe(true);
    for (let i = 0; i < 200; i += 1) expect(pinSchema.safeParse(newPin()).success).toBe(true);
  });
});
