/** What a replica says and does when its links come and go, and when a life of it begins or is put back: L1, F1, F3, D4. */
import { describe, expect, test } from 'vitest';
import { receive, sell } from './commands.test-kit.ts';
import { PARENT } from './out.ts';
import { DEFAULT_LINK } from './settings.ts';
import { type Letter, type Node, shop, World } from './world.test-kit.ts';

const waits = { waitMs: 5_000 };
const override = { override: { reason: 'in the customer’s hands', owedMax: 9 } };
const slow = { link: { ...DEFAULT_LINK, gatherMs: 0, streamBytesTarget: 1 } };

/** What leaves a node in a turn that ends links. */
const hangUps = (node: Node, act: Parameters<Node['turn']>[0]) => node.turn(act).hangUps;

describe('[L1] whose link a replica ends is told why', () => {
  test('[F1] each child where it goes on as a new writer', () => {
    const { berlin, till } = shop({ lamp: 9 });
    expect(hangUps(berlin, (self, now) => self.becomeNewWriter('rollback', now))).toEqual([
      { peer: till.id, message: 'The parent goes on as a new writer.' },
    ]);
  });

  test('[F3] a child that is given up while it listens', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    expect(hangUps(berlin, (self, now) => void self.retire(till.id, now))).toEqual([
      { peer: till.id, message: 'This replica was retired.' },
    ]);
    world.rejoin();
  });

  test('[D4] its parent where a new life was put back, and the life that lives on still pays what it owes', () => {
    const { world, berlin } = shop({ bulb: 1 });
    const { self: writer } = berlin;
    berlin.do(sell('o1', { lamp: 2 }, override));
    berlin.replica.becomeNewWriter('rollback', world.now);
    berlin.replica.endTurn(world.now);
    berlin.replica.putBack();
    expect(hangUps(berlin, () => {})).toEqual([{ peer: PARENT, message: 'A new life was put back.' }]);
    berlin.do(receive('d2', { lamp: 5 }));
    expect([berlin.self, berlin.row('lamp')]).toMatchObject([writer, { owed: 2, repaid: 2 }]);
    world.rejoin();
  });
});

describe('[L1] with a link that begins', () => {
  test('[F7] what was owed meanwhile is asked for at once', () => {
    const { world, till } = shop({ lamp: 9 });
    till.cut();
    till.do(sell('t1', { lamp: 2 }, override));
    expect(till.row('lamp')).toMatchObject({ owed: 2, repaid: 0 });
    till.link();
    world.calm();
    expect(till.row('lamp')).toMatchObject({ owed: 2, repaid: 2 });
  });

  test('[R2] a child that comes back as a new writer is filled up before it has to ask', () => {
    const { world, berlin, till } = shop({ lamp: 60 });
    till.ask(sell('t1', { lamp: 4 }, waits));
    world.calm();
    const lost = till.self;
    expect(till.free('lamp')).toBeGreaterThan(0);
    till.cut();
    till.turn((self, now) => self.becomeNewWriter('rollback', now));
    till.link();
    world.calm();
    expect([till.self === lost, berlin.fenceOf(lost)]).toEqual([false, 'superseded']);
    expect(till.free('lamp')).toBeGreaterThan(0);
  });
});

test('[D7] what is settled two above is told on below by itself, before anybody has to ask', () => {
  const { world, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, waits));
  world.calmFor(DEFAULT_LINK.resendMs, 100);
  const { head } = till.replica.ledger.self;
  expect(head.settled.seq).toBe(head.seq);
});

/** An authority that tells one entry a frame, and a shop with a till, whose databases are both put back. */
function restored() {
  const world = new World();
  const hq = world.add('hq', 'authority', undefined, slow);
  const berlin = world.add('berlin', 'store', hq, slow);
  const till = world.add('till', 'terminal', berlin, slow);
  const images = [berlin, till].map((node) => [node, node.journal.image()] as const);
  berlin.do(receive('d1', { lamp: 9 }));
  till.ask(sell('t1', { lamp: 2 }, waits));
  world.calm();
  const sold = till.self;
  for (const node of [till, berlin]) node.cut();
  for (const [node, image] of images) {
    node.restart(image);
    node.turn((self, now) => self.becomeNewWriter('rollback', now));
  }
  return { world, hq, berlin, till, sold };
}

/** The parent’s welcome comes through. @returns what it tells besides of its child’s past, which is on its way for long. */
function greet(world: World, node: Node): readonly Letter[] {
  node.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  return world.intercept('former').filter(({ to }) => to === node.id);
}

test('[L2] who waits to be told its past is patient while its parent comes further with what it says itself, and no longer', () => {
  const { world, hq, berlin } = restored();
  greet(world, berlin);
  world.intercept('ack');
  const [first, ...more] = world.intercept('stream');
  expect([first?.from, more.length > 0]).toEqual([berlin.id, true]);
  world.pass(3_000);
  world.deliver(first as Letter);
  const acks = world.intercept('ack').filter(({ from }) => from === hq.id);
  for (const letter of acks) world.deliver(letter);
  world.pass(2_000);
  berlin.turn();
  expect(berlin.hangUps).toEqual([]);
  // The same word once more is no step further.
  for (const letter of acks) world.deliver(letter);
  world.pass(2_000);
  berlin.turn();
  expect(berlin.hangUps).toEqual(['What former lives did came with a gap.']);
  world.rejoin();
  expect(berlin.do(receive('d2', { lamp: 1 }))).toMatchObject({ ok: true });
});

test('[F1a] a child says hello anew once, when all has come from above that is known of its past, and for no part of it', () => {
  const { world, berlin, till, sold } = restored();
  const told = greet(world, berlin);
  greet(world, till);
  const first = told.findIndex(({ frame }) => frame.kind === 'former' && frame.writer === sold);
  for (const letter of told.slice(0, first + 1)) world.deliver(letter);
  expect(berlin.row('lamp', 'berlin', sold).took).not.toEqual([]);
  // The link breaks, and the next one tells the rest.
  berlin.cut();
  const rest = greet(world, berlin);
  expect([rest.length > 1, berlin.hangUps]).toEqual([true, []]);
  for (const letter of rest.slice(0, -1)) world.deliver(letter);
  expect(berlin.hangUps).toEqual([]);
  world.deliver(rest.at(-1) as Letter);
  expect(berlin.hangUps).toEqual(['More of your past is known here: say hello again.']);
  world.rejoin();
  expect(till.row('lamp', 'berlin', sold).used).toBe(2);
});
