/** The text of a new order is what `JSON.stringify` makes of it. */
import { type BodyOf, type Entry, type Ledger, NO_PROGRESS, type WriterId } from '@tallystick/crdt';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderJson } from './answers.ts';
import { newOrderText } from './order-text.ts';

const writer = `eu-1.3.${'0a'.repeat(16)}` as WriterId;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(
    '',
    'SKU-1',
    'a"b',
    'back\\slash',
    'line\nend',
    '\u2028',
    '\ud800',
    '😀',
    'é',
    '\x7f',
    '\x1f',
  ),
);
const whole = fc.nat(Number.MAX_SAFE_INTEGER);
const maybe = fc.option(text, { nil: undefined });
const line = fc.record({
  lineId: text,
  sku: text,
  locationId: text,
  pool: text,
  quantityBase: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  unit: text,
  quantityUnits: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  unitPriceMinor: whole,
  currency: text,
  taxRateBp: whole,
  taxIncluded: fc.boolean(),
  discounts: fc.constant([]),
  departed: fc.boolean(),
  owed: fc.nat(3),
});
const body = fc.record(
  {
    type: fc.constantFrom('sold', 'confirmed'),
    orderId: text,
    channel: text,
    priority: whole,
    placedAt: fc.oneof(fc.nat(8.64e15), fc.constantFrom(0, 1, 1_790_000_000_000)),
    payments: fc.array(fc.record({ method: text, amountMinor: whole, currency: text, reference: text }), {
      maxLength: 2,
    }),
    lines: fc.array(line, { minLength: 1, maxLength: 4 }),
    clientId: maybe,
    customerId: maybe,
    note: maybe,
    overrideReason: maybe,
  },
  { requiredKeys: ['type', 'orderId', 'channel', 'priority', 'placedAt', 'payments', 'lines'] },
) as unknown as fc.Arbitrary<BodyOf<'sold'>>;
const head = fc.record({
  settled: fc.record({ seq: fc.nat(2) }),
  relayed: fc.record({ seq: fc.nat(2) }),
});

test('byte for byte, whatever stands in it', () => {
  fc.assert(
    fc.property(body, head, fc.boolean(), (order, seen, waited) => {
      const ledger = {
        streams: new Map([[writer, { head: seen }]]),
        lineProgress: () => NO_PROGRESS,
        findDocument: () => undefined,
        documentEntry: () => undefined,
      } as unknown as Ledger;
      const entry = { writer, seq: 1, body: order } as Entry;
      const json = orderJson(ledger, entry);
      expect(newOrderText(ledger, entry, waited)).toBe(JSON.stringify(waited ? { ...json, waited } : json));
    }),
    { numRuns: 1_000 },
  );
});
