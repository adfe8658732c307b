import { describe, expect, test } from 'vitest';
import { debt } from '../tally/row.ts';
import { count, hold, lose, receive, sell } from './commands.test-kit.ts';
import { pool, shop } from './world.test-kit.ts';

const override = { override: { reason: 'in the customer’s hands', owedMax: 3 } };
const later = { departsFrom: [] };

describe('[T9] counts', () => {
  test('[T9] are compared with goods on hand, never with rights', () => {
    const { berlin } = shop({ lamp: 10 });
    berlin.do(sell('o1', { lamp: 4 }, later));
    // Six can be sold, ten stand there.
    expect(berlin.do(count('c1', { lamp: 10 }))).toMatchObject({
      entry: { body: { lines: [{ more: 0, less: 0 }] } },
    });
    expect(berlin.free('lamp')).toBe(6);
    expect(berlin.do(count('c2', { lamp: 12 }))).toMatchObject({
      entry: { body: { lines: [{ more: 2, less: 0 }] } },
    });
    expect(berlin.free('lamp')).toBe(8);
  });

  test('[T9] include what their children sold over the counter', () => {
    const { world, berlin, till } = shop({ lamp: 10 });
    till.ask(sell('t1', { lamp: 3 }, { waitMs: 1_000 }));
    world.calm();
    expect(berlin.do(count('c1', { lamp: 7 }))).toMatchObject({
      entry: { body: { lines: [{ more: 0, less: 0 }] } },
    });
  });

  test('[T9] what happened after the points that a count includes is added to it', () => {
    const { world, berlin, till } = shop({ lamp: 10 });
    const includes = [berlin, till].map(({ replica, self }) => ({
      writer: self,
      seq: replica.ledger.self.head.seq,
    }));
    // Ten were counted at noon; before the count is entered, three are sold and two come.
    till.ask(sell('t1', { lamp: 3 }, { waitMs: 1_000 }));
    world.calm();
    berlin.do(receive('d2', { lamp: 2 }));
    expect(berlin.do(count('c1', { lamp: 9 }, { includes }))).toMatchObject({
      entry: { body: { lines: [{ more: 0, less: 1 }] } },
    });
  });

  test('[T9] a count that names a point nobody knows is refused', () => {
    const { berlin } = shop({ lamp: 10 });
    const includes = [{ writer: berlin.self, seq: 999 }];
    expect(berlin.do(count('c1', { lamp: 9 }, { includes }))).toMatchObject({
      ok: false,
      code: 'count_outdated',
    });
  });

  test('[T9] a count whose books have moved on is refused', () => {
    const { berlin } = shop({ lamp: 10 });
    const stale = count('c1', {}, { lines: [{ pool: pool('lamp'), found: 9, replaces: 11 }] });
    expect(berlin.do(stale)).toMatchObject({ ok: false, code: 'count_outdated' });
  });
});

describe('[F7] the shelf holds less than the books', () => {
  test('[F7] free rights pay first, and the rest is owed', () => {
    const { berlin } = shop({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 3 }, later));
    berlin.do(lose('l1', { lamp: 4 }));
    expect(berlin.row('lamp')).toMatchObject({ used: 5, departed: 4, owed: 2, repaid: 0 });
  });

  test('[F7] a count that finds less does the same', () => {
    const { berlin } = shop({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 3 }, later));
    berlin.do(count('c1', { lamp: 1 }));
    expect(berlin.row('lamp')).toMatchObject({ used: 5, departed: 4, owed: 2 });
  });

  test('[F7] the parent covers it from its own free units', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    till.do(sell('t1', { lamp: 2 }, override));
    expect(debt(till.row('lamp'))).toBe(2);
    world.calm();
    expect(till.row('lamp')).toMatchObject({ owed: 2, repaid: 2 });
    expect(berlin.free('lamp') + till.free('lamp')).toBe(7);
  });

  test('[F7] the parent recalls what it lacks to cover it', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 1 }, { waitMs: 1_000 }));
    berlin.turn((self) => {
      const items = [{ pool: pool('lamp'), atLeast: 9, waitMs: 1_000 }];
      self.frame(till.id, { kind: 'asks', writer: till.self, parent: berlin.self, items }, world.now);
    });
    world.calm();
    expect(till.free('lamp')).toBe(8);
    berlin.do(lose('l1', { lamp: 3 }));
    expect(debt(berlin.row('lamp'))).toBe(3);
    world.calmFor(5_000);
    expect(debt(berlin.row('lamp'))).toBe(0);
    expect(till.free('lamp') + berlin.free('lamp')).toBe(5);
  });

  test('[F7] what nobody can cover stays visible as owed', () => {
    const { world, hq, berlin } = shop({ lamp: 2 });
    berlin.do(sell('o1', { lamp: 2 }, later));
    berlin.do(lose('l1', { lamp: 1 }));
    world.calmFor(60_000, 5_000);
    expect(debt(hq.row('lamp', 'berlin', berlin.self))).toBe(1);
    expect(hq.replica.hub.totals.levels?.get(pool('lamp'))).toEqual({ onHand: 1, available: -1 });
  });
});

