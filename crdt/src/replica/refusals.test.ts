/** What is refused, by which code, and in words that say what was asked and what can be had. */
import { describe, expect, test } from 'vitest';
import type { HoldId, WriterId } from '../ids.ts';
import type { Command } from './command.ts';
import {
  cancel,
  confirm,
  count,
  extend,
  giveBack,
  hold,
  lose,
  onHold,
  receive,
  reclaim,
  sell,
  ship,
} from './commands.test-kit.ts';
import { pool, shop } from './world.test-kit.ts';

const later = { departsFrom: [] };
const MINUTE = 60_000;

/**
 * A shop with ten lamps and five bulbs. It set two lamps aside, sold three that are to be shipped (`open`: one is
 * on its way, one was brought back) and two over the counter (`gone`), and ended a hold (`ended`). Two lamps can be
 * sold. A till holds one bulb (`theirs`).
 */
function busyShop() {
  const { world, berlin, till } = shop({ lamp: 10, bulb: 5 });
  till.ask({ ...hold('theirs', { bulb: 1 }), waitMs: 1_000 });
  world.calm();
  berlin.do(hold('h1', { lamp: 2 }, MINUTE));
  berlin.do(hold('ended', { lamp: 1 }));
  berlin.do(onHold('release', 'x1', 'ended'));
  berlin.do(sell('open', { lamp: 4 }, later));
  berlin.do(sell('gone', { lamp: 2 }));
  berlin.do(ship('x2', 'open', '1', 'lamp', 1));
  berlin.do(giveBack('x3', 'open', '1', 'lamp', 1));
  berlin.do(lose('x4', { lamp: 1 }));
  return { world, berlin, till };
}

function lines(...each: readonly unknown[]): never {
  return each as never;
}

const [soldLine] = sell('x', { lamp: 1 }).lines;
const [heldLine] = confirm('x', 'h1', { lamp: 2 }).lines;
const lamp = (n: number) => ({ pool: pool('lamp'), n });
const { locationId: _, ...anywhere } = soldLine as typeof soldLine & { locationId: unknown };

