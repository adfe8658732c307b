import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import type { Command } from './command.ts';
import {
  cancel,
  confirm,
  count,
  giveBack,
  hold,
  lose,
  onHold,
  receive,
  sell,
  ship,
} from './commands.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import { Node, pool, shop } from './world.test-kit.ts';

const later = { departsFrom: [] };

describe('[T5] all or nothing', () => {
  test('[T5] an order with one short line changes nothing', () => {
    const { berlin } = shop({ lamp: 5, bulb: 1 });
    const before = berlin.journal.entries.length;
    expect(berlin.do(sell('o1', { lamp: 2, bulb: 2 }))).toMatchObject({
      ok: false,
      code: 'insufficient_stock',
      items: [{ sku: 'bulb', requested: 2, available: 1 }],
    });
    expect(berlin.free('lamp')).toBe(5);
    expect(berlin.journal.entries.length).toBe(before);
  });

  test('[T5] the same pool twice counts twice', () => {
    const { berlin } = shop({ lamp: 5 });
    const { lines } = sell('o1', { lamp: 3 });
    const twice = sell('o1', {}, { lines: [...lines, ...lines] });
    expect(berlin.do(twice)).toMatchObject({ ok: false, items: [{ requested: 6, available: 5 }] });
  });
});

test('[T8] a replica that has no life yet refuses in words, until its first one begins (seed 9405561)', () => {
  const { world, hq } = shop();
  const paris = new Node(world, hastySettings('paris' as ReplicaId, 'store'), hq);
  for (const command of [sell('o1', { lamp: 1 }), hold('h1', { lamp: 1 }), receive('r1', { lamp: 1 })])
    expect(paris.do(command)).toMatchObject({
      ok: false,
      code: 'former_lives_unknown',
      message: 'This replica has not met its parent yet. Try again.',
    });
  paris.turn((self, now) => self.beginLife(hq.self, now));
  expect(paris.do(sell('o1', { lamp: 1 }))).toMatchObject({ ok: false, code: 'insufficient_stock' });
});

describe('[T7] quantities', () => {
  test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('[T7] %s is refused', (n) => {
    const { berlin } = shop({ lamp: 5 });
    for (const command of [sell('x', { lamp: n }), hold('x', { lamp: n }), receive('x', { lamp: n })]) {
      expect(berlin.do(command)).toMatchObject({ ok: false, code: 'quantity_out_of_range' });
    }
  });

  test('[T7] a command that would pass what a column can count is refused', () => {
    const { berlin } = shop();
    // As if it had received goods for a million years.
    berlin.turn(({ ledger }) => {
      ledger.touchHead(ledger.self);
      const row = ledger.self.touch(pool('lamp'));
      row.received = row.used = Number.MAX_SAFE_INTEGER - 10;
    });
    expect(berlin.do(receive('d1', { lamp: 11 }))).toMatchObject({
      ok: false,
      code: 'quantity_out_of_range',
    });
    // There are enough to be set aside, and no room to write it down.
    berlin.turn(({ ledger }) => {
      ledger.touchHead(ledger.self);
      ledger.self.touch(pool('lamp')).used -= 11;
    });
    expect(berlin.do(hold('h1', { lamp: 11 }))).toMatchObject({
      ok: false,
      code: 'quantity_out_of_range',
      message: 'The books of lamp@berlin cannot count that far.',
    });
    const [line] = receive('d2', { lamp: 6 }).lines;
    const twice = { ...receive('d2', {}), lines: line === undefined ? [] : [line, line] };
    expect(berlin.do(twice)).toMatchObject({ ok: false, code: 'quantity_out_of_range' });
    expect(berlin.do(receive('d3', { lamp: 10 }))).toMatchObject({ ok: true });
    expect(berlin.do(sell('o1', { lamp: 11 }))).toMatchObject({ ok: false, code: 'quantity_out_of_range' });
  });
});

const CASH = { method: 'cash', amountMinor: 500, currency: 'EUR' };