describe('[F8] overrides', () => {
  test('[F8] name a reason, owe what rights cannot pay, and create none', () => {
    const { berlin } = shop({ lamp: 2 });
    expect(berlin.do(sell('o1', { lamp: 4 }, override))).toMatchObject({
      ok: true,
      entry: { actor: 'cashier:7', body: { overrideReason: override.override.reason, lines: [{ owed: 2 }] } },
    });
    expect(berlin.row('lamp')).toMatchObject({ received: 2, used: 2, owed: 2, departed: 4 });
    expect(berlin.free('lamp')).toBe(0);
  });

  test('[F8] owe nothing where there are rights enough', () => {
    const { berlin } = shop({ lamp: 9 });
    berlin.do(sell('o1', { lamp: 4 }, override));
    expect(berlin.row('lamp')).toMatchObject({ used: 4, owed: 0 });
  });

  test('[F8] are capped a pool, over all that is still owed', () => {
    const { berlin } = shop({ bulb: 1 });
    expect(berlin.do(sell('o1', { lamp: 4 }, override))).toMatchObject({ ok: false, code: 'override_limit' });
    expect(berlin.do(sell('o2', { lamp: 2 }, override))).toMatchObject({ ok: true });
    expect(berlin.do(sell('o3', { lamp: 2 }, override))).toMatchObject({ ok: false, code: 'override_limit' });
    expect(berlin.do(sell('o4', { lamp: 1 }, override))).toMatchObject({ ok: true });
  });

  test('[F8] several lines of one pool owe together, in their order', () => {
    const { berlin } = shop({ lamp: 2 });
    const { lines } = sell('o1', { lamp: 2 });
    const twice = sell('o1', {}, { lines: [...lines, ...lines], ...override });
    expect(berlin.do(twice)).toMatchObject({ entry: { body: { lines: [{ owed: 2 }, { owed: 0 }] } } });
    expect(berlin.row('lamp')).toMatchObject({ used: 2, owed: 2 });
  });
});

describe('[T4] a debt is repaid first', () => {
  test('[T4] out of a delivery, before anyone sells or holds of it', () => {
    const { berlin } = shop({ bulb: 1 });
    berlin.do(sell('o1', { lamp: 3 }, override));
    berlin.turn((self, now) => {
      self.execute(50, receive('d2', { lamp: 4 }), now);
      self.execute(51, sell('o2', { lamp: 2 }), now);
      self.execute(52, hold('h1', { lamp: 1 }), now);
    });
    expect(berlin.answers.get(51)).toMatchObject({ ok: false, items: [{ available: 1 }] });
    expect(berlin.answers.get(52)).toMatchObject({ ok: true });
    expect(berlin.row('lamp')).toMatchObject({ owed: 3, repaid: 3, opened: 1 });
    expect(berlin.free('lamp')).toBe(0);
  });

  test('[T4] and nothing of it is granted before', () => {
    const { world, berlin, till } = shop({ bulb: 1 });
    berlin.do(sell('o1', { lamp: 3 }, override));
    const ticket = till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    world.calm();
    berlin.do(receive('d2', { lamp: 3 }));
    world.calm();
    expect(till.answers.get(ticket)).not.toMatchObject({ ok: true });
    expect(berlin.row('lamp')).toMatchObject({ repaid: 3, sent: [] });
  });

  test('[T4] a grant is written down before it is used', () => {
    const { world, till } = shop({ lamp: 5 });
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    world.calm();
    const types = till.journal.entries.map(({ entry }) => entry.body.type);
    expect(types.indexOf('took')).toBeGreaterThan(-1);
    expect(types.indexOf('took')).toBeLessThan(types.indexOf('sold'));
  });
});
