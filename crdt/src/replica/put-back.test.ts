/** What the simulator found first (`npm run sim`), each as a history of its own. */
import { describe, expect, test } from 'vitest';
import type { LocationId, ReplicaId } from '../ids.ts';
import type { StreamFrame } from '../wire/frames.ts';
import { count, receive, sell } from './commands.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import { type Letter, Node, pool, shop } from './world.test-kit.ts';

function only(letters: Letter[]): Letter {
  expect(letters).toHaveLength(1);
  return letters[0] as Letter;
}

/** Runs the turn that is due, and lets its commit fail. */
function failTurn(node: Node): void {
  node.replica.endTurn(node.world.now);
  node.replica.putBack();
}

describe('[D4] a turn whose commit failed', () => {
  test('[D4] whoever was answered in it waits on, and is answered by a later one', () => {
    const { world, till } = shop({ lamp: 9 });
    const ticket = till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    world.pass(5_000);
    failTurn(till);
    expect(till.answers.has(ticket)).toBe(false);
    till.turn();
    expect(till.answers.get(ticket)).toMatchObject({ ok: false, code: 'insufficient_stock' });
  });

  test('[D6] a pool that it touched first has no row, and the next digest fits the rows', () => {
    const { world, hq, berlin } = shop({ lamp: 5 }, { checkpointEvery: 1 });
    berlin.replica.execute(9, receive('d2', { bulb: 3 }), world.now);
    failTurn(berlin);
    expect(berlin.replica.ledger.self.has(pool('bulb'))).toBe(false);
    berlin.do(receive('d2', { bulb: 3 }));
    world.calm();
    // The parent compares each checkpoint with its own rows, and fences who differs.
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
    expect(hq.history.at(-1)).toBe('berlin:checkpoint');
  });

  test('[F7] a debt that it paid is still owed, and is paid by the next', () => {
    const { world, berlin } = shop();
    berlin.do(sell('o1', { lamp: 2 }, { override: { reason: 'in hand', owedMax: 5 } }));
    berlin.replica.execute(9, receive('d1', { lamp: 5 }), world.now);
    failTurn(berlin);
    berlin.do(receive('d1', { lamp: 5 }));
    expect(berlin.row('lamp')).toMatchObject({ owed: 2, repaid: 2 });
  });
});

test('[F7] who owes asks again until somebody has units', () => {
  const { world, hq, berlin } = shop();
  const paris = world.add('paris', 'store', hq);
  const { lines, ...order } = sell('o1', { lamp: 2 }, { override: { reason: 'promised', owedMax: 5 } });
  berlin.do({ ...order, lines: lines.map((line) => ({ ...line, locationId: 'paris' as LocationId })) });
  world.calmFor(60_000);
  expect(berlin.row('lamp', 'paris')).toMatchObject({ owed: 2, repaid: 0 });
  // Nobody spreads what stands on a shop's own shelf: it comes to who asks.
  paris.do(receive('d1', { lamp: 5 }, 'paris'));
  world.calmFor(berlin.settings.policy.debtAskMs + 5_000);
  expect(berlin.row('lamp', 'paris')).toMatchObject({ owed: 2, repaid: 2 });
});

test('[L2] a late frame of an earlier session never holds back those of this one', () => {
  const { world, hq, berlin } = shop();
  berlin.do(receive('d1', { lamp: 5 }));
  const late = only(world.intercept('stream'));
  for (const _session of ['second', 'third']) {
    berlin.cut();
    berlin.link();
    world.calm();
  }
  berlin.cut();
  berlin.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  berlin.do(receive('d2', { lamp: 2 }));
  const own = only(world.intercept('stream'));
  expect((own.frame as StreamFrame).base).toBeGreaterThan((late.frame as StreamFrame).base);
  // The first frame that this session hears was sent by one before it.
  world.deliver(late);
  world.deliver(own);
  world.mail = [];
  expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(7);
});

test('[T9] a count that a newer one overtook is refused: it would record one loss twice', () => {
  const { berlin } = shop({ lamp: 10 });
  const includes = [{ writer: berlin.self, seq: berlin.replica.ledger.self.head.seq }];
  // One is missing; two clerks counted, and the second enters his list first.
  expect(berlin.do(count('c2', { lamp: 9 }, { includes }))).toMatchObject({ ok: true });
  expect(berlin.do(count('c1', { lamp: 9 }, { includes }))).toMatchObject({ code: 'count_outdated' });
  expect(berlin.do(count('c3', { bulb: 0 }, { includes }))).toMatchObject({ ok: true });
  expect(berlin.row('lamp').departed).toBe(1);
});

test('[R2] what a child is granted as its first entry arrives counts as held by it', () => {
  const { world, berlin } = shop({ lamp: 5 });
  const till = new Node(world, hastySettings('till-2' as ReplicaId, 'terminal'), berlin);
  world.nodes.set(till.id, till);
  till.turn((self, now) => self.beginLife(berlin.self, now));
  till.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  const life = world.intercept('stream');
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  for (const letter of world.intercept('asks')) world.deliver(letter);
  const granted = () => berlin.row('lamp').sent.find(({ writer }) => writer === till.self)?.n;
  expect(granted()).toBe(undefined);
  const hint = () => berlin.replica.hub.children.get(till.id)?.pools.get(pool('lamp'))?.holding;
  for (const letter of life) world.deliver(letter);
  expect(granted()).toBeGreaterThanOrEqual(2);
  expect(hint()).toBe(granted());
  world.calm();
  expect(hint()).toBe(till.free('lamp'));
  berlin.restart();
  expect(hint()).toBe(till.free('lamp'));
});

test('[D4] a fence that is put back leaves what each child is thought to hold as it was', () => {
  const { world, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calm();
  const hint = () => berlin.replica.hub.children.get(till.id)?.pools.get(pool('lamp'))?.holding;
  const held = hint();
  expect(held).toBe(till.free('lamp'));
  berlin.replica.execute(9, receive('d2', { lamp: 1 }), world.now);
  berlin.replica.retire(till.id, world.now);
  failTurn(berlin);
  expect(berlin.fenceOf(till.self)).toBeUndefined();
  expect(hint()).toBe(held);
});
