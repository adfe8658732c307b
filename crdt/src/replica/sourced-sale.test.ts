/** Sales whose lines do not say where the goods come from: the command's places are asked in their order. */
import { expect, test } from 'vitest';
import type { LineId, LocationId } from '../ids.ts';
import type { Sell } from './command.ts';
import { sell } from './commands.test-kit.ts';
import { pool, shop } from './world.test-kit.ts';

const BERLIN = 'berlin' as LocationId;
const ROME = 'rome' as LocationId;
const override = (owedMax: number) => ({ override: { reason: 'in the customer’s hands', owedMax } });

/** A shop that has rights to goods of its own, and to some that stand in Rome. */
function twoPlaces() {
  const { berlin } = shop({ lamp: 2, bulb: 3 });
  berlin.turn(({ ledger }) => {
    ledger.touchHead(ledger.self);
    ledger.self.touch(pool('lamp', ROME)).received = 5;
    ledger.self.touch(pool('bulb', ROME)).received = 1;
  });
  return berlin;
}

function anywhere(id: string, units: Readonly<Record<string, number>>, change: Partial<Sell> = {}): Sell {
  const command = sell(id, units, { locations: [BERLIN, ROME], ...change });
  return { ...command, lines: command.lines.map(({ locationId: _, ...line }) => line) };
}

test('[T5] are served whole from the first place that can, and leave at once only where they stand', () => {
  const berlin = twoPlaces();
  expect(berlin.do(anywhere('o1', { lamp: 2 }))).toMatchObject({
    entry: { body: { lines: [{ pool: pool('lamp'), locationId: BERLIN, departed: true, owed: 0 }] } },
  });
  expect(berlin.do(anywhere('o2', { lamp: 3 }))).toMatchObject({
    entry: { body: { lines: [{ pool: pool('lamp', ROME), locationId: ROME, departed: false }] } },
  });
});

test('[T5] a line that names its place is served there, and the others where they can be', () => {
  const berlin = twoPlaces();
  const command = anywhere('o1', { lamp: 4, bulb: 3 });
  const [lamps, bulbs] = command.lines;
  const mixed = { ...command, lines: [{ ...lamps, locationId: ROME }, bulbs] } as Sell;
  expect(berlin.do(mixed)).toMatchObject({
    entry: { body: { lines: [{ locationId: ROME }, { locationId: BERLIN }] } },
  });
});

test('[T5] [R4] what no place can serve whole is refused with what the best place has', () => {
  const berlin = twoPlaces();
  const entries = berlin.journal.entries.length;
  expect(berlin.do(anywhere('o1', { bulb: 1, lamp: 9 }))).toMatchObject({
    ok: false,
    code: 'insufficient_stock',
    items: [{ pool: pool('lamp'), requested: 9, available: 2, reason: 'too_few_left' }],
  });
  const named = sell('o2', { bulb: 1, lamp: 9 });
  const [bulbs, lamps] = named.lines as [Sell['lines'][number], Sell['lines'][number]];
  const { locationId: _, ...open } = bulbs;
  const mixed = { ...named, locations: [BERLIN], lines: [open, { ...lamps, locationId: ROME }] };
  expect(berlin.do(mixed)).toMatchObject({
    items: [{ pool: pool('lamp', ROME), requested: 9, available: 5 }],
  });
  expect(berlin.journal.entries.length).toBe(entries);
});

test('[T5] [R4] lines that another place can serve are not asked for where they are not needed', () => {
  const berlin = twoPlaces();
  expect(berlin.do(anywhere('o1', { lamp: 4, bulb: 9 }))).toMatchObject({
    items: [{ pool: pool('bulb'), requested: 9, available: 3 }],
  });
});

test('[T5] [R4] lines of one SKU are asked for together, each where it is wanted', () => {
  const { world, till } = shop({ lamp: 4 });
  till.turn(({ ledger }) => {
    ledger.touchHead(ledger.self);
    ledger.self.touch(pool('lamp')).received = 3;
  });
  const several = (first: LocationId | undefined, ...units: number[]) => {
    const command = anywhere('o1', { lamp: 1 }, { locations: [BERLIN], waitMs: 5_000 });
    const lines = units.map((quantityBase, i) => ({
      ...command.lines[0],
      lineId: `${i}` as LineId,
      quantityBase,
    }));
    return { ...command, lines: [{ ...lines[0], locationId: first }, ...lines.slice(1)] } as Sell;
  };
  expect(till.do({ ...several(undefined, 4, 3, 2), waitMs: 0 })).toMatchObject({
    items: [{ pool: pool('lamp'), requested: 9, available: 3 }],
  });
  expect(till.do({ ...several(ROME, 1, 4), waitMs: 0 })).toMatchObject({
    items: [
      { pool: pool('lamp', ROME), requested: 1, available: 0 },
      { pool: pool('lamp'), requested: 4, available: 3 },
    ],
  });
  // The last four stand in Berlin: whoever asks for one more than it has here gets one, and is told no.
  const ticket = till.ask(several(undefined, 4, 3));
  world.calm();
  expect(till.answers.get(ticket)).toMatchObject({ ok: true, waited: true });
});