const REFUSALS: readonly [string, Command, string, RegExp][] = [
  ['T5', sell('s', {}), 'invalid_request', /one line/],
  ['T5', hold('s', {}), 'invalid_request', /one line/],
  ['T5', confirm('s', 'h1', {}), 'invalid_request', /one line/],
  ['T8', receive('s', {}), 'invalid_request', /one line/],
  [
    'T7',
    sell('s', {}, { lines: lines(soldLine, { ...soldLine, lineId: '2', quantityBase: 0 }) }),
    'quantity_out_of_range',
    /^0 is/,
  ],
  ['T8', ship('s', 'open', '1', 'lamp', 0), 'quantity_out_of_range', /^0 is/],
  ['T8', giveBack('s', 'open', '1', 'lamp', 0), 'quantity_out_of_range', /^0 is/],
  ['T8', lose('s', { lamp: 0 }), 'quantity_out_of_range', /^0 is/],
  ['F9', confirm('s', 'h1', { lamp: 0 }), 'quantity_out_of_range', /^0 is/],
  ['T5', sell('s', {}, { lines: lines(anywhere) }), 'invalid_request', /location/],
  ['T5', sell('s', { lamp: 6 }), 'insufficient_stock', /^6 of lamp asked, \d+ can be sold here\.$/],
  ['T5', sell('s', { lamp: 9, bulb: 9 }), 'insufficient_stock', /here and 1 more\.$/],
  [
    'F8',
    sell('s', { lamp: 9 }, { override: { reason: 'r', owedMax: 2 } }),
    'override_limit',
    /At most 2 units of lamp/,
  ],
  ['F9', extend('s', 'h9', MINUTE), 'unknown_hold', /h9/],
  ['F9', extend('s', 'ended', MINUTE), 'hold_ended', /ended/],
  ['F9', onHold('capture', 's', 'h9'), 'unknown_hold', /h9/],
  ['F9', onHold('capture', 's', 'ended'), 'hold_ended', /ended/],
  ['F9', onHold('release', 's', 'h9'), 'unknown_hold', /h9/],
  ['F9', onHold('release', 's', 'ended'), 'hold_ended', /ended/],
  ['F9', onHold('release', 's', 'theirs'), 'hold_ended', /theirs/],
  ['F9', confirm('s', 'theirs', { bulb: 1 }), 'not_owner', /theirs belongs to till/],
  ['F9', confirm('s', 'h1', { lamp: 3 }), 'invalid_request', /fewer units of lamp/],
  ['F9', { ...confirm('s', 'h1', {}), lines: lines(heldLine, heldLine) }, 'invalid_request', /fewer/],
  ['F9', confirm('s', 'h1', { bulb: 1 }), 'invalid_request', /fewer units of bulb/],
  ['T8', receive('s', { lamp: 1 }, 'atlantis'), 'unknown_location', /atlantis/],
  ['T8', receive('s', { lamp: 1 }, 'hq'), 'not_keeper', /hq are kept by hq/],
  ['T8', ship('s', 'nowhere', '1', 'lamp', 1), 'unknown_order', /nowhere, line 1/],
  ['T8', ship('s', 'open', '9', 'lamp', 1), 'unknown_order', /open, line 9/],
  ['T8', ship('s', 'open', '1', 'lamp', 4), 'more_than_ordered', /Only 3 of line 1/],
  ['T8', ship('s', 'gone', '1', 'lamp', 1), 'already_departed', /line 1/],
  ['T8', giveBack('s', 'nowhere', '1', 'lamp', 1), 'unknown_order', /nowhere, line 1/],
  ['T8', giveBack('s', 'open', '9', 'lamp', 1), 'unknown_order', /open, line 9/],
  ['T8', giveBack('s', 'open', '1', 'lamp', 4), 'more_than_ordered', /Only 3 of line 1/],
  ['T8', cancel('s', 'nowhere'), 'unknown_order', /nowhere/],
  ['T8', cancel('s', 'gone'), 'already_departed', /gone/],
  ['T8', cancel('s', 'open', ['9']), 'already_cancelled', /open/],
  ['T9', count('s', {}), 'invalid_request', /one line/],
  ['T9', count('s', { lamp: -1 }), 'quantity_out_of_range', /from 0 to 2147483647/],
  ['T9', count('s', { lamp: 1.5 }), 'quantity_out_of_range', /whole/],
  ['T9', count('s', { lamp: 1, bulb: 2 ** 31 }), 'quantity_out_of_range', /whole/],
  [
    'T9',
    count('s', {}, { lines: lines({ pool: pool('lamp'), found: 1 }, { pool: pool('lamp'), found: 2 }) }),
    'invalid_request',
    /once/,
  ],
  [
    'T9',
    count('s', { lamp: 1 }, { includes: [{ writer: 'w' as WriterId, seq: 1 }] }),
    'count_outdated',
    /point/,
  ],
  [
    'T9',
    count('s', {}, { lines: [{ pool: pool('lamp'), found: 5, replaces: 99 }] }),
    'count_outdated',
    /The books say 7 of lamp@berlin, not 99/,
  ],
  ['F7', lose('s', { lamp: 8 }), 'more_than_ordered', /only 7 of lamp@berlin/],
  ['F3', reclaim('s', 'w' as WriterId, {}), 'invalid_request', /one line/],
  ['F3', reclaim('s', 'w' as WriterId, { lamp: 0 }), 'quantity_out_of_range', /^0 is/],
  ['F3', reclaim('s', 'w' as WriterId, { lamp: 1 }), 'not_found', /^w is not known/],
];

const refusals = REFUSALS.map(([rule, command, code, words]) => ({
  rule,
  asked: command.type,
  command,
  code,
  words,
}));

test.each(refusals)(
  '[$rule] $asked is refused as $code, in words like $words',
  ({ command, code, words }) => {
    const { berlin } = busyShop();
    const entries = berlin.journal.entries.length;
    const refused = berlin.do(command);
    expect(refused).toMatchObject({ ok: false, code, message: expect.stringMatching(words) });
    let foretold: unknown;
    berlin.turn((self, now) => {
      foretold = self.refusalOf(command, now);
    });
    expect(foretold).toEqual(refused);
    expect(berlin.journal.entries.length).toBe(entries);
  },
);

test('[T5] what would be done is asked without doing it, a repeat as well', () => {
  const { berlin } = busyShop();
  const entries = berlin.journal.entries.length;
  for (const command of [lose('s', { lamp: 1 }), receive('s', { lamp: 1 }), lose('x4', { lamp: 1 })])
    berlin.turn((self, now) => expect(self.refusalOf(command, now)).toBeUndefined());
  expect(berlin.journal.entries.length).toBe(entries);
});

