/** What an edit means when another device edits at the same time: the table of docs/carts.md, row by row. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { cartOf, devices, hear, lamp, meet, mug, quantityIn } from './devices.test-kit.ts';
import { addUnits, removeLine, setFields, setQuantity } from './edit.ts';
import { mergeCarts, mergeMore } from './merge.ts';
import { readCart } from './read.ts';
import { fieldsOf, slipsOf } from './schema.ts';

/** Two devices that know the same cart, do something each without hearing of the other, and meet. */
function apart(known: (doc: Y.Doc) => void, one: (doc: Y.Doc) => void, two: (doc: Y.Doc) => void): Y.Doc[] {
  const docs = devices(2);
  const [a, b] = docs as [Y.Doc, Y.Doc];
  known(a);
  meet(docs);
  one(a);
  two(b);
  meet(docs);
  expect(cartOf(b)).toEqual(cartOf(a));
  return docs;
}

const lamps = ([doc]: Y.Doc[]) => quantityIn(doc, lamp);
const nothing = () => {};
const add = (n: number) => (doc: Y.Doc) => addUnits(doc, lamp, n);
const set = (n: number) => (doc: Y.Doc) => setQuantity(doc, lamp, n);
const remove = (doc: Y.Doc) => removeLine(doc, lamp);

describe('[K1] lines', () => {
  test('add and add: they add up', () => {
    expect(lamps(apart(nothing, add(2), add(3)))).toBe(5);
  });
  test('set and add: the set replaces what its device had seen, the add comes on top', () => {
    expect(lamps(apart(add(4), set(10), add(3)))).toBe(13);
  });
  test('set and set: the larger stays', () => {
    expect(lamps(apart(add(4), set(2), set(7)))).toBe(7);
    expect(lamps(apart(add(4), set(7), set(2)))).toBe(7);
  });
  test('set after set: the later stays, also where it is smaller', () => {
    expect(lamps(apart(set(7), set(2), nothing))).toBe(2);
  });
  test('remove and nothing: the line is gone', () => {
    const docs = apart(add(4), remove, nothing);
    expect(cartOf(docs[0]).lines).toEqual([]);
  });
  test('remove and add: what the remover had not seen stays', () => {
    expect(lamps(apart(add(4), remove, add(3)))).toBe(3);
  });
  test('remove and set: the set stays', () => {
    expect(lamps(apart(add(4), remove, set(2)))).toBe(2);
  });
  test('remove and remove: the line is gone, and a later add begins anew', () => {
    const docs = apart(add(4), remove, remove);
    expect(lamps(docs)).toBe(0);
    addUnits(docs[1] as Y.Doc, lamp, 1);
    meet(docs);
    expect(lamps(docs)).toBe(1);
  });
  test('edits of two lines do not touch each other', () => {
    const docs = apart(add(1), remove, (doc) => addUnits(doc, mug, 2));
    expect(cartOf(docs[0]).lines).toEqual([{ sku: mug, quantity: 2 }]);
  });
  test('a quantity stays what an order can have', () => {
    expect(lamps(apart(nothing, add(2_147_483_647), add(2_147_483_647)))).toBe(2_147_483_647);
  });
});

describe('[K2] note, gift, delivery, customer', () => {
  test('set and set: one of the two, the same everywhere; later on, the later', () => {
    const docs = apart(
      nothing,
      (doc) => setFields(doc, { note: 'one', gift: true, delivery: 'post', customer: 'c-1' }),
      (doc) => setFields(doc, { note: 'two', delivery: 'van', customer: 'c-2' }),
    );
    const [a, b] = docs.map((doc) => cartOf(doc));
    expect(a).toEqual(b);
    expect(['one', 'two']).toContain(a?.note);
    expect(['post', 'van']).toContain(a?.delivery);
    expect(['c-1', 'c-2']).toContain(a?.customer);
    expect(a?.gift).toBe(true);
    const later = { note: 'three', delivery: 'bike', customer: 'c-3' };
    setFields(docs[1] as Y.Doc, { ...later, gift: undefined });
    meet(docs);
    expect(cartOf(docs[0])).toEqual({ ...later, lines: [] });
  });
});

