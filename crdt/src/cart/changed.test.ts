/** A look at what a change touched says what a look at the whole document would say, whatever is written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Sku } from '../ids.ts';
import { wrongIn } from './changed.ts';
import { devices, hear } from './devices.test-kit.ts';
import { addUnits, setFields, setQuantity } from './edit.ts';
import { pressCheckout, pressesOf } from './press.ts';
import { readCart } from './read.ts';
import { CART_LINES_MAX, fieldsOf, isSlip, slipsOf } from './schema.ts';

const EUR = { amountMinor: 100, currency: 'EUR' };

function take(doc: Y.Doc, update: Uint8Array): string | undefined {
  return wrongIn(doc, () => Y.applyUpdate(doc, update));
}

/** The slow way: all of it, each time. */
function isCart(doc: Y.Doc): boolean {
  if (!readCart(doc).ok) return false;
  for (const [name, item] of slipsOf(doc)._map) {
    if (item.deleted) continue;
    if (!name.startsWith('+') && item.id.client !== Number(name)) return false;
    const slip = slipsOf(doc).get(name) as Y.Map<unknown>;
    for (const said of slip._map.values())
      if (!said.deleted && said.id.client !== item.id.client) return false;
  }
  for (const [by, item] of pressesOf(doc)._map)
    if (!item.deleted && item.id.client !== Number(by)) return false;
  return true;
}

function slipIn(doc: Y.Doc, client: number): Y.Map<unknown> | undefined {
  const slip = slipsOf(doc).get(String(client));
  return isSlip(slip) ? slip : undefined;
}

/** What devices do, and what nobody should. */
const WRITES: readonly ((doc: Y.Doc, n: number) => void)[] = [
  (doc, n) => addUnits(doc, `S${n % 3}` as Sku, 1 + n),
  (doc, n) => setQuantity(doc, `S${n % 3}` as Sku, n),
  (doc, n) => setFields(doc, { note: `note ${n}`, gift: n % 2 === 0 }),
  (doc) => pressCheckout(doc, EUR),
  (doc) => pressesOf(doc).delete(String(doc.clientID)),
  (doc, n) => slipsOf(doc).delete(String(1 + (n % 3))),
  (doc) => fieldsOf(doc).delete('note'),
  (doc, n) => slipsOf(doc).set(`+c-${n % 2}`, new Y.Map([['S1', { added: n }]])),
  // Hostile from here on.
  (doc, n) => slipsOf(doc).set(String(1 + (n % 3)), new Y.Map([['S1', { added: 1 }]])),
  (doc, n) => slipIn(doc, 1 + (n % 3))?.set('S1', { added: n }),
  (doc) => slipIn(doc, doc.clientID)?.set('S2', { added: -1 }),
  (doc) => slipIn(doc, doc.clientID)?.set('', { added: 1 }),
  (doc) => slipIn(doc, doc.clientID)?.set('S1', new Y.Map()),
  (doc) => slipsOf(doc).set(String(doc.clientID), new Y.XmlElement('a')),
  (doc) => slipsOf(doc).set(String(doc.clientID), { S1: { added: 1 } }),
  (doc) => slipsOf(doc).set('me', new Y.Map()),
  (doc, n) => pressesOf(doc).set(String(1 + (n % 3)), EUR),
  (doc) => pressesOf(doc).set(String(doc.clientID), { amountMinor: 0.5, currency: 'EUR' }),
  (doc) => fieldsOf(doc).set('admin', true),
  (doc) => fieldsOf(doc).set('gift', 'yes'),
  (doc) => fieldsOf(doc).set('note', new Y.Text('long')),
];

/** So many of them are such as devices make. */
const HONEST = 8;

const steps = fc.array(
  fc.record({
    at: fc.nat(2),
    // Mostly honest: a history that is refused at once says little.
    what: fc.oneof(
      { weight: 3, arbitrary: fc.nat(HONEST - 1) },
      { weight: 1, arbitrary: fc.nat(WRITES.length - 1) },
    ),
    n: fc.nat(9),
    hears: fc.boolean(),
    isSent: fc.boolean(),
  }),
  { maxLength: 30 },
);

test('what was touched is judged as the whole is', () => {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(steps, (script) => {
      const docs = devices(3);
      const kept = new Y.Doc();
      for (const { at, what, n, hears, isSent } of script) {
        const doc = docs[at] as Y.Doc;
        if (hears) hear(doc, kept);
        // What is broken already cannot be edited any more with our code, and is sent as it is.
        if (isCart(doc) || what >= HONEST) WRITES[what]?.(doc, n);
        if (!isSent) continue;
        const wrong = take(kept, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(kept)));
        expect(wrong === undefined, wrong).toBe(isCart(kept));
        if (wrong !== undefined) {
          refused += 1;
          return;
        }
        taken += 1;
      }
    }),
    { numRuns: 150 },
  );
  expect(taken).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(15);
});

test('a press, a slip and a saying in another’s name are told apart from one’s own', () => {
  const [phone, thief] = devices(2) as [Y.Doc, Y.Doc];
  const kept = new Y.Doc();
  pressCheckout(phone, EUR);
  addUnits(phone, 'LAMP' as Sku, 1);
  expect(take(kept, Y.encodeStateAsUpdate(phone))).toBeUndefined();
  hear(thief, kept);
  pressesOf(thief).set('1', EUR);
  expect(take(kept, Y.encodeStateAsUpdate(thief))).toBe('somebody else pressed in the name of 1');
});

test('what stands under no key is refused, also where nothing else is wrong', () => {
  const [device] = devices(1) as [Y.Doc];
  const kept = new Y.Doc();
  device.getArray('lines').insert(0, ['x']);
  expect(take(kept, Y.encodeStateAsUpdate(device))).toBe('something stands where no cart has anything');
});

test('so many lines as a cart may have are counted, and one more is refused', () => {
  const [device] = devices(1) as [Y.Doc];
  const kept = new Y.Doc();
  for (let i = 0; i < CART_LINES_MAX; i += 1) addUnits(device, `S${i}` as Sku, 1);
  expect(take(kept, Y.encodeStateAsUpdate(device))).toBeUndefined();
  const before = Y.encodeStateVector(device);
  addUnits(device, 'MORE' as Sku, 1);
  expect(take(kept, Y.encodeStateAsUpdate(device, before))).toBe(`more than ${CART_LINES_MAX} lines`);
});
