/** A machine goes on beside the one that was restored in its place, and hears of that by a region that has not: F2, F3. */
import { expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { reclaim, sell } from './commands.test-kit.ts';
import { country } from './country.test-kit.ts';
import { linkAgain, longCalm } from './moves.test-kit.ts';
import { type Node, pool, type World } from './world.test-kit.ts';

const lamp = pool('lamp');

function sellAll(node: Node, id: string): number {
  const units = node.replica.canSell(lamp);
  return units > 0 && node.do(sell(id, { lamp: units })).ok ? units : 0;
}

/** Until something is so; frames that somebody must not get are lost. */
function until(world: World, isSo: () => boolean, isLost: (letter: World['mail'][number]) => boolean): void {
  for (let i = 0; i < 400 && !isSo(); i += 1) {
    const at = world.mail.findIndex((letter) => !isLost(letter));
    const [letter] = at < 0 ? [] : world.mail.splice(at, 1);
    if (letter !== undefined) world.deliver(letter);
    else {
      world.pass(100);
      for (const node of world.nodes.values()) if (node.isRunning) node.turn();
    }
  }
}

test('[F3] what it took back behind its fence is not told as settled without that fence, also where its next life lives elsewhere', () => {
  const { world, hq, north, south, berlin, till, units } = country();
  till.cut();
  till.isRunning = false;
  berlin.turn((self, now) => self.retire(till.id, now));
  world.calmFor(60_000);
  const [image, first] = [berlin.journal.image(), berlin.self];
  north.cut();
  expect(berlin.do(reclaim('r-first', till.self, { lamp: units }))).toMatchObject({ ok: true });
  world.calmFor(20_000);
  sellAll(berlin, 'before');
  // Another machine takes its place below the south, and takes back the same.
  const firstMachine = berlin.journal;
  north.isRunning = false;
  berlin.cut();
  berlin.restart(image);
  berlin.parent = south;
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  world.give(berlin, south);
  linkAgain(world, berlin);
  longCalm(world);
  expect(berlin.do(reclaim('r-second', till.self, { lamp: units }))).toMatchObject({ ok: true });
  longCalm(world);
  const soldBySecond = sellAll(berlin, 'second');
  longCalm(world);
  berlin.cut();
  berlin.restart(firstMachine);
  berlin.parent = north;
  north.isRunning = true;
  // What the north knows of the registry is of before.
  let isNorth = false;
  const { directory } = world;
  const parentOf = directory.parentOf.bind(directory);
  directory.parentOf = (replica: ReplicaId) =>
    isNorth && replica === berlin.id ? north.id : parentOf(replica);
  const turn = north.turn.bind(north);
  north.turn = (act) => {
    isNorth = true;
    try {
      return turn(act);
    } finally {
      isNorth = false;
    }
  };
  linkAgain(world, berlin);
  world.calmFor(20_000);
  const endAt = (node: Node) => node.replica.ledger.streams.get(first)?.head.seq;
  north.link();
  until(
    world,
    () => endAt(hq) === endAt(berlin),
    ({ to, frame }) => to === north.id && frame.kind === 'ack',
  );
  expect(endAt(hq)).toBe(endAt(berlin));
  // Cut as soon as it is welcomed, before any ack.
  north.cut();
  north.link();
  const [welcome] = world.intercept('welcome');
  if (welcome === undefined) throw new Error('Nobody is welcomed.');
  world.deliver(welcome);
  north.cut();
  world.calmFor(20_000);
  expect(soldBySecond + sellAll(berlin, 'first')).toBe(units);
});
