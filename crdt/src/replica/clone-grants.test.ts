/** What the other machine of a parent granted to a child that is by now with this one: F1a, F2. */
import { expect, test } from 'vitest';
import { receive, sell } from './commands.test-kit.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');

/** Goods come to the other machine, which grants some of them to the till, and the till does not hear of it. */
function grantUnheard(berlin: Node, till: Node): number {
  const { world } = berlin;
  berlin.do(receive('d1', { lamp: 6 }));
  till.link();
  world.calm();
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  for (let round = 0; round < 50 && world.mail.length > 0; round += 1) {
    const lost = world.intercept('cells').filter(({ to }) => to !== till.id);
    const next = lost[0] ?? world.mail.shift();
    if (next !== undefined) world.deliver(next);
  }
  return berlin.replica.hub.sentTo(till.self, lamp);
}

test('[F1a] [F2] a child that is linked already is told what the other machine of its parent granted it (seed 10002897)', () => {
  const { world, hq, berlin, till } = shop();
  const forked = berlin.self;
  const twin = berlin.journal.image();
  till.cut();
  const granted = grantUnheard(berlin, till);
  expect(granted).toBeGreaterThan(0);
  expect(till.row('lamp').took).toEqual([]);
  world.calm();
  till.cut();
  berlin.cut();
  // This machine has done something else meanwhile: what comes from above is its other history.
  berlin.restart(twin);
  berlin.do(receive('d2', { lamp: 1 }));
  berlin.link();
  berlin.turn((self, now) => self.becomeNewWriter('superseded', now));
  till.link();
  world.calm();
  expect(till.row('lamp').took).toEqual([]);
  berlin.link();
  world.calmFor(5_000);
  expect(hq.fenceOf(forked)).toBeDefined();
  expect(till.row('lamp').took).toMatchObject([{ writer: forked, n: granted }]);
});
