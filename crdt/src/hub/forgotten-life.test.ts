/** A life that the books forgot, and whose end a neighbour alone has heard: F5, F6. */
import { expect, test } from 'vitest';
import { sell } from '../replica/commands.test-kit.ts';
import { type Node, shop } from '../replica/world.test-kit.ts';

const owed = { override: { reason: 'in hand', owedMax: 9 } };

/** A new life begins, from what the journal holds. */
function begin(node: Node, parent: Node, journal = node.journal): void {
  node.restart(journal);
  node.parent = parent;
  node.turn((self, now) => self.becomeNewWriter('rollback', now));
  node.link();
  node.world.rejoin();
}

test('[F5] [F6] is told by that one once more, when the life that was alive in the books has ended', () => {
  const { world, hq, berlin, till } = shop();
  const paris = world.add('paris', 'store', hq);
  till.cut();
  world.give(till, paris);
  begin(till, paris);
  const books = hq.journal.image();
  till.cut();
  world.give(till, berlin);
  begin(till, berlin);
  const forgotten = till.self;
  till.do(sell('a', { lamp: 1 }, owed));
  const image = till.journal.image();
  till.do(sell('b', { lamp: 1 }, owed));
  world.calm();
  for (const node of [till, berlin, paris]) node.cut();
  world.give(till, paris);
  hq.restart(books);
  hq.turn((self, now) => self.becomeNewWriter('rollback', now));
  berlin.link();
  world.rejoin();
  // Another life of that till is alive in the books, elsewhere: this one is its own to bring.
  expect(hq.replica.ledger.streams.has(forgotten)).toBe(false);
  paris.link();
  world.rejoin();
  begin(till, paris, image);
  world.calmFor(5_000);
  world.rejoin();
  const [here, there] = [hq, berlin].map((node) => node.replica.ledger.streams.get(forgotten)?.head.seq);
  expect([here, hq.history.filter((each) => each === 'till:sold').length]).toEqual([there, 2]);
});