describe('[T8] once', () => {
  /** Each command, and the same id with another content. */
  const pairs: readonly [string, Command, Command][] = [
    ['a sale', sell('x', { lamp: 1 }), sell('x', { lamp: 2 })],
    ['a sale for somebody', sell('x', { lamp: 1 }, { customerId: 'ada' }), sell('x', { lamp: 1 })],
    [
      'a sale that was paid',
      sell('x', { lamp: 1 }, { payments: [CASH] }),
      sell('x', { lamp: 1 }, { payments: [] }),
    ],
    [
      'a sale for a business',
      sell('x', { lamp: 1 }, { clientId: 'acme', payments: [{ ...CASH, reference: 'till-7' }] }),
      sell('x', { lamp: 1 }, { clientId: 'acme', payments: [CASH] }),
    ],
    ['a hold', hold('x', { lamp: 1 }), hold('x', { bulb: 1 })],
    ['a confirmation', confirm('x', 'h0', { lamp: 1 }), confirm('x', 'h0', { lamp: 2 })],
    ['a capture', onHold('capture', 'x', 'h0'), onHold('capture', 'x', 'h9')],
    ['a release', onHold('release', 'x', 'h0'), onHold('release', 'x', 'h9')],
    ['a cancellation', cancel('x', 'o0'), cancel('x', 'o9')],
    ['a delivery', receive('x', { lamp: 1 }), receive('x', { lamp: 2 })],
    ['a shipment', ship('x', 'o0', '1', 'lamp', 1), ship('x', 'o0', '1', 'lamp', 2)],
    ['a return', giveBack('x', 'o1', '1', 'lamp', 1), giveBack('x', 'o1', '1', 'lamp', 2)],
    ['a count', count('x', { lamp: 9 }), count('x', { lamp: 8 })],
    ['a loss', lose('x', { lamp: 1 }), lose('x', { lamp: 2 })],
  ];

  test.each(pairs)(
    '[T8] %s is answered with its first answer; its id for another request is refused',
    (_, command, other) => {
      const { world, berlin } = shop({ lamp: 20, bulb: 5 });
      berlin.do(hold('h0', { lamp: 2 }));
      berlin.do(sell('o0', { lamp: 4 }, later));
      berlin.do(sell('o1', { lamp: 4 }));
      const first = berlin.do(command);
      expect(first).toMatchObject({ ok: true, replayed: false });
      const entries = berlin.journal.entries.length;
      world.calm();
      berlin.restart();
      const again = berlin.do(command);
      expect(again).toMatchObject({ ok: true, replayed: true });
      expect(again.ok && first.ok && again.entry.seq).toBe(first.ok && first.entry.seq);
      expect(berlin.do(other)).toMatchObject({ ok: false, code: 'document_differs' });
      expect(berlin.journal.entries.length).toBe(entries);
    },
  );

  test('[T8] [D7] an id whose entry was let go is never carried out again', () => {
    const { berlin } = shop({ lamp: 5 });
    expect(berlin.do(receive('r1', { lamp: 3 }))).toMatchObject({ ok: true });
    expect(berlin.do(sell('o1', { lamp: 2 }))).toMatchObject({ ok: true });
    // A journal that was pruned: documents outlive their entries.
    berlin.journal.entryAt = () => undefined;
    expect(berlin.do(receive('r1', { lamp: 3 }))).toMatchObject({ ok: false, code: 'already_done' });
    expect(berlin.do(sell('o1', { lamp: 2 }))).toMatchObject({ ok: false, code: 'already_done' });
    expect(berlin.free('lamp')).toBe(6);
  });

  test('[T8] twice in one turn is once', () => {
    const { berlin } = shop({ lamp: 5 });
    berlin.turn((self, now) => {
      self.execute(101, sell('o1', { lamp: 3 }), now);
      self.execute(102, sell('o1', { lamp: 3 }), now);
    });
    expect([101, 102].map((ticket) => berlin.answers.get(ticket))).toMatchObject([
      { ok: true, replayed: false },
      { ok: true, replayed: true },
    ]);
    expect(berlin.free('lamp')).toBe(2);
  });

  test('[T8] goods come, go and are counted by their keeper alone', () => {
    const { till } = shop({ lamp: 5 });
    for (const command of [receive('x', { lamp: 1 }), count('x', { lamp: 9 }), lose('x', { lamp: 1 })]) {
      expect(till.do(command)).toMatchObject({ ok: false, code: 'not_keeper' });
    }
    expect(till.do(ship('x', 'o1', '1', 'lamp', 1))).toMatchObject({ ok: false, code: 'not_keeper' });
    expect(till.do(giveBack('x', 'o1', '1', 'lamp', 1))).toMatchObject({ ok: false, code: 'not_keeper' });
  });

  test('[T8] an order is cancelled by its owner alone, each line once', () => {
    const { world, berlin, till } = shop({ lamp: 9, bulb: 9 });
    berlin.do(sell('o1', { lamp: 2, bulb: 3 }, later));
    expect(berlin.do(cancel('c1', 'o1', ['1']))).toMatchObject({ ok: true });
    expect(berlin.free('lamp')).toBe(9);
    expect(berlin.do(cancel('c2', 'o1'))).toMatchObject({ ok: true });
    expect([berlin.free('lamp'), berlin.free('bulb')]).toEqual([9, 9]);
    expect(berlin.do(cancel('c3', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
    till.ask(sell('t1', { lamp: 2 }, { ...later, waitMs: 1_000 }));
    world.calm();
    expect(berlin.do(cancel('c4', 't1'))).toMatchObject({
      ok: false,
      code: 'not_owner',
      message: 'Order t1 belongs to till.',
    });
  });

  test('[T8] units that came back as a return are not reinstated by a cancellation as well', () => {
    const { berlin } = shop({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 3 }, later));
    expect(berlin.do(giveBack('r1', 'o1', '1', 'lamp', 2))).toMatchObject({ ok: true });
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true });
    expect(berlin.free('lamp')).toBe(5);
  });

  test('[T8] what left is not cancelled, and no more is shipped or taken back than was sold', () => {
    const { berlin } = shop({ lamp: 9 });
    berlin.do(sell('gone', { lamp: 2 }));
    berlin.do(sell('open', { lamp: 3 }, later));
    expect(berlin.do(cancel('c1', 'gone'))).toMatchObject({ ok: false, code: 'already_departed' });
    expect(berlin.do(ship('s1', 'gone', '1', 'lamp', 1))).toMatchObject({
      ok: false,
      code: 'already_departed',
    });
    expect(berlin.do(ship('s2', 'open', '1', 'lamp', 2))).toMatchObject({ ok: true });
    expect(berlin.do(ship('s3', 'open', '1', 'lamp', 2))).toMatchObject({
      ok: false,
      code: 'more_than_ordered',
    });
    expect(berlin.do(cancel('c2', 'open'))).toMatchObject({ ok: true });
    expect(berlin.do(ship('s4', 'open', '1', 'lamp', 1))).toMatchObject({
      ok: false,
      code: 'more_than_ordered',
    });
    expect(berlin.do(giveBack('r1', 'gone', '1', 'lamp', 2))).toMatchObject({ ok: true });
    expect(berlin.do(giveBack('r2', 'gone', '1', 'lamp', 1))).toMatchObject({
      ok: false,
      code: 'more_than_ordered',
    });
  });
});

