/** What Yjs looks through for each item that it takes in: a million looks are a second, and are refused before. */

import type { Sku } from '@tallystick/crdt';
import { addUnits, readCart } from '@tallystick/crdt/cart';
import * as encoding from 'lib0/encoding';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { SIBLINGS_MAX } from './siblings.ts';
import { takeUpdate } from './take-update.ts';

const REGION = 1;
const [ITEM_OF_MAP, ITEM_OF_VALUE, WITH_KEY] = [7, 8, 32];

/** An own slip, and so many items under one key of it that know nothing of each other. */
function crowd(count: number, client: number, from = 0): Uint8Array {
  const out = encoding.createEncoder();
  const number = (n: number) => encoding.writeVarUint(out, n);
  number(1);
  number(count + (from === 0 ? 1 : 0));
  number(client);
  number(from);
  if (from === 0) {
    encoding.writeUint8(out, ITEM_OF_MAP | WITH_KEY);
    number(1);
    encoding.writeVarString(out, 'lines');
    encoding.writeVarString(out, String(client));
    number(1);
  }
  for (let i = 0; i < count; i += 1) {
    encoding.writeUint8(out, ITEM_OF_VALUE | WITH_KEY);
    number(0);
    number(client);
    number(0);
    encoding.writeVarString(out, 'X');
    number(1);
    encoding.writeAny(out, { added: 1 });
  }
  number(0);
  return encoding.toUint8Array(out);
}

const take = (doc: Y.Doc, update: Uint8Array) => takeUpdate(doc, update, REGION, 0);

test('more siblings than devices make are refused before they are applied', () => {
  const doc = new Y.Doc();
  expect(take(doc, crowd(16_000, 77))).toEqual({
    ok: false,
    why: 'the update has too many parts in one place',
  });
  expect(doc.store.clients.size).toBe(0);
});

test('they are refused where they come a few at a time, too', () => {
  const doc = new Y.Doc();
  expect(take(doc, crowd(SIBLINGS_MAX, 77))).toMatchObject({ ok: true });
  expect(take(doc, crowd(1, 77, SIBLINGS_MAX + 1))).toEqual({
    ok: false,
    why: 'the cart has too many parts in one place',
  });
});

test('many lines, many edits of one line, and as many devices as a cart has are none', () => {
  const doc = new Y.Doc();
  const device = new Y.Doc();
  for (let i = 0; i < 300; i += 1) addUnits(device, `s${i}` as Sku, 1);
  for (let i = 0; i < 1_000; i += 1) addUnits(device, 's0' as Sku, 1);
  expect(take(doc, Y.encodeStateAsUpdate(device))).toMatchObject({ ok: true });
  for (let i = 0; i < 300; i += 1) {
    const other = new Y.Doc();
    addUnits(other, 's1' as Sku, 1);
    expect(take(doc, Y.encodeStateAsUpdate(other))).toMatchObject({ ok: true });
  }
  expect(readCart(doc)).toMatchObject({ ok: true });
  const all = new Y.Doc();
  expect(take(all, Y.encodeStateAsUpdate(doc))).toMatchObject({ ok: true });
});