test('[F8] what rights cannot pay is owed at the first place, where the goods are handed over', () => {
  const berlin = twoPlaces();
  expect(berlin.do(anywhere('o1', { lamp: 6, bulb: 1 }, override(4)))).toMatchObject({
    entry: {
      body: {
        lines: [
          { pool: pool('lamp'), owed: 4, departed: true },
          { pool: pool('bulb'), owed: 0 },
        ],
      },
    },
  });
  expect(berlin.row('lamp')).toMatchObject({ used: 2, owed: 4, departed: 6 });
});

test('[F8] an override is not needed, and owes nothing, where some place can serve it', () => {
  const berlin = twoPlaces();
  expect(berlin.do(anywhere('o1', { lamp: 5 }, override(9)))).toMatchObject({
    entry: { body: { lines: [{ pool: pool('lamp', ROME), owed: 0 }] } },
  });
});

test('[F8] an override is not needed, and owes nothing, where the places can serve it together', () => {
  const berlin = twoPlaces();
  expect(berlin.do(anywhere('o1', { lamp: 4, bulb: 3 }, override(9)))).toMatchObject({
    entry: {
      body: {
        lines: [
          { pool: pool('lamp', ROME), owed: 0 },
          { pool: pool('bulb'), owed: 0 },
        ],
      },
    },
  });
});

test('[F8] what an override owes is what is short, in one pool of several, over the lines in their order', () => {
  const berlin = twoPlaces();
  const { lines } = sell('o1', { lamp: 3, bulb: 1 });
  const [lamps, bulbs] = lines as [Sell['lines'][number], Sell['lines'][number]];
  const command = sell('o1', {}, { lines: [lamps, bulbs, { ...lamps, quantityBase: 2 }], ...override(3) });
  expect(berlin.do(command)).toMatchObject({
    entry: { body: { lines: [{ owed: 3 }, { owed: 0 }, { owed: 0 }] } },
  });
  expect(berlin.row('lamp')).toMatchObject({ used: 2, owed: 3 });
});

test('[T5] [T8] a line comes in pieces where the order allows it, each a line of its own, and asked again it is the same order', () => {
  const berlin = twoPlaces();
  const asked = anywhere('o1', { lamp: 6, bulb: 1 }, { allowSplit: true });
  const first = berlin.do(asked);
  expect(first).toMatchObject({
    replayed: false,
    entry: {
      body: {
        lines: [
          { lineId: '1', locationId: BERLIN, quantityBase: 2, quantityUnits: 2, departed: true },
          { lineId: '1~2', locationId: ROME, quantityBase: 4, quantityUnits: 4, departed: false },
          { lineId: '2', locationId: BERLIN, quantityBase: 1 },
        ],
      },
    },
  });
  expect(berlin.do(asked)).toMatchObject({ ok: true, replayed: true });
  for (const other of [{ lamp: 5, bulb: 1 }, { lamp: 7, bulb: 1 }, { lamp: 6 }, { lamp: 2, bulb: 1 }])
    expect(berlin.do(anywhere('o1', other, { allowSplit: true }))).toMatchObject({
      code: 'document_differs',
    });
  expect(berlin.row('lamp')).toMatchObject({ used: 2, departed: 2 });
});

test('[T5] a line stays whole where the order does not allow it, where it is sold by the case, and where a name is taken', () => {
  const berlin = twoPlaces();
  const refused = (change: (line: Sell['lines'][number]) => object, allowSplit = true) => {
    const command = anywhere('o1', { lamp: 6 }, { allowSplit });
    const lines = command.lines.map((line) => ({ ...line, ...change(line) }));
    expect(berlin.do({ ...command, lines } as Sell)).toMatchObject({ code: 'insufficient_stock' });
  };
  refused(() => ({}), false);
  refused(() => ({ unit: 'case', quantityUnits: 1 }));
  refused(() => ({ discounts: [{ kind: 'amount', amountMinor: 5 }] }));
  refused(() => ({ lineId: 'l'.repeat(128) }));
  const { lines, ...command } = anywhere('o1', { lamp: 6, bulb: 1 }, { allowSplit: true });
  const [lamps, bulbs] = lines as [Sell['lines'][number], Sell['lines'][number]];
  const named = { ...command, lines: [lamps, { ...bulbs, lineId: '1~2' }] } as Sell;
  expect(berlin.do(named)).toMatchObject({ code: 'insufficient_stock' });
});

test('[T8] two cases asked again are two cases, whatever a case has become; in pieces they are another order', () => {
  const berlin = twoPlaces();
  const cases = (quantityBase: number, quantityUnits: number, unit = 'case') => {
    const command = anywhere('o1', { lamp: quantityBase });
    return { ...command, lines: command.lines.map((line) => ({ ...line, unit, quantityUnits })) } as Sell;
  };
  expect(berlin.do(cases(4, 2))).toMatchObject({ ok: true, replayed: false });
  expect(berlin.do(cases(6, 2))).toMatchObject({ ok: true, replayed: true });
  expect(berlin.do(cases(4, 4, 'piece'))).toMatchObject({ code: 'document_differs' });
});
