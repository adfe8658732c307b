/** What a region's carts leave on its disk, whatever comes in beside it, and what is told of those that were left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sku } from '@tallystick/crdt';
import { addUnits, fieldsOf, readCart, setFields, setQuantity } from '@tallystick/crdt/cart';
import { createLog, Problem } from '@tallystick/store-agent';
import { until } from '@tallystick/store-agent/test-kit';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { CartFile, documentOf } from './cart-file.ts';
import { Carts } from './carts.ts';
import { type LeftCart, LeftCarts } from './left-carts.ts';
import type { Listener, LiveCart } from './live-cart.ts';
import type { Flush } from './wal-flush.ts';

const LAMP = 'LAMP' as Sku;
const DAY = 86_400_000;
const log = createLog('eu', 'silent');

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tallystick-carts-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function open(path: string, nowMs = () => 1_000 * DAY, flush?: Flush) {
  const file = new CartFile(path, nowMs(), flush);
  const carts = new Carts({ file, log, regionClient: 1, nowMs });
  return { file, carts };
}

const nobody: Listener = { send: () => {}, end: () => {} };

test('an update that was refused is never written, also where the cart is written whole in the same turn', async () => {
  const path = join(folder(), 'carts.db');
  const { carts } = open(path);
  carts.create('c', () => {});
  const cart = carts.find('c');
  if (cart === undefined) throw new Error('no cart');
  const device = new Y.Doc();
  device.on('update', (update) => carts.take(cart, update, nobody));
  // More updates than are kept beside a state: the next commit writes the whole document.
  for (let i = 1; i <= 100; i += 1) setQuantity(device, LAMP, i);
  const hostile = new Y.Doc();
  fieldsOf(hostile).set('admin', true);
  carts.take(cart, Y.encodeStateAsUpdate(hostile), nobody);
  carts.close();
  const again = new CartFile(path);
  const stored = again.load('c');
  again.close();
  if (stored === undefined) throw new Error('the cart is gone');
  expect(readCart(documentOf(stored))).toEqual({ ok: true, cart: { lines: [{ sku: LAMP, quantity: 100 }] } });
});

/** A disk that is flushed when the test says so: as it should be, or in vain. */
function slowDisk() {
  const waiting: { done: () => void; failed: (error: Error) => void }[] = [];
  const flush: Flush = () =>
    new Promise<void>((done, failed) => {
      waiting.push({ done, failed });
    });
  return { waiting, flush };
}

test('nobody hears of an edit while the disk is flushed, and what came in meanwhile waits for the next flush', async () => {
  const { waiting, flush } = slowDisk();
  const { carts } = open(join(folder(), 'carts.db'), undefined, flush);
  carts.create('c', () => {});
  const cart = carts.find('c') as LiveCart;
  const heard: Uint8Array[] = [];
  cart.listeners.add({ send: (frame) => heard.push(frame), end: () => {} });
  const device = new Y.Doc();
  device.on('update', (update) => carts.take(cart, update, nobody));
  const before = carts.read('c');
  addUnits(device, LAMP, 1);
  await until(() => waiting.length === 1, 'the disk is flushed');
  addUnits(device, LAMP, 2);
  expect((await before).lines).toEqual([]);
  let read: readonly object[] | undefined;
  void carts.read('c').then(({ lines }) => {
    read = lines;
  });
  await new Promise(setImmediate);
  expect([heard.length, waiting.length, read]).toEqual([0, 1, undefined]);
  waiting[0]?.done();
  await until(() => waiting.length === 2, 'it is flushed again');
  expect([heard.length, read]).toEqual([1, undefined]);
  waiting[1]?.done();
  await until(() => read !== undefined, 'all is saved');
  expect(heard.length).toBe(2);
  expect(read).toEqual([{ sku: LAMP, quantity: 3 }]);
  carts.close();
});