describe('to the last unit', () => {
  test.each<[string, Command]>([
    ['T4', sell('s', { lamp: 1 })],
    ['F9', confirm('s', 'h1', { lamp: 2 })],
    ['T8', ship('s', 'open', '1', 'lamp', 3)],
    ['T8', giveBack('s', 'open', '1', 'lamp', 3)],
    ['T9', count('s', { lamp: 0 })],
    ['T9', count('s', { lamp: 2 ** 31 - 1 })],
    ['F7', lose('s', { lamp: 7 })],
  ])('[%s] this may be done: %o', (_, command) => {
    expect(busyShop().berlin.do(command)).toMatchObject({ ok: true });
  });

  test('[T8] lines of one order that are cancelled in part leave the rest to ship and to bring back', () => {
    const { berlin } = shop({ lamp: 9, bulb: 9 });
    berlin.do(sell('o1', { lamp: 5 }, later));
    berlin.do(ship('s1', 'o1', '1', 'lamp', 2));
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ entry: { body: { lines: [{ n: 3 }] } } });
    for (const command of [ship('s2', 'o1', '1', 'lamp', 1), giveBack('r1', 'o1', '1', 'lamp', 3)])
      expect(berlin.do(command)).toMatchObject({ ok: false, code: 'more_than_ordered' });
    expect(berlin.do(ship('s3', 'o1', '1', 'lamp', 1))).toMatchObject({
      message: expect.stringMatching(/Only 0/),
    });
    expect(berlin.do(giveBack('r2', 'o1', '1', 'lamp', 3))).toMatchObject({
      message: expect.stringMatching(/Only 2/),
    });
    expect(berlin.do(giveBack('r3', 'o1', '1', 'lamp', 2))).toMatchObject({ ok: true });
  });

  test('[T8] [F9] an order that a hold became is shipped and brought back by its own lines', () => {
    const { berlin } = shop({ lamp: 9 });
    berlin.do(hold('h1', { lamp: 3 }));
    berlin.do({ ...confirm('o1', 'h1', { lamp: 3 }), ...later });
    expect(berlin.do(ship('s1', 'o1', '1', 'lamp', 4))).toMatchObject({ code: 'more_than_ordered' });
    expect(berlin.do(ship('s2', 'o1', '1', 'lamp', 3))).toMatchObject({ ok: true });
    expect(berlin.do(giveBack('r1', 'o1', '1', 'lamp', 3))).toMatchObject({ ok: true });
  });

  test('[T8] a line that the order does not have here goes by what its keeper is told of it', () => {
    const { berlin } = shop({ lamp: 9 });
    berlin.do(sell('o1', { lamp: 3 }, later));
    const told = (n: number) => ({
      ...ship(`s${n}`, 'o1', '9', 'lamp', n),
      lines: lines({ lineId: '9', ...lamp(n), ordered: 2 }),
    });
    expect(berlin.do(told(3))).toMatchObject({ ok: false, code: 'more_than_ordered' });
    expect(berlin.do(told(2))).toMatchObject({ ok: true });
  });

  test('[T8] an order of which a part left with the sale is cancelled once, and then is cancelled', () => {
    const { berlin } = shop({ lamp: 9, bulb: 9 });
    berlin.turn(({ ledger }) => {
      ledger.touchHead(ledger.self);
      ledger.self.touch(pool('bulb', 'rome')).received = 5;
    });
    const [here, there] = sell('o1', { lamp: 1, bulb: 1 }).lines;
    berlin.do(sell('o1', {}, { lines: lines(here, { ...there, locationId: 'rome' }) }));
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ entry: { body: { lines: [{ lineId: '2' }] } } });
    expect(berlin.do(cancel('c2', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
  });

  test('[T9] a count that says what the books say is taken', () => {
    const { berlin } = shop({ lamp: 7 });
    const counted = { pool: pool('lamp'), found: 6, replaces: 7 };
    expect(berlin.do({ ...count('n1', {}), lines: lines(counted) })).toMatchObject({
      entry: { body: { lines: [{ found: 6, less: 1 }] } },
    });
  });

  test('[T8] a line of which all was shipped is no more to cancel, and is not said to have left with the sale', () => {
    const { berlin } = shop({ lamp: 9, bulb: 9 });
    const { lines: all } = sell('o1', { lamp: 2, bulb: 1 });
    berlin.do(sell('o1', {}, { lines: all, ...later }));
    berlin.do(ship('s1', 'o1', '1', 'lamp', 2));
    berlin.do(ship('s2', 'o1', '2', 'bulb', 1));
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
  });

  test('[T8] a keeper that does not hold the order goes by what it is told of the line', () => {
    const { berlin } = shop({ lamp: 9 });
    const told = (type: 'ship' | 'return', n: number, whole: 'ordered' | 'sold') => ({
      ...(type === 'ship'
        ? ship('x', 'elsewhere', '1', 'lamp', n)
        : giveBack('x', 'elsewhere', '1', 'lamp', n)),
      lines: lines({ lineId: '2', ...lamp(1), [whole]: 1 }, { lineId: '1', ...lamp(n), [whole]: 3 }),
    });
    for (const [type, whole] of [
      ['ship', 'ordered'],
      ['return', 'sold'],
    ] as const) {
      expect(berlin.do(told(type, 4, whole))).toMatchObject({ ok: false, code: 'more_than_ordered' });
      expect(berlin.do(told(type, 3, whole))).toMatchObject({ ok: true });
    }
  });
});