describe('[D1] durable before visible', () => {
  test('[D1] no answer and no frame comes out before the commit', () => {
    const { world, berlin } = shop({ lamp: 5 });
    const { replica } = berlin;
    replica.execute(9, sell('o1', { lamp: 1 }), world.now);
    replica.endTurn(world.now);
    // A process that dies here has said nothing, and its journal knows nothing of it.
    expect(berlin.answers.has(9)).toBe(false);
    expect(world.mail).toEqual([]);
    expect(berlin.journal.findDocument('order', 'o1')).toBeUndefined();
    berlin.restart();
  });

  test('[D4] a turn that is put back leaves rows, holds, documents and digest as they were', () => {
    const { world, berlin } = shop({ lamp: 5 });
    berlin.do(hold('h1', { lamp: 1 }));
    const look = () => ({
      head: { ...berlin.replica.ledger.self.head },
      row: structuredClone(berlin.row('lamp')),
      digest: { ...berlin.replica.ledger.self.currentDigest() },
      holds: structuredClone([...berlin.replica.ledger.holds]),
    });
    const before = look();
    berlin.replica.execute(1, sell('o1', { lamp: 1, bulb: 1 }), world.now);
    berlin.replica.execute(2, sell('o2', { lamp: 2 }), world.now);
    berlin.replica.execute(3, onHold('release', 'r1', 'h1'), world.now);
    berlin.replica.execute(4, receive('d9', { bulb: 3 }), world.now);
    expect(berlin.replica.endTurn(world.now)).toBeDefined();
    berlin.replica.putBack();
    expect(look()).toEqual(before);
    expect(berlin.turn().answers).toEqual([]);
    expect(berlin.do(sell('o2', { lamp: 4 }))).toMatchObject({ ok: true, replayed: false });
  });
});
