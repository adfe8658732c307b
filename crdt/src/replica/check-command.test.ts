import { describe, expect, test } from 'vitest';
import { decodeEntry, encodeEntry } from '../entry/codec.ts';
import { name } from './books.test-kit.ts';
import { findFault } from './check-command.ts';
import type { Command, MarkOrder, Sell } from './command.ts';
import {
  cancel,
  confirm,
  count,
  extend,
  hold,
  lose,
  onHold,
  receive,
  reclaim,
  sell,
  ship,
} from './commands.test-kit.ts';
import { pool, shop } from './world.test-kit.ts';

const good: Command[] = [
  sell('o1', { lamp: 1 }),
  hold('h1', { lamp: 1 }),
  cancel('c1', 'o1'),
  receive('r1', { lamp: 1 }),
  ship('s1', 'o1', '1', 'lamp', 1),
  count('n1', { lamp: 1 }),
  lose('l1', { lamp: 1 }),
  confirm('o2', 'h1', { lamp: 1 }),
  extend('x1', 'h1', 1),
];
const long = (n: number) => 'x'.repeat(n);
const order = sell('o1', { lamp: 1 });
// As many bytes as fit, most of them three a character.
good.push({ ...order, note: '€'.repeat(681) + long(5) });
const [line] = order.lines;
const change = (part: object) => ({ ...order, ...part }) as Command;
const changeLine = (part: object) => change({ lines: [{ ...line, ...part }] });
const payment = { method: 'cash', amountMinor: 100, currency: 'EUR' };
const ten = { kind: 'rate', rateBp: 1_000 };
const why = (length: number) => ({ reason: long(length), owedMax: 1 });
const confirmed = (part: object) => ({ ...confirm('o2', 'h1', { lamp: 1 }), ...part }) as Command;
const nowhere = [{ pool: 'lamp' as never, n: 1 }];
const NOBODY = name('nobody');
const shipped = ship('s1', 'o1', '1', 'lamp', 1);
const parcel = { lineId: '1' as never, pool: pool('lamp'), n: 1 };
const marked: MarkOrder = {
  type: 'mark',
  id: 'o1',
  actor: 'keeper:1',
  orderId: 'o1' as never,
  mark: 'delivered',
};

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
    ['a note of characters of four bytes', change({ note: '\u{10000}'.repeat(513) }), /^note /],
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

  test.each<[string, Command, RegExp]>([
    ['a wait of half a millisecond', change({ waitMs: 0.5 }), /^waitMs /],
    ['a cancelled order without a name', { ...cancel('c1', ''), id: 'c1' }, /^orderId /],
    ['a hold without a name', onHold('release', 'x1', ''), /^holdId /],
    ['an extension without end', extend('x1', 'h1', Number.POSITIVE_INFINITY), /^ttlMs /],
    ['a client that is too long', change({ clientId: long(129) }), /^clientId /],
    ['a customer that is too long', change({ customerId: long(129) }), /^customerId /],
    ['a long word for selling without rights', change({ override: why(1_025 * 2) }), /^override.reason /],
    ['a long method', change({ payments: [{ ...payment, method: long(129) }] }), /method or reference/],
    ['a long reference', change({ payments: [{ ...payment, reference: long(129) }] }), /method or reference/],
    [
      'a confirmed order with half a cent',
      confirmed({ payments: [{ ...payment, amountMinor: 0.5 }] }),
      /amountM/,
    ],
    ['a line in a long currency', changeLine({ currency: 'EURO' }), /currency/],
    ['a tax below zero', changeLine({ taxRateBp: -1 }), /taxRateBp/],
    ['no case at all', changeLine({ quantityUnits: 0 }), /quantityUnits/],
    ['17 discounts', changeLine({ discounts: Array(17).fill({ kind: 'rate', rateBp: 1 }) }), /at most 16/],
    ['half a cent off', changeLine({ discounts: [{ kind: 'amount', amountMinor: 0.5 }] }), /discount/],
    ['a long code', changeLine({ discounts: [{ kind: 'rate', rateBp: 1, code: long(129) }] }), /short code/],
    ['one bad discount of two', changeLine({ discounts: [ten, { ...ten, rateBp: 0.5 }] }), /discount/],
    ['a loss without a cause', { ...lose('l1', { lamp: 1 }), cause: 'magic' as never }, /cause/],
    ['a delivery to no place', { ...receive('r1', {}), lines: nowhere }, /place/],
    ['a hold at no place', { ...hold('h1', {}), lines: nowhere }, /place/],
    ['a count at no place', { ...count('n1', {}), lines: [{ pool: 'lamp' as never, found: 1 }] }, /place/],
    ['a reclaim at no place', { ...reclaim('x1', NOBODY, {}), items: nowhere }, /place/],
    [
      'one bad place of two',
      { ...hold('h1', {}), lines: [{ pool: pool('lamp'), n: 1 }, ...nowhere] },
      /place/,
    ],
    ['goods shipped from no place', { ...shipped, lines: [{ ...parcel, pool: 'lamp' as never }] }, /place/],
    [
      'a shipped line without a name',
      { ...shipped, lines: [parcel, { ...parcel, lineId: '' as never }] },
      /lineId/,
    ],
    [
      'goods brought back to no place',
      { ...shipped, type: 'return', lines: [{ ...parcel, pool: 'lamp' as never }] },
      /place/,
    ],
    ['a mark that is none', { ...marked, mark: 'lost' as never }, /^mark /],
  ])('[L7] %s is a fault', (_, command, fault) => {
    expect(findFault(command)).toMatch(fault);
  });

  test.each([
    ['one', '\x7f', 2_048],
    ['two', '\x80', 1_024],
    ['two', '\u07ff', 1_024],
    ['three', '\u0800', 682],
    ['four', '😀', 512],
  ])('[L7] a text is measured in bytes of UTF-8: %s for %j', (_, character, most) => {
    expect(findFault(change({ note: character.repeat(most) }))).toBeUndefined();
    expect(findFault(change({ note: character.repeat(most + 1) }))).toMatch(/^note /);
  });

  test('[L7] the most lines, payments and discounts are none too many', () => {
    const lines = Array(10_000).fill({ pool: 'a@b', n: 1 });
    expect(findFault({ ...receive('r1', {}), lines })).toBeUndefined();
    expect(findFault(change({ payments: Array(16).fill(payment) }))).toBeUndefined();
    expect(findFault(changeLine({ discounts: Array(16).fill(ten) }))).toBeUndefined();
  });

  test('[L7] what a command may leave out it may leave out, and say', () => {
    const said = { clientId: 'c', customerId: 'd', note: 'n', waitMs: 0, override: why(9) };
    expect(findFault(change({ ...said, payments: [{ ...payment, reference: 'r' }] }))).toBeUndefined();
    expect(findFault(changeLine({ discounts: [ten, { kind: 'amount', amountMinor: 0 }] }))).toBeUndefined();
    expect(findFault(changeLine({ quantityBase: 6, quantityUnits: 1, unit: 'case' }))).toBeUndefined();
    const { locationId: _, ...anywhere } = line as Sell['lines'][number];
    expect(findFault(change({ lines: [anywhere] }))).toBeUndefined();
    expect(findFault(marked)).toBeUndefined();
    expect(findFault(onHold('capture', 'x1', 'h1'))).toBeUndefined();
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