describe("[K3] a guest's cart merged into a customer's", () => {
  function guest(): Y.Doc {
    const doc = new Y.Doc();
    doc.clientID = 99;
    addUnits(doc, lamp, 2);
    setFields(doc, { note: 'ring twice', customer: 'nobody', delivery: 'standard' });
    return doc;
  }

  test('it adds up with what is there, and brings what is not', () => {
    const docs = apart(add(1), (doc) => mergeCarts(doc, 'guest-1', guest()), nothing);
    expect(cartOf(docs[0])).toEqual({
      note: 'ring twice',
      delivery: 'standard',
      lines: [{ sku: lamp, quantity: 3 }],
    });
  });
  test('merged on both devices, and once more: it counts once', () => {
    const merge = (doc: Y.Doc) => mergeCarts(doc, 'guest-1', guest());
    const docs = apart(add(1), merge, merge);
    expect(lamps(docs)).toBe(3);
    expect(merge(docs[1] as Y.Doc)).toBe(false);
    expect(quantityIn(docs[1], lamp)).toBe(3);
  });
  test('merged on one device and removed on the other, which had not seen it: it stays', () => {
    expect(lamps(apart(add(1), remove, (doc) => mergeCarts(doc, 'guest-1', guest())))).toBe(2);
  });
  test('what a device that was cut off put into the guest’s cart comes on top, once; what it took out stays', () => {
    const late = guest();
    const docs = apart(add(1), (doc) => mergeCarts(doc, 'guest-1', late), nothing);
    const [mine] = docs as [Y.Doc];
    addUnits(late, lamp, 3);
    addUnits(late, mug, 1);
    const more = () => mergeMore(mine, 'guest-1', cartOf(late));
    expect([more(), more()]).toEqual([true, false]);
    expect([quantityIn(mine, lamp), quantityIn(mine, mug)]).toEqual([6, 1]);
    removeLine(late, lamp);
    addUnits(late, mug, 1);
    expect(more()).toBe(true);
    expect([quantityIn(mine, lamp), quantityIn(mine, mug)]).toEqual([6, 2]);
    expect(mergeMore(mine, 'guest-2', cartOf(late))).toBe(false);
  });
  test('merged, and set to another quantity before more comes: that comes on top', () => {
    const late = guest();
    const [mine] = apart(add(1), (doc) => mergeCarts(doc, 'guest-1', late), nothing) as [Y.Doc];
    setQuantity(mine, lamp, 1);
    addUnits(late, lamp, 3);
    mergeMore(mine, 'guest-1', cartOf(late));
    expect(quantityIn(mine, lamp)).toBe(4);
  });
  test('merged and then removed: it is gone', () => {
    const docs = apart(add(1), (doc) => mergeCarts(doc, 'guest-1', guest()), nothing);
    removeLine(docs[1] as Y.Doc, lamp);
    meet(docs);
    expect(lamps(docs)).toBe(0);
  });
});

describe('[K4] versions', () => {
  test('a cart of a newer release is refused and not touched', () => {
    const [doc] = devices(1) as [Y.Doc];
    fieldsOf(doc).set('v', 2);
    fieldsOf(doc).set('colour', 'what this release knows nothing of');
    expect(readCart(doc)).toMatchObject({ ok: false, why: 'newer' });
  });
  test('a cart that names the first version, as older releases begin one, is a cart as any other', () => {
    const docs = devices(2) as [Y.Doc, Y.Doc];
    fieldsOf(docs[0]).set('v', 1);
    addUnits(docs[0], lamp, 2);
    addUnits(docs[1], lamp, 1);
    meet(docs);
    expect(cartOf(docs[1])).toEqual({ lines: [{ sku: lamp, quantity: 3 }] });
    const [older] = devices(1) as [Y.Doc];
    fieldsOf(older).set('v', 1);
    addUnits(older, lamp, 4);
    mergeCarts(docs[1], 'older', older);
    expect(quantityIn(docs[1], lamp)).toBe(7);
    for (const wrong of [0, '1']) {
      fieldsOf(older).set('v', wrong);
      expect(readCart(older)).toMatchObject({ ok: false, why: 'malformed' });
    }
  });
  test('a document that was never written in is an empty cart', () => {
    expect(cartOf(new Y.Doc())).toEqual({ lines: [] });
  });
  test.each<[string, (doc: Y.Doc) => void]>([
    ['an unknown field', (doc) => fieldsOf(doc).set('colour', 'red')],
    ['a note of 501 characters', (doc) => fieldsOf(doc).set('note', 'x'.repeat(501))],
    ['a note that is a map', (doc) => fieldsOf(doc).set('note', new Y.Map())],
    ['a customer with spaces', (doc) => fieldsOf(doc).set('customer', 'Ada Lovelace')],
    ['a slip that is a number', (doc) => slipsOf(doc).set('1', 1)],
    ['a slip of nobody', (doc) => slipsOf(doc).set('me', new Y.Map())],
    ['a slip that is a list', (doc) => slipsOf(doc).set('1', new Y.Array())],
    ['half a unit', (doc) => slipsOf(doc).set('1', new Y.Map([['LAMP', { added: 0.5 }]]))],
    ['fewer than none', (doc) => slipsOf(doc).set('1', new Y.Map([['LAMP', { added: -1 }]]))],
    ['a SKU with a space', (doc) => slipsOf(doc).set('1', new Y.Map([['a b', { added: 1 }]]))],
    ['one word too many', (doc) => slipsOf(doc).set('1', new Y.Map([['LAMP', { added: 1, price: 0 }]]))],
    [
      'a set that saw nonsense',
      (doc) =>
        slipsOf(doc).set('1', new Y.Map([['LAMP', { added: 1, set: { to: 1, nr: 1, saw: { '2': 5 } } }]])),
    ],
  ])('%s makes it no cart', (_, write) => {
    const [doc] = devices(1) as [Y.Doc];
    write(doc);
    expect(readCart(doc)).toMatchObject({ ok: false, why: 'malformed' });
  });
});

test('a SKU that JavaScript knows as something else is a SKU like any other', () => {
  const docs = devices(2);
  const [a, b] = docs as [Y.Doc, Y.Doc];
  addUnits(a, '__proto__' as typeof lamp, 2);
  hear(b, a);
  setQuantity(b, '__proto__' as typeof lamp, 3);
  const customer = new Y.Doc();
  mergeCarts(customer, 'guest', b);
  expect(cartOf(customer).lines).toEqual([{ sku: '__proto__', quantity: 3 }]);
});