test('where a flush fails nobody is told, all are cut off, and what they bring again is saved', async () => {
  const { waiting, flush } = slowDisk();
  const path = join(folder(), 'carts.db');
  const { carts } = open(path, undefined, flush);
  carts.create('c', () => {});
  const cart = carts.find('c') as LiveCart;
  const heard: Uint8Array[] = [];
  const ended: number[] = [];
  const client: Listener = { send: (frame) => heard.push(frame), end: (code) => ended.push(code) };
  cart.listeners.add(client);
  const device = new Y.Doc();
  addUnits(device, LAMP, 4);
  carts.take(cart, Y.encodeStateAsUpdate(device), client);
  await until(() => waiting.length === 1, 'the disk is flushed');
  addUnits(device, LAMP, 1);
  carts.take(cart, Y.encodeStateAsUpdate(device), client);
  waiting[0]?.failed(Object.assign(new Error('the disk is gone'), { code: 'EIO' }));
  await until(() => ended.length > 0, 'it is cut off');
  expect([heard, ended]).toEqual([[], [1013]]);
  carts.take(cart, Y.encodeStateAsUpdate(device), client);
  await until(() => waiting.length === 2, 'it is flushed again');
  expect(heard).toEqual([]);
  waiting[1]?.done();
  await until(() => heard.length === 1, 'it is told');
  carts.close();
  const again = open(path);
  expect((await again.carts.read('c')).lines).toEqual([{ sku: LAMP, quantity: 5 }]);
  again.carts.close();
});

test('a cart of old that somebody uses again is not removed, also where the region was killed', () => {
  const path = join(folder(), 'carts.db');
  const old = new CartFile(path);
  old.create('used', Y.encodeStateAsUpdate(new Y.Doc()), 0);
  old.create('left', Y.encodeStateAsUpdate(new Y.Doc()), 0);
  const nr = old.find('used') as number;
  const doc = new Y.Doc();
  addUnits(doc, LAMP, 1);
  old.commit({ updates: [{ nr, bytes: Y.encodeStateAsUpdate(doc) }], whole: [], pressed: [] }, 0);
  expect(old.removeUntouched(100 * DAY, 10)).toBe(1);
  old.close();
  // When it was used, nobody knows any more: it counts from now.
  const { file, carts } = open(path, () => 100 * DAY);
  expect(file.find('left')).toBeUndefined();
  expect(file.removeUntouched(100 * DAY, 10)).toBe(0);
  carts.close();
});

test('carts that are written whole and edited on, in any order, are read as they were saved', async () => {
  const path = join(folder(), 'carts.db');
  let state = 3;
  const pick = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const expected = Array.from({ length: 5 }, () => 0);
  const all = () => Promise.all(expected.map((_, i) => carts.read(`c${i}`)));
  let { file, carts } = open(path);
  expected.forEach((_, i) => {
    carts.create(`c${i}`, () => {});
  });
  for (let step = 0; step < 400; step += 1) {
    const i = pick(5);
    const what = pick(20);
    if (what < 15) {
      await carts.edit(`c${i}`, (doc) => addUnits(doc, LAMP, 1));
      expected[i] = (expected[i] as number) + 1;
    } else if (what < 17) {
      const cart = carts.find(`c${i}`) as LiveCart;
      file.commit(
        { updates: [], whole: [{ nr: cart.nr, state: Y.encodeStateAsUpdate(cart.doc) }], pressed: [] },
        0,
      );
      cart.unload();
    } else if (what < 18) file.trim();
    else if (what < 19) for (const id of expected.keys()) carts.find(`c${id}`)?.unload();
    else {
      // As a process that was killed: what is in memory is gone.
      carts.close();
      ({ file, carts } = open(path));
    }
    if (step % 20 > 0) continue;
    const lamps = (await all()).map(({ lines }) => lines[0]?.quantity ?? 0);
    expect(lamps).toEqual(expected);
  }
  carts.close();
});

