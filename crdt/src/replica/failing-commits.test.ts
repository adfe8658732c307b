/** A commit that fails changes nothing but the time: whoever could not write decides the same again (D4). */
import { expect, test } from 'vitest';
import { COUNTERS } from '../tally/row.ts';
import {
  cancel,
  confirm,
  count,
  hold,
  lose,
  onHold,
  receive,
  reclaim,
  sell,
  ship,
} from './commands.test-kit.ts';
import { type Node, pool, shop, type World } from './world.test-kit.ts';

const waits = { waitMs: 5_000 };
const later = { departsFrom: [] };
const override = { override: { reason: 'in the customer’s hands', owedMax: 20 } };

/** A day with sales, holds, grants, a surrender, a debt, a till that was lost and came back, and a second one of it. */
function day(failsEachCommitOnce: boolean) {
  const { world, hq, berlin, till } = shop({ lamp: 12, bulb: 6 });
  const rome = world.add('rome', 'store', hq);
  world.failsEachCommitOnce = failsEachCommitOnce;
  berlin.do(sell('o2', { lamp: 2 }, later));
  berlin.do(ship('x2', 'o2', '1', 'lamp', 1));
  berlin.do(cancel('x3', 'o2'));
  till.ask(sell('t1', { lamp: 3 }, waits));
  world.calm();
  berlin.do(hold('h1', { lamp: 1, bulb: 2 }));
  berlin.do(hold('h2', { bulb: 1 }, 2_000));
  berlin.do(confirm('o1', 'h1', { lamp: 1, bulb: 1 }));
  berlin.do(hold('h3', { lamp: 1 }));
  berlin.do(onHold('capture', 'x1', 'h3'));
  world.calmFor(5_000);
  // Rome sells what stands in Berlin, so units go up and down.
  const { lines } = sell('r1', { lamp: 1 });
  rome.ask(sell('r1', {}, { lines, ...later, ...waits }));
  world.calmFor(10_000);
  berlin.do(sell('o3', { bulb: 9 }, override));
  berlin.do(lose('x4', { lamp: 1 }));
  world.calm();
  berlin.do(receive('d2', { bulb: 12, lamp: 4 }));
  berlin.do(count('x5', { bulb: 7 }));
  till.ask(sell('t2', { bulb: 2 }, waits));
  world.calmFor(5_000);
  // The till is given up, sells on, is counted too high, and there were two of it.
  const lost = till.self;
  const twin = till.journal.image();
  till.cut();
  till.do(sell('t3', { lamp: 1 }));
  const spare = till.free('lamp');
  berlin.turn((self, now) => self.retire(till.id, now));
  berlin.do(reclaim('x6', lost, { lamp: spare }));
  world.calm();
  comeBack(world, till);
  till.cut();
  till.restart(twin);
  till.do(sell('t4', { lamp: 1 }));
  comeBack(world, till);
  till.ask(sell('t5', { bulb: 1 }, waits));
  world.calmFor(30_000);
  for (const node of [hq, berlin, rome, till]) node.checkMemory();
  return { world, hq, berlin, rome, till };
}

/** Where the turn that began a new life is put back, its link begins anew: with every commit failing, for ever. */
function comeBack(world: World, node: Node): void {
  const { failsEachCommitOnce } = world;
  world.failsEachCommitOnce = false;
  for (let i = 0; i < 6 && !node.replica.uplink.isOpen; i += 1) {
    const opened = node.link();
    if (!opened.ok) node.turn((self, now) => self.becomeNewWriter('superseded', now));
    world.calm();
  }
  expect(node.replica.uplink.isOpen).toBe(true);
  world.failsEachCommitOnce = failsEachCommitOnce;
}

/** What all lives of all replicas did, by the authority's books. */
function booksOf({ hq }: { hq: Node }) {
  const { ledger, hub } = hq.replica;
  const sums: Record<string, number> = {};
  for (const stream of ledger.streams.values())
    for (const [at, row] of stream.rows())
      for (const counter of COUNTERS) {
        const name = `${stream.writer.split('.')[0]} ${at} ${counter}`;
        sums[name] = (sums[name] ?? 0) + row[counter];
      }
  return { sums, levels: [...(hub.totals.levels ?? [])] };
}

test('[D4] a day on which every commit fails once ends as any other', () => {
  const calm = day(false);
  const failing = day(true);
  expect(booksOf(failing)).toEqual(booksOf(calm));
  const { sums } = booksOf(calm);
  const bulb = pool('bulb');
  // It was no empty day.
  const moved = COUNTERS.filter((counter) =>
    Object.entries(sums).some(([name, n]) => name.endsWith(counter) && n > 0),
  );
  expect(moved).toEqual([...COUNTERS]);
  expect(sums[`till ${bulb} used`]).toBeGreaterThan(0);
  expect(calm.hq.replica.ledger.branches.size).toBe(1);
});
