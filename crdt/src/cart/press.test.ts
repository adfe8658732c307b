/** "Order" pressed in the document: marks of several devices stand side by side, and each is answered for itself. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { fieldsOf, type Press, pressCheckout, pressesOf, readCart, withdrawPresses } from './index.ts';

const EUR = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

function device(clientID: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  return doc;
}

function meet(...docs: Y.Doc[]): void {
  for (const from of docs) for (const to of docs) Y.applyUpdate(to, Y.encodeStateAsUpdate(from));
}

function presses(doc: Y.Doc): readonly Press[] {
  const read = readCart(doc);
  if (!read.ok) throw new Error(read.message);
  return read.cart.presses ?? [];
}

test('devices that were cut off press each for itself, and none of them is lost', () => {
  const [one, two] = [device(1), device(2)];
  pressCheckout(one, EUR(100));
  pressCheckout(two, EUR(200));
  meet(one, two);
  const both = [
    { by: '1', ...EUR(100) },
    { by: '2', ...EUR(200) },
  ];
  for (const doc of [one, two]) expect(presses(doc)).toEqual(both);
});

test('an answer takes away what it answers, and not what was pressed meanwhile', () => {
  const [phone, laptop, region] = [device(1), device(2), device(3)];
  pressCheckout(phone, EUR(100));
  pressCheckout(laptop, EUR(100));
  meet(phone, laptop, region);
  const answered = presses(region);
  pressCheckout(phone, EUR(200));
  meet(phone, region);
  withdrawPresses(region, answered);
  meet(phone, laptop, region);
  for (const doc of [phone, laptop, region]) expect(presses(doc)).toEqual([{ by: '1', ...EUR(200) }]);
});

test('a device that presses again without having heard the answer is heard', () => {
  const [phone, region] = [device(1), device(3)];
  pressCheckout(phone, EUR(100));
  meet(phone, region);
  withdrawPresses(region, presses(region));
  pressCheckout(phone, EUR(300));
  meet(phone, region);
  for (const doc of [phone, region]) expect(presses(doc)).toEqual([{ by: '1', ...EUR(300) }]);
});

describe('what is no press', () => {
  test.each([
    ['no money', '7', 'yes'],
    ['less than nothing', '7', { amountMinor: -1, currency: 'EUR' }],
    ['half a cent', '7', { amountMinor: 0.5, currency: 'EUR' }],
    ['no currency', '7', { amountMinor: 1, currency: 'euro' }],
    ['more than a total', '7', { amountMinor: 1, currency: 'EUR', order: true }],
    ['nobody', 'me', EUR(1)],
  ])('%s', (_, by, value) => {
    const doc = device(7);
    pressesOf(doc).set(by, value);
    expect(readCart(doc)).toMatchObject({ ok: false, why: 'malformed' });
  });

  test('money that is none is not even written', () => {
    expect(() => pressCheckout(device(7), EUR(-1))).toThrow(RangeError);
  });

  test('a refusal that says nothing', () => {
    const doc = device(7);
    fieldsOf(doc).set('refused', 'no');
    expect(readCart(doc)).toMatchObject({ ok: false, why: 'malformed' });
  });
});