test('a file of the release before is read, and keeps its carts', async () => {
  const path = join(folder(), 'carts.db');
  const doc = new Y.Doc();
  addUnits(doc, LAMP, 3);
  const before = new Database(path);
  before.exec(`
    pragma application_id = ${0x43415254};
    pragma user_version = 1;
    create table secrets (name text primary key, value blob not null) strict;
    create table carts (nr integer primary key, id text not null unique, state blob not null, touched_ms integer not null) strict;
    create index carts_by_touch on carts (touched_ms);
    create table updates (cart integer not null references carts, seq integer not null, bytes blob not null, primary key (cart, seq)) strict, without rowid;`);
  before.prepare('insert into carts values (1, ?, ?, 5)').run('c', Y.encodeStateAsUpdate(doc));
  const state = Y.encodeStateVector(doc);
  addUnits(doc, LAMP, 1);
  before.prepare('insert into updates values (1, 1, ?)').run(Y.encodeStateAsUpdate(doc, state));
  before.close();
  const { carts } = open(path);
  expect((await carts.read('c')).lines).toEqual([{ sku: LAMP, quantity: 4 }]);
  carts.close();
});

test('what one commit brings of two carts, and is more than a row of the log holds, is read back in its order', () => {
  const path = join(folder(), 'carts.db');
  const { file, carts } = open(path);
  const updates = ['a', 'b'].flatMap((id) => {
    carts.create(id, () => {});
    const made: Uint8Array[] = [];
    const doc = new Y.Doc();
    doc.on('update', (update) => made.push(update));
    for (let i = 0; i < 100; i += 1) setFields(doc, { note: `${id}${i} `.padEnd(480, 'x') });
    return made.map((bytes) => ({ nr: file.find(id) as number, bytes }));
  });
  file.commit({ updates, whole: [], pressed: [] }, 1);
  const noteOf = (stored: ReturnType<CartFile['load']>) =>
    stored === undefined ? undefined : fieldsOf(documentOf(stored)).get('note');
  const expected = ['a', 'b'].map((id) => `${id}99 `.padEnd(480, 'x'));
  expect(file.load('b')?.updates.length).toBe(100);
  expect([noteOf(file.load('a')), noteOf(file.load('b'))]).toEqual(expected);
  carts.close();
  const again = new CartFile(path);
  expect([noteOf(again.load('a')), noteOf(again.load('b'))]).toEqual(expected);
  again.close();
});

test('a cart that was left is told of once: not while it is used, and as often as it takes to be heard', async () => {
  let nowMs = 0;
  const { file, carts } = open(join(folder(), 'carts.db'), () => nowMs);
  for (const id of ['newer', 'full', 'empty', 'ordered']) {
    carts.create(id, (doc) => {
      if (id === 'newer') fieldsOf(doc).set('v', 2);
      if (id !== 'empty') addUnits(doc, LAMP, 2);
      if (id === 'ordered') fieldsOf(doc).set('order', 'o-1');
    });
  }
  const heard: LeftCart[] = [];
  let attempts = 0;
  const left = new LeftCarts({
    carts,
    file,
    log,
    afterMs: 5,
    nowMs: () => nowMs,
    tell: async (cart) => {
      attempts += 1;
      if (attempts < 3) throw new Problem('authority_unreachable', 'not now');
      heard.push(cart);
    },
  });
  onTestFinished(() => {
    left.stop();
    carts.close();
  });
  nowMs = 10;
  const isDone = () => file.untouched(nowMs, 10).length === 0;
  await until(() => heard.length === 1 && isDone(), 'it is told of');
  expect(heard).toMatchObject([{ id: 'full', touchedMs: 0, cart: { lines: [{ sku: LAMP, quantity: 2 }] } }]);
  expect(attempts).toBe(3);
  // Somebody comes back to both, and leaves again: who was told of is not told of again.
  const write = async (id: string) => {
    await carts.edit(id, (doc) => addUnits(doc, LAMP, 5));
    // Quiet since then: it is written as one state.
    const state = Y.encodeStateAsUpdate((carts.find(id) as LiveCart).doc);
    file.commit({ updates: [], whole: [{ nr: file.find(id) as number, state }], pressed: [] }, nowMs);
  };
  await write('full');
  await write('empty');
  nowMs = 20;
  await until(() => heard.length === 2 && isDone(), 'the other one is told of');
  expect(heard[1]).toMatchObject({ id: 'empty', touchedMs: 10 });
});
