/** An image that was put back, of a replica or of its parent, where one of them is given away before anybody saw it (F2, F3a). */
import { expect, test, vi } from 'vitest';
import { Forger } from '../hub/forger.test-kit.ts';
import { hold, receive, reclaim, sell } from './commands.test-kit.ts';
import { linkAgain, longCalm, moveTo } from './moves.test-kit.ts';
import { type Node, pool, shop, World } from './world.test-kit.ts';

const lamp = pool('lamp');

/** An authority, two shops below it, and a till in the first with units of its own. */
function town() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
  world.calm();
  return { world, hq, berlin, paris, till };
}

/** The shop, which nobody reaches, gives its till up, and takes back so much of it. */
function givenUpUnheard(berlin: Node, till: Node, n: number): void {
  till.cut();
  till.isRunning = false;
  berlin.cut();
  berlin.turn((self, now) => self.retire(till.id, now));
  expect(berlin.do(reclaim('r1', till.self, { lamp: n }))).toMatchObject({ ok: true });
}

const soldOf = (hq: Node) => hq.replica.hub.totals.levels?.get(lamp)?.onHand;

test('[F2] [F3a] what its old parent heard of a till shows that it lived twice, and nothing waits behind it', () => {
  const { world, hq, berlin, paris, till } = town();
  const { self } = till;
  const twin = till.journal.image();
  berlin.cut();
  for (const id of ['a1', 'a2']) expect(till.do(sell(id, { lamp: 1 }))).toMatchObject({ ok: true });
  world.calm();
  till.cut();
  berlin.do(receive('late', { lamp: 7 }));
  till.restart(twin);
  moveTo(world, till, paris);
  expect([till.self, till.do(sell('b1', { lamp: 1 })).ok]).toEqual([self, true]);
  world.calm();
  expect(hq.fenceOf(self)).toBeUndefined();
  const told = vi.spyOn(hq.replica.moving.places.past, 'heard');
  linkAgain(world, berlin);
  longCalm(world);
  // That history is news to whoever is above the till by now (seed 22000211).
  expect(told.mock.calls.filter(([{ writer }]) => writer !== self)).toEqual([
    [...hq.replica.ledger.branches],
    [...hq.replica.ledger.branches],
  ]);
  expect([hq, paris, berlin].map((node) => node.fenceOf(self))).toEqual(['fork', 'fork', 'fork']);
  expect(till.self).not.toBe(self);
  // The delivery has come, and each of the four sales counts.
  expect(soldOf(hq)).toBe(9 + 7 - 4);
});

test('[F2] [F3] whom a shop shut out in a history that came to nothing is shut out above as well', () => {
  const { world, hq, berlin, paris, till } = town();
  const lost = till.self;
  const units = till.free('lamp');
  const twin = berlin.journal.image();
  berlin.do(sell('a1', { lamp: 1 }));
  world.calm();
  till.cut();
  till.isRunning = false;
  berlin.cut();
  berlin.restart(twin);
  berlin.turn((self, now) => self.retire(till.id, now));
  linkAgain(world, berlin);
  world.calmFor(60_000);
  expect(berlin.self).toMatch(/^berlin\.2\./);
  expect([berlin, hq].map((node) => node.fenceOf(lost))).toEqual(['retired', 'retired']);
  expect(berlin.do(reclaim('r1', lost, { lamp: units }))).toMatchObject({ ok: true });
  world.calmFor(60_000);
  // Its units are berlin's again: wherever it is linked next, it has none of them.
  moveTo(world, till, paris);
  expect([till.self === lost, till.free('lamp'), berlin.free('lamp')]).toEqual([false, 0, units]);
  expect(till.do(sell('t9', { lamp: 1 })).ok).toBe(false);
});

test('[F3] [F3a] whom a shop shut out before it heard that it was given away is shut out, wherever it is by now (seed 13006411)', () => {
  const { world, hq, berlin, paris, till } = town();
  const lost = till.self;
  const units = till.free('lamp');
  givenUpUnheard(berlin, till, units);
  // Nobody above has heard of it: it is found again, and goes on in another shop.
  moveTo(world, till, paris);
  expect([till.self === lost, hq.fenceOf(lost)]).toEqual([true, undefined]);
  linkAgain(world, berlin);
  longCalm(world);
  expect([hq, paris, berlin].map((node) => node.fenceOf(lost))).toEqual(['retired', 'retired', 'retired']);
  expect([till.self === lost, till.free('lamp')]).toEqual([false, 0]);
});

test('[F5] [F3a] whose child it was where it was shut out is known to a parent that hears of it from above, too', () => {
  const world = new World();
  world.comesToRest = false;
  const hq = world.add('hq', 'authority');
  const region = world.add('region', 'region', hq);
  const [berlin, paris] = [world.add('berlin', 'store', region), world.add('paris', 'store', region)];
  const till = world.add('till', 'terminal', berlin);
  berlin.do(receive('d1', { lamp: 9 }));
  world.calm();
  till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
  world.calm();
  berlin.do(hold('h1', { lamp: 1 }));
  world.calm();
  const lost = till.self;
  const units = till.free('lamp');
  givenUpUnheard(berlin, till, units - 1);
  moveTo(world, till, paris);
  till.cut();
  // Its old shop has opened that hold before: behind its fence nobody opens it again.
  till.do(hold('h1', { lamp: 1 }));
  const before = region.journal.image();
  for (const node of [berlin, till]) {
    linkAgain(world, node);
    world.rejoin();
    world.calmFor(60_000);
  }
  // The region is put back to before it heard that the till was shut out, when that stood below the other shop.
  for (const node of [berlin, paris, region]) node.cut();
  region.restart(before);
  region.turn((self, now) => self.becomeNewWriter('rollback', now));
  for (const node of [region, paris, berlin]) {
    linkAgain(world, node);
    world.rejoin();
    world.calmFor(60_000);
  }
  const headAt = (node: Node) => node.replica.ledger.streams.get(lost)?.head;
  expect([hq, region].map((node) => headAt(node)?.parent)).toEqual([berlin.self, berlin.self]);
  const row = (node: Node) => node.replica.ledger.streams.get(lost)?.row(lamp);
  expect([row(region)?.opened, row(hq)?.opened]).toEqual([0, 0]);
  // It stands above both shops by now.
  expect(region.do(reclaim('r2', lost, { lamp: 1 }))).toMatchObject({ ok: true });
});

test('[L7] [F3a] who was its parent once, and hangs on it by now, cannot make it the past', () => {
  const world = new World();
  world.comesToRest = false;
  const hq = world.add('hq', 'authority');
  const [north, south] = [world.add('north', 'region', hq), world.add('south', 'region', hq)];
  const shop = world.add('shop', 'store', north);
  shop.do(receive('d1', { lamp: 2 }, 'shop'));
  world.calm();
  const { seq } = shop.replica.ledger.self.head;
  moveTo(world, shop, south);
  moveTo(world, north, shop);
  const { self } = shop;
  const liar = new Forger(north);
  // In the place of what it said to its old parent.
  liar.send(
    liar.frame([new Forger(shop, seq - 1).entry({ type: 'checkpoint', digest: '0'.repeat(16), pools: 0 })]),
  );
  expect([shop.self, shop.fenceOf(self), shop.replica.ledger.branches.size]).toEqual([self, undefined, 0]);
  expect(shop.hangUps.at(-1)).toBe(`${self} does not speak through north`);
});
