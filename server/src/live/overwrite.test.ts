/** Overwrites: what is taken in by its bytes alone is what Yjs and the check would have taken in, and nothing else is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sku } from '@tallystick/crdt';
import {
  addUnits,
  CART_LINES_MAX,
  fieldsOf,
  pressCheckout,
  readCart,
  removeLine,
  setFields,
  setQuantity,
  slipsOf,
} from '@tallystick/crdt/cart';
import { createLog } from '@tallystick/store-agent';
import { until } from '@tallystick/store-agent/test-kit';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { CartFile } from './cart-file.ts';
import { Carts } from './carts.ts';
import { readOverwrite, Writers } from './overwrite.ts';
import { takeUpdate } from './take-update.ts';

const REGION = 1;
const SKUS = ['LAMP', 'MUG', 'BOWL'] as Sku[];
const LAMP = SKUS[0] as Sku;

/** Numbers that are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A keeper that takes every update both ways, and says where they differ. */
class Keeper {
  doc = new Y.Doc();
  readonly #writers = new Writers();
  overwrites = 0;

  /** @returns whether it was taken in */
  take(update: Uint8Array): boolean {
    const before = Y.encodeStateAsUpdate(this.doc);
    const read = readOverwrite(update);
    const isOverwrite = read !== undefined && this.#writers.take(read, () => this.doc);
    const made: Uint8Array[] = [];
    const note = (bytes: Uint8Array) => made.push(bytes);
    this.doc.on('update', note);
    const taken = takeUpdate(this.doc, update, REGION, 0);
    this.doc.off('update', note);
    if (isOverwrite) {
      this.overwrites += 1;
      expect(taken).toMatchObject({ ok: true, gap: false });
      // What is kept and sent on is what was sent, so it must be all that Yjs would say of it.
      expect(made.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual([
        Buffer.from(update).toString('hex'),
      ]);
    } else this.#writers.forget();
    if (taken.ok) return true;
    this.doc = new Y.Doc();
    Y.applyUpdate(this.doc, before);
    return false;
  }
}

test.each([1, 2, 3])(
  'random edits, and bytes changed on their way, count for what they are, seed %i',
  (seed) => {
    const pick = numbers(seed);
    const keeper = new Keeper();
    const sent: Uint8Array[] = [];
    const devices = Array.from({ length: 3 }, () => new Y.Doc());
    const said = devices.map((doc) => {
      const updates: Uint8Array[] = [];
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin !== 'keeper') updates.push(update);
      });
      return updates;
    });
    for (let i = 0; i < 1_500; i += 1) {
      const at = pick(devices.length);
      const doc = devices[at] as Y.Doc;
      const sku = SKUS[pick(SKUS.length)] as Sku;
      const what = pick(20);
      if (what < 8) addUnits(doc, sku, 1 + pick(3));
      else if (what < 13) setQuantity(doc, sku, pick(9));
      else if (what < 14) removeLine(doc, sku);
      else if (what < 15) setFields(doc, { gift: pick(2) === 0 });
      else if (what < 17) {
        // Some of it arrives late, or twice.
        for (const update of said[at]?.splice(0, pick(5)) ?? []) {
          keeper.take(update);
          sent.push(update);
        }
      } else if (what < 19) {
        const update = Uint8Array.from(sent[pick(sent.length)] ?? []);
        if (update.length > 0 && pick(3) > 0) update[pick(update.length)] = pick(256);
        keeper.take(update);
      } else Y.applyUpdate(doc, Y.encodeStateAsUpdate(keeper.doc), 'keeper');
    }
    expect(keeper.overwrites).toBeGreaterThan(100);
  },
);

test('a device’s next word about a line is an overwrite; its first, another’s, and one that was said before are not', () => {
  const keeper = new Keeper();
  const [one, two] = [new Y.Doc(), new Y.Doc()];
  const told: Uint8Array[] = [];
  for (const doc of [one, two]) doc.on('update', (update: Uint8Array) => told.push(update));
  const overwrites = (act: () => void) => {
    const before = keeper.overwrites;
    told.length = 0;
    act();
    for (const update of [...told]) keeper.take(update);
    return keeper.overwrites - before;
  };
  expect(overwrites(() => addUnits(one, LAMP, 1))).toBe(0);
  const first = Y.encodeStateAsUpdate(one);
  expect(overwrites(() => addUnits(one, LAMP, 1))).toBe(1);
  expect(overwrites(() => setQuantity(one, LAMP, 3))).toBe(1);
  const last = told[0] as Uint8Array;
  keeper.take(last);
  expect(keeper.overwrites, 'heard twice').toBe(2);
  // As another client says it, in the first one's slip.
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
  const slip = slipsOf(two).get(String(one.clientID)) as Y.Map<unknown>;
  told.length = 0;
  slip.set(LAMP, { added: 99 });
  expect(keeper.take(told[0] as Uint8Array)).toBe(false);
  // It has not heard of what replaced this.
  const stale = new Y.Doc();
  stale.clientID = one.clientID;
  Y.applyUpdate(stale, first);
  stale.on('update', (update: Uint8Array) => told.push(update));
  told.length = 0;
  addUnits(stale, LAMP, 5);
  keeper.take(told[0] as Uint8Array);
  expect(keeper.overwrites).toBe(2);
});

