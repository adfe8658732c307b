import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { onHold, receive, sell } from '../replica/commands.test-kit.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import { type Letter, pool, shop, World } from '../replica/world.test-kit.ts';
import { debt } from '../tally/row.ts';
import type { StockFrame } from '../wire/frames.ts';

const waits = { waitMs: 5_000 };

describe('[R2] what is granted for an ask', () => {
  test('[R2] an ask that nobody can meet moves nothing: what there is stays for who asks for less', () => {
    const { world, berlin, till } = shop({ lamp: 5 });
    const large = till.ask(sell('t1', { lamp: 9 }, waits));
    world.calm();
    expect(till.answers.get(large)).toMatchObject({ code: 'insufficient_stock' });
    expect([berlin.free('lamp'), till.free('lamp')]).toEqual([5, 0]);
    expect(berlin.do(sell('b1', { lamp: 5 }))).toMatchObject({ ok: true });
  });

  test('[R2] of two asks in one, the one that can be met is', () => {
    const { world, till } = shop({ lamp: 5 });
    const first = till.ask(sell('t1', { lamp: 4 }, waits));
    const second = till.ask(sell('t2', { lamp: 3 }, waits));
    world.calm();
    const answers = [first, second].map((ticket) => till.answers.get(ticket)?.ok);
    expect(answers.sort()).toEqual([false, true]);
  });

  test('[R2] who asked is not asked back before its deadline', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    till.ask(sell('t1', { lamp: 4 }, waits));
    for (const letter of world.intercept('asks')) world.deliver(letter);
    const cells = world.intercept('cells');
    berlin.ask(sell('b1', { lamp: 2 }, waits));
    expect(world.intercept('recalls')).toEqual([]);
    // The till never hears of its grant: when its time is over, the units are there to be asked back.
    expect(cells).toHaveLength(1);
    world.pass(waits.waitMs);
    berlin.ask(sell('b2', { lamp: 2 }, waits));
    expect(world.intercept('recalls')).toHaveLength(1);
  });

  test('[F7] a part of what is owed is given all the same', () => {
    const { world, berlin, till } = shop({ lamp: 2 });
    till.do(sell('t1', { lamp: 5 }, { override: { reason: 'in the customer’s hands', owedMax: 10 } }));
    world.calm();
    expect(debt(till.row('lamp'))).toBe(3);
    expect(berlin.free('lamp')).toBe(0);
  });

  test('[R2] a turn that is put back promises nothing', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    till.ask(sell('t1', { lamp: 4 }, waits));
    const [asks] = world.intercept('asks');
    for (let i = 0; i < 3; i += 1) {
      berlin.replica.frame(till.id, (asks as Letter).frame as StockFrame, world.now);
      berlin.replica.endTurn(world.now);
      berlin.replica.putBack();
    }
    const known = () => berlin.replica.hub.children.get(till.id)?.pools.get(pool('lamp'));
    expect(known()?.promised).toBe(0);
    world.deliver(asks as Letter);
    expect(known()?.promised).toBe(4);
  });

  test('[L7] however long a child says that it waits, a promise ends', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    const items = [{ pool: pool('lamp'), atLeast: 4, waitMs: 2 ** 50 }];
    const frame = { kind: 'asks', writer: till.self, parent: berlin.self, items } as const;
    berlin.turn((self) => self.frame(till.id, frame, world.now));
    world.calm();
    world.pass(60_000);
    berlin.ask(sell('b1', { lamp: 2 }, waits));
    expect(world.intercept('recalls')).toHaveLength(1);
  });
});

test('[L3] a replica in the middle gives back all that is asked of it, and what was promised below is left out once', () => {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const rome = world.add('rome', 'store', hq);
  const eu = world.add('eu', 'region', hq);
  const berlin = world.add('berlin', 'store', eu);
  const till = world.add('till', 'terminal', berlin);
  const lamps = (n: number) => [{ pool: pool('lamp', 'rome'), n }];
  const take = { type: 'hold', actor: 'cashier:7', ttlMs: 600_000, ...waits } as const;
  rome.do(receive('d1', { lamp: 10 }, 'rome'));
  world.calm();
  // Four are promised to a customer at the till, who has not bought yet: the till hears of its grant later.
  till.ask({ ...take, id: 't1', lines: lamps(4) });
  for (
    let hop = 0;
    hop < 20 && !world.mail.some(({ to, frame }) => to === till.id && frame.kind === 'cells');
    hop += 1
  )
    world.deliver(world.mail.shift() as Letter);
  const granted = world.intercept('cells');
  expect(granted.some(({ to }) => to === till.id)).toBe(true);
  world.calm();
  // Six more come to the shop and stay there.
  berlin.ask({ ...take, id: 'b1', lines: lamps(6) });
  world.calm();
  berlin.do(onHold('release', 'b2', 'b1'));
  world.calm();
  expect(berlin.free('lamp', 'rome')).toBe(6);
  const wanted = eu.ask({ ...take, id: 'e1', lines: lamps(6) });
  world.calm();
  expect(eu.answers.get(wanted)).toMatchObject({ ok: true, waited: true });
  for (const letter of granted) world.deliver(letter);
  world.calm();
  expect(till.row('lamp', 'rome').opened).toBe(4);
});

test('[R2] what moves ahead of need gathers to rounds; what somebody waits for moves at once', () => {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const settings = hastySettings('berlin' as ReplicaId, 'store');
  const berlin = world.add('berlin', 'store', hq, {
    policy: { ...settings.policy, spreadEveryMs: 1_000 },
  });
  const till = world.add('till', 'terminal', berlin);
  const grants = () => berlin.replica.ledger.self.head.seq;
  const skus = ['lamp', 'bulb', 'wick'];
  berlin.do(receive('d1', { lamp: 90, bulb: 90, wick: 90 }));
  // The till sells each once, so that its demand is known.
  for (const sku of skus) {
    till.ask(sell(`first-${sku}`, { [sku]: 1 }, waits));
    world.calm();
  }
  world.calmFor(2_000);
  // All of one round: it sells most of what it has of each, one after the other.
  const before = grants();
  const held = skus.map((sku) => till.free(sku));
  for (const [i, sku] of skus.entries()) {
    till.do(sell(`most-${sku}`, { [sku]: (held[i] as number) - 1 }));
    world.calm();
  }
  // The first of them began a round; the others wait for the next.
  const begun = grants() - before;
  expect(begun).toBeLessThanOrEqual(1);
  const asked = till.ask(sell('waits', { bulb: 3 }, waits));
  world.calm();
  expect(till.answers.get(asked)).toMatchObject({ ok: true });
  const atOnce = grants();
  expect(atOnce).toBeGreaterThan(before + begun);
  world.calmFor(1_000);
  expect(grants()).toBe(atOnce + 1);
  for (const sku of skus) expect(till.free(sku)).toBeGreaterThan(2);
});