describe('[F9] the end of a hold', () => {
  test('[F9] a hold whose time is over is neither extended nor captured, though nobody ended it yet', () => {
    const { world, berlin } = shop({ lamp: 5 });
    berlin.do(hold('h1', { lamp: 1 }, MINUTE));
    world.pass(MINUTE);
    const { replica } = berlin;
    for (const [command, message] of [
      [extend('e1', 'h1', MINUTE), 'The time of hold h1 is over.'],
      [onHold('capture', 'c1', 'h1'), 'Hold h1 has ended.'],
    ] as const)
      expect(berlin.do(command)).toMatchObject({ ok: false, code: 'hold_ended', message });
    expect(replica.ledger.holds.has('h1' as HoldId)).toBe(false);
  });

  test('[F9] a hold that its owner ended has ended for everybody, and is nobody’s to confirm', () => {
    const { world, berlin, till } = busyShop();
    till.do(onHold('release', 'x9', 'theirs'));
    world.calm();
    expect(berlin.do(confirm('s', 'theirs', { bulb: 1 }))).toMatchObject({ ok: false, code: 'hold_ended' });
  });

  test('[F9] a hold of another replica that became an order has ended, and is no more said to be theirs', () => {
    const { world, berlin, till } = busyShop();
    const asked = [extend('e1', 'theirs', MINUTE), onHold('capture', 'c1', 'theirs')];
    for (const command of asked)
      expect(berlin.do(command)).toMatchObject({
        code: 'not_owner',
        message: 'Hold theirs belongs to till.',
      });
    expect(till.do(confirm('o1', 'theirs', { bulb: 1 }))).toMatchObject({ ok: true });
    world.calm();
    for (const command of asked)
      expect(berlin.do(command)).toMatchObject({ code: 'hold_ended', message: 'Hold theirs has ended.' });
  });

  test('[F9] holds of which some are over: those end, and no other', () => {
    const { world, berlin } = shop({ lamp: 5 });
    berlin.do(hold('short', { lamp: 1 }, MINUTE));
    berlin.do(hold('long', { lamp: 2 }, 2 * MINUTE));
    world.pass(MINUTE);
    berlin.turn();
    expect([...berlin.replica.ledger.holds.keys()]).toEqual(['long']);
    expect(berlin.journal.entries.at(-1)?.entry).toMatchObject({
      docId: 'expired-short',
      actor: 'system',
      body: { holdId: 'short', cause: 'expired' },
    });
  });

  test('[F9] what an order takes of several lines of a hold is taken once', () => {
    const { berlin } = shop({ lamp: 5 });
    berlin.do({ ...hold('h1', {}), lines: [lamp(1), lamp(2)] });
    const three = confirm('o1', 'h1', { lamp: 3 });
    expect(berlin.do(three)).toMatchObject({ ok: true });
    expect(berlin.row('lamp')).toMatchObject({ opened: 3, closed: 3, used: 3 });
  });
});

test('[T8] who ordered, for whom, and what was noted stands in the entry, and nothing where nobody said it', () => {
  const { berlin } = shop({ lamp: 5 });
  const said = { clientId: 'app', customerId: 'c-1', note: 'ring twice' };
  berlin.do(sell('o1', { lamp: 1 }, said));
  expect(berlin.journal.entries.at(-1)?.entry.body).toMatchObject(said);
  berlin.do(sell('o2', { lamp: 1 }));
  const plain = Object.keys(berlin.journal.entries.at(-1)?.entry.body ?? {});
  for (const name of [...Object.keys(said), 'overrideReason']) expect(plain).not.toContain(name);
});
