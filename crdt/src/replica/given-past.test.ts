/** Who is given a replica is told its past from above, for that one may have let go of it: F3a, D7. */
import { expect, test } from 'vitest';
import { receive, sell } from './commands.test-kit.ts';
import { ABOVE } from './stream.ts';
import { type Node, shop, World } from './world.test-kit.ts';

function relink(world: World, node: Node, parent: Node): void {
  node.cut();
  node.restart();
  node.parent = parent;
  node.link();
  world.rejoin();
}

const viaOf = (node: Node, of: Node) => node.replica.ledger.streams.get(of.self)?.head.via;
const heard = (node: Node, of: Node) => node.replica.ledger.streams.get(of.self)?.head.seq;

/** A till that has been with a region and is back at its shop; below that region stands another shop. */
function returned() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calm();
  const region = world.add('region', 'region', hq);
  const vienna = world.add('vienna', 'store', region);
  for (const parent of [region, berlin]) {
    world.give(till, parent);
    relink(world, till, parent);
  }
  expect(viaOf(region, till)).toBe(ABOVE);
  return { world, berlin, till, region, vienna };
}

test('[F3a] who is given a till again hears its past, though it was given it before and did not listen then (seed 3000762)', () => {
  const { world, berlin, till, region, vienna } = returned();
  vienna.cut();
  world.give(till, vienna);
  world.give(till, berlin);
  vienna.link();
  world.calm();
  expect(vienna.replica.ledger.streams.has(till.self)).toBe(false);
  world.give(till, vienna);
  world.calm();
  expect(heard(vienna, till)).toBe(heard(till, till));
  expect([viaOf(region, till), viaOf(vienna, till)]).toEqual(['vienna', 'till']);
});

test('[F3a] so it does where its own parent, which was given that till before, heard of it only then (seed 9200468)', () => {
  const { world, till, region, vienna } = returned();
  region.cut();
  till.do(sell('t2', { lamp: 1 }));
  world.calm();
  world.give(till, region);
  world.give(till, vienna);
  expect(viaOf(region, till)).toBe('till');
  region.link();
  world.rejoin();
  expect([heard(region, till), heard(vienna, till)]).toEqual([heard(till, till), heard(till, till)]);
});

test('[F3a] and where its parent heard of it by the old way after that, from the shop that it leaves', () => {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calm();
  const vienna = world.add('vienna', 'store', hq);
  world.give(vienna, hq);
  berlin.cut();
  till.do(sell('t2', { lamp: 1 }));
  world.calm();
  world.give(till, vienna);
  expect(heard(vienna, till)).toBeLessThan(heard(till, till) ?? 0);
  berlin.link();
  world.rejoin();
  world.calmFor(20_000);
  world.rejoin();
  expect([heard(hq, till), heard(vienna, till)]).toEqual([heard(till, till), heard(till, till)]);
});

test('[F3a] who was restored hears from above that a till of its has gone below another, and tells that one what is settled', () => {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const region = world.add('region', 'region', hq);
  const [shop, warehouse] = [world.add('shop', 'store', region), world.add('warehouse', 'warehouse', region)];
  shop.do(receive('d1', { lamp: 2 }, 'shop'));
  world.calm();
  const before = region.journal.image();
  world.give(shop, warehouse);
  relink(world, shop, warehouse);
  world.calm();
  for (const child of [warehouse, region]) child.cut();
  region.restart(before);
  region.turn((self, now) => self.becomeNewWriter('rollback', now));
  for (const child of [region, warehouse]) {
    child.link();
    world.rejoin();
    world.calmFor(60_000);
  }
  expect(viaOf(region, shop)).toBe('warehouse');
  const { settled, seq } = warehouse.replica.ledger.streams.get(shop.self)?.head ?? {};
  expect(settled?.seq).toBe(seq);
});

test('[F3a] a till that is heard of first by its old parent, when it has been given away, is told of to its new one (seed 16004687)', () => {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const region = world.add('region', 'region', hq);
  const [old, next] = [world.add('old', 'store', region), world.add('next', 'store', region)];
  old.do(receive('d1', { lamp: 3 }, 'old'));
  world.calm();
  old.cut();
  const till = world.add('till', 'terminal', old);
  world.calm();
  till.cut();
  expect([till, old, region].map((node) => heard(node, till) ?? 0)).toEqual([
    expect.any(Number),
    heard(till, till),
    0,
  ]);
  world.give(till, next);
  old.link();
  world.rejoin();
  world.calm();
  expect([viaOf(region, till), heard(next, till)]).toEqual(['next', heard(till, till)]);
});