test('numbers that are longer than they need to be, and bytes behind the end, are no overwrite', () => {
  const doc = new Y.Doc();
  doc.clientID = 7;
  addUnits(doc, LAMP, 1);
  let update = new Uint8Array();
  doc.on('update', (bytes: Uint8Array) => {
    update = Uint8Array.from(bytes);
  });
  addUnits(doc, LAMP, 1);
  expect(readOverwrite(update)).toMatchObject({ client: 7 });
  expect(readOverwrite(Uint8Array.from([...update, 0]))).toBeUndefined();
  expect(readOverwrite(Uint8Array.from([1, 1, 0x87, 0, ...update.subarray(3)]))).toBeUndefined();
  for (let length = 0; length < update.length; length += 1)
    expect(readOverwrite(update.subarray(0, length))).toBeUndefined();
});

test('where sayings could become too many lines, each edit is counted', () => {
  const keeper = new Keeper();
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => keeper.take(update));
  doc.transact(() => {
    for (let i = 0; i < CART_LINES_MAX; i += 1) addUnits(doc, `S${i}` as Sku, 1);
  });
  addUnits(doc, 'S0' as Sku, 1);
  expect(keeper.overwrites).toBe(1);
  removeLine(doc, 'S0' as Sku);
  addUnits(doc, 'ONE-MORE' as Sku, 1);
  const before = keeper.overwrites;
  expect(readCart(keeper.doc)).toMatchObject({ ok: true });
  addUnits(doc, 'S0' as Sku, 1);
  expect(keeper.overwrites).toBe(before);
  const read = readCart(keeper.doc);
  expect(read.ok && read.cart.lines.length).toBe(CART_LINES_MAX);
});

test('what was overwritten and not looked at is in the document, on disk, and behind a press of the same turn', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-overwrite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'carts.db');
  const nowMs = () => Date.now();
  const open = () => {
    const file = new CartFile(path, nowMs());
    return { file, carts: new Carts({ file, log: createLog('eu', 'silent'), regionClient: REGION, nowMs }) };
  };
  const { file, carts } = open();
  carts.create('c', () => {});
  const cart = carts.find('c');
  if (cart === undefined) throw new Error('no cart');
  const pressed: string[] = [];
  carts.whenPressed((id) => pressed.push(id));
  const heard: Uint8Array[] = [];
  cart.listeners.add({ send: (frame) => heard.push(frame), end: () => {} });
  const nobody = { send: () => {}, end: (_: number, why: string) => expect(why).toBe('') };
  const device = new Y.Doc();
  device.on('update', (update: Uint8Array) => carts.take(cart, update, nobody));
  addUnits(device, LAMP, 1);
  pressCheckout(device, { amountMinor: 4_900, currency: 'EUR' });
  for (let i = 0; i < 10; i += 1) addUnits(device, LAMP, 1);
  await until(() => heard.length === 12, 'each is heard, by itself');
  expect(pressed).toEqual(['c']);
  expect(file.pressed(10)).toEqual(['c']);
  for (let i = 0; i < 100; i += 1) addUnits(device, LAMP, 1);
  const lines = [{ sku: LAMP, quantity: 111 }];
  expect((await carts.read('c')).lines).toEqual(lines);
  addUnits(device, LAMP, 1);
  carts.close();
  const again = open();
  onTestFinished(() => again.carts.close());
  expect((await again.carts.read('c')).lines).toEqual([{ sku: LAMP, quantity: 112 }]);
});

test('a device that still has the cart as an older release began it, with its version, is heard', () => {
  const older = new Y.Doc();
  fieldsOf(older).set('v', 1);
  addUnits(older, LAMP, 2);
  const doc = new Y.Doc();
  expect(takeUpdate(doc, Y.encodeStateAsUpdate(older), REGION, 0)).toMatchObject({ ok: true });
  expect(readCart(doc)).toMatchObject({ ok: true, cart: { lines: [{ sku: LAMP, quantity: 2 }] } });
  fieldsOf(older).set('v', 2);
  expect(takeUpdate(doc, Y.encodeStateAsUpdate(older), REGION, 0)).toMatchObject({ ok: false });
});
