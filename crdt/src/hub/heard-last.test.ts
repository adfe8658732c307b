/** What names a writer of whom the root hears only after that: T2, F3, L7. */
import { expect, test } from 'vitest';
import { receive, reclaim } from '../replica/commands.test-kit.ts';
import { type Node, pool, shop } from '../replica/world.test-kit.ts';

const items = [{ pool: pool('lamp', 'paris'), n: 3 }];

function relink(node: Node, parent = node.parent as Node): void {
  node.cut();
  node.restart();
  node.parent = parent;
  node.link();
}

test('[T2] [F3] who took back from a lost till is no liar where the root hears of that till last', () => {
  const { world, hq } = shop();
  const region = world.add('region', 'region', hq);
  region.cut();
  const depot = world.add('depot', 'warehouse', region);
  const paris = world.add('paris', 'store', region);
  const desk = world.add('desk', 'terminal', paris);
  paris.do(receive('d1', { lamp: 5 }, 'paris'));
  paris.turn(({ ledger }, now) => ledger.append({ type: 'sent', to: desk.self, items }, '', 'system', now));
  world.calm();
  desk.cut();
  desk.isRunning = false;
  paris.turn((self, now) => self.retire(desk.id, now));
  expect(paris.do({ ...reclaim('r1', desk.self, {}), items })).toMatchObject({ ok: true });
  world.calm();
  // The depot is told the past of the shop that it is given, writer by writer, and brings it to the root.
  paris.cut();
  world.give(paris, depot);
  expect(depot.history.indexOf('paris:reclaimed')).toBeLessThan(depot.history.indexOf('desk:life'));
  world.give(depot, hq);
  relink(depot, hq);
  world.rejoin();
  expect([hq.fenceOf(paris.self), hq.fenceOf(desk.self)]).toEqual([undefined, 'retired']);
  expect(hq.row('lamp', 'paris', paris.self).reclaimed).toMatchObject([{ writer: desk.self, n: 3 }]);
});
