import { describe, expect, test } from 'vitest';
import type { Asks } from '../wire/frames.ts';
import { receive, sell } from './commands.test-kit.ts';
import { type Letter, pool, shop, type World } from './world.test-kit.ts';

const waits = { waitMs: 5_000 };

function intercepted(world: World): [Letter & { frame: Asks }] {
  return world.intercept('asks') as [Letter & { frame: Asks }];
}

describe('[R4] a command that cannot be met here', () => {
  test('[R4] waits for one request up the tree, and is then accepted', () => {
    const { world, till } = shop({ lamp: 9 });
    const ticket = till.ask(sell('t1', { lamp: 2 }, waits));
    expect(till.answers.get(ticket)).toBeUndefined();
    const asked = world.mail.filter(({ from, frame }) => from === till.id && frame.kind === 'asks');
    expect(asked).toHaveLength(1);
    world.calm();
    expect(till.answers.get(ticket)).toMatchObject({ ok: true });
  });

  test('[R4] hands on what is left of one deadline for all hops', () => {
    const { world, hq, berlin, till } = shop();
    world.add('main', 'warehouse', hq);
    till.ask(sell('t1', { lamp: 2 }, waits));
    const [first] = intercepted(world);
    expect(first.frame.items[0]?.waitMs).toBe(5_000);
    const items = first.frame.items.map((item) => ({ ...item, waitMs: 3_000 }));
    world.deliver({ ...first, frame: { ...first.frame, items } });
    const [second] = intercepted(world);
    expect(second.from).toBe(berlin.id);
    expect(second.frame.items[0]?.waitMs).toBe(3_000);
  });

  test('[R4] is refused with what is known when the tree says no', () => {
    const { world, till } = shop({ bulb: 1 });
    const ticket = till.ask(sell('t1', { lamp: 2 }, waits));
    world.calm();
    expect(world.now.monotonicMs).toBe(10_000);
    expect(till.answers.get(ticket)).toMatchObject({
      ok: false,
      code: 'insufficient_stock',
      items: [{ sku: 'lamp', requested: 2, available: 0, reason: 'none_left' }],
    });
  });

  test('[R4] a no for one line leaves the others waiting, so that the refusal names just what nobody has', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const ticket = till.ask(sell('t1', { lamp: 2, bulb: 1 }, waits));
    const [asked] = intercepted(world);
    expect(asked.frame.items).toHaveLength(2);
    const denied = asked.frame.items.filter(({ pool }) => pool.startsWith('bulb'));
    till.hear(berlin.id, { kind: 'denied', writer: till.self, parent: berlin.self, items: denied });
    expect(till.answers.get(ticket)).toBeUndefined();
    world.deliver(asked);
    world.calm();
    expect(till.answers.get(ticket)).toMatchObject({
      code: 'insufficient_stock',
      items: [{ sku: 'bulb', requested: 1 }],
    });
  });

  test('[R4] is refused at its deadline where nobody answers', () => {
    const { world, till } = shop({ lamp: 9 });
    const ticket = till.ask(sell('t1', { lamp: 2 }, waits));
    world.mail = [];
    expect(till.replica.wakeAtMs(world.now)).toBeLessThanOrEqual(world.now.monotonicMs + waits.waitMs);
    world.pass(waits.waitMs - 1);
    till.turn();
    expect(till.answers.get(ticket)).toBeUndefined();
    world.pass(1);
    till.turn();
    expect(till.answers.get(ticket)).toMatchObject({ ok: false, code: 'insufficient_stock' });
    world.mail = [];
    // What comes too late is stock, and sells nothing by itself.
    world.calmFor(3_000);
    expect(till.row('lamp').used).toBe(0);
  });

  test('[R4] is refused at once where nobody can be asked, or it may not wait', () => {
    const { till } = shop({ lamp: 9 });
    expect(till.do(sell('t1', { lamp: 2 }))).toMatchObject({ ok: false, code: 'insufficient_stock' });
    till.cut();
    expect(till.do(sell('t2', { lamp: 2 }, waits))).toMatchObject({ ok: false, code: 'insufficient_stock' });
  });

  test('[R4] is refused when the link goes while it waits', () => {
    const { till } = shop({ lamp: 9 });
    const ticket = till.ask(sell('t1', { lamp: 2 }, waits));
    till.cut();
    expect(till.answers.get(ticket)).toMatchObject({ ok: false, code: 'insufficient_stock' });
  });

  test('[R4] waits for a child that holds what is missing, though nobody above can be asked', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    const items = [{ pool: pool('lamp'), atLeast: 4, waitMs: 1_000 }];
    berlin.hear(till.id, { kind: 'asks', writer: till.self, parent: berlin.self, items });
    world.calm();
    world.pass(2_000);
    expect([berlin.free('lamp'), till.free('lamp')]).toEqual([0, 4]);
    const first = berlin.ask(sell('b1', { lamp: 1 }, waits));
    world.mail = world.mail.filter(({ to }) => to === 'hq');
    berlin.cut();
    // It can still be helped from below.
    expect(berlin.answers.get(first)).toBeUndefined();
    const second = berlin.ask(sell('b2', { lamp: 1, bulb: 1 }, waits));
    expect(berlin.answers.get(second)).toBeUndefined();
    expect(berlin.answers.get(berlin.ask(sell('b3', { bulb: 1 }, waits)))).toMatchObject({ ok: false });
    world.calmFor(5_000);
    expect(berlin.answers.get(first)).toMatchObject({ ok: true, waited: true });
    expect(berlin.answers.get(second)).toMatchObject({ items: [{ sku: 'bulb' }] });
    till.cut();
    expect(berlin.answers.get(berlin.ask(sell('b4', { lamp: 4 }, waits)))).toMatchObject({ ok: false });
  });

  test('[R4] is decided again when units come from anywhere', () => {
    const { world, berlin } = shop({ bulb: 1 });
    const ticket = berlin.ask(sell('b1', { lamp: 2 }, waits));
    berlin.do(receive('d2', { lamp: 2 }));
    expect(berlin.answers.get(ticket)).toMatchObject({ ok: true });
    world.calm();
  });

  test('[R4] no more wait than there is room for', () => {
    const { till } = shop({ lamp: 9 }, { waitingMax: 1 });
    till.ask(sell('t1', { lamp: 2 }, waits));
    expect(till.do(sell('t2', { lamp: 2 }, waits))).toMatchObject({ ok: false, code: 'overloaded' });
  });
});

describe('[R5] what can be reported', () => {
  test('[R5] an answer says whether units had to be asked for', () => {
    const { world, till } = shop({ lamp: 9 });
    const first = till.ask(sell('t1', { lamp: 2 }, waits));
    world.calm();
    expect(till.answers.get(first)).toMatchObject({ ok: true, waited: true });
    till.cut();
    expect(till.do(sell('t1', { lamp: 2 }, waits))).not.toHaveProperty('waited');
  });

  test('[R5] a line that is decided here is no message to wait for', () => {
    const { berlin } = shop({ lamp: 9 });
    const answer = berlin.do(sell('b1', { lamp: 2 }, waits));
    expect(answer).toMatchObject({ ok: true });
    expect(answer).not.toHaveProperty('waited');
  });

  test('[R5] a refusal says how much could be sold here of what was asked', () => {
    const { berlin } = shop({ lamp: 3 });
    expect(berlin.do(sell('b1', { lamp: 5 }))).toMatchObject({
      ok: false,
      items: [{ requested: 5, available: 3, reason: 'too_few_left' }],
    });
  });
});
