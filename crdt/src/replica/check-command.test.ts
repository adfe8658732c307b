import { describe, expect, test } from 'vitest';
import { decodeEntry, encodeEntry } from '../entry/codec.ts';
import { findFault } from './check-command.ts';
import type { Command } from './command.ts';
import { cancel, count, hold, lose, receive, reclaim, sell, ship } from './commands.test-kit.ts';
import { shop } from './world.test-kit.ts';

const good: Command[] = [
  sell('o1', { lamp: 1 }),
  hold('h1', { lamp: 1 }),
  cancel('c1', 'o1'),
  receive('r1', { lamp: 1 }),
  ship('s1', 'o1', '1', 'lamp', 1),
  count('n1', { lamp: 1 }),
  lose('l1', { lamp: 1 }),
];
const order = sell('o1', { lamp: 1 });
const [line] = order.lines;
const long = (n: number) => 'x'.repeat(n);
const change = (part: object) => ({ ...order, ...part }) as Command;
const changeLine = (part: object) => change({ lines: [{ ...line, ...part }] });
const payment = { method: 'cash', amountMinor: 100, currency: 'EUR' };

describe('[L7] a command that could not be read again is refused before it is written down', () => {
  test.each(good.map((command) => [command.type, command] as const))(
    '[L7] a usual %s is none',
    (_, command) => {
      expect(findFault(command)).toBeUndefined();
    },
  );

  test.each<[string, Command, RegExp]>([
    ['an id with a space', change({ id: 'a b' }), /^id /],
    ['an empty id', change({ id: '' }), /^id /],
    ['an id that is too long', change({ id: long(129) }), /^id /],
    ['an actor with a line break', change({ actor: 'a\nb' }), /^actor /],
    ['a wait without end', change({ waitMs: Number.POSITIVE_INFINITY }), /^waitMs /],
    ['a channel that is too long', change({ channel: long(129) }), /^channel /],
    ['half a character', change({ note: '\ud800' }), /^note /],
    ['a note of many bytes', change({ note: 'é'.repeat(1_025) }), /^note /],
    ['an order placed never', change({ placedAt: Number.NaN }), /^placedAt /],
    ['an order placed at the end of time', change({ placedAt: Number.POSITIVE_INFINITY }), /^placedAt /],
    ['a priority below zero', change({ priority: -1 }), /^priority /],
    ['17 payments', change({ payments: Array(17).fill(payment) }), /payments/],
    ['half a cent', change({ payments: [{ ...payment, amountMinor: 0.5 }] }), /amountMinor/],
    ['a long currency', change({ payments: [{ ...payment, currency: 'EURO' }] }), /currency/],
    ['an empty reference', change({ payments: [{ ...payment, reference: '' }] }), /reference .*leave it out/],
    [
      'an empty discount code',
      changeLine({ discounts: [{ kind: 'rate', rateBp: 1, code: '' }] }),
      /leave it out/,
    ],
    ['a line without a name', changeLine({ lineId: '' }), /lineId/],
    ['a SKU with a space', changeLine({ sku: 'a b' }), /sku/],
    ['a place in capitals', changeLine({ locationId: 'Berlin' }), /locationId/],
    ['a unit that is too long', changeLine({ unit: long(33) }), /unit/],
    ['one and a half cases', changeLine({ quantityUnits: 1.5 }), /quantityUnits/],
    ['a price beyond what is exact', changeLine({ unitPriceMinor: 2 ** 53 }), /unitPriceMinor/],
    ['a discount below zero', changeLine({ discounts: [{ kind: 'rate', rateBp: -1 }] }), /discount/],
    ['a hold for half a millisecond', { ...hold('h1', { lamp: 1 }), ttlMs: 0.5 }, /^ttlMs /],
    ['a reason that is too long', { ...cancel('c1', 'o1'), reason: long(513) }, /^reason /],
    ['a delivery without a cause', { ...receive('r1', { lamp: 1 }), cause: 'magic' as never }, /cause/],
    ['a loss without a place', { ...lose('l1', {}), lines: [{ pool: 'lamp' as never, n: 1 }] }, /place/],
    ['10,001 lines', { ...receive('r1', {}), lines: Array(10_001).fill({ pool: 'a@b', n: 1 }) }, /10000/],
  ])('[L7] %s is refused', (_, command, fault) => {
    expect(findFault(command)).toMatch(fault);
    const { berlin } = shop({ lamp: 9 });
    const { seq } = berlin.replica.ledger.self.head;
    expect(berlin.do(command)).toMatchObject({ ok: false, code: 'invalid_request' });
    expect(berlin.replica.ledger.self.head.seq).toBe(seq);
  });

  test('[L7] the longest texts are accepted, and read back as they were', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const answer = berlin.do(
      change({ id: long(128), note: 'é'.repeat(1_024), channel: long(128), payments: [payment] }),
    );
    expect(answer).toMatchObject({ ok: true });
    if (answer.ok) expect(decodeEntry(encodeEntry(answer.entry))).toEqual(answer.entry);
    world.calm();
    expect(hq.row('lamp', 'berlin', berlin.self).used).toBe(1);
  });

  test('[L7] a reclaim may have a longer name', () => {
    const { till } = shop();
    expect(findFault(reclaim(long(192), till.self, { lamp: 1 }))).toBeUndefined();
    expect(findFault(reclaim(long(193), till.self, { lamp: 1 }))).toMatch(/^id /);
  });
});
