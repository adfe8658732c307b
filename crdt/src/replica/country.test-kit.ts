/** A country, where machines are cut off, given away and found again. */
import { receive, sell } from './commands.test-kit.ts';
import { World } from './world.test-kit.ts';

/** Two regions; below the north a shop with nine lamps, and its till, which has sold one and has some. */
export function country() {
  const world = new World();
  world.comesToRest = false;
  const hq = world.add('hq', 'authority');
  const [north, south] = [world.add('north', 'region', hq), world.add('south', 'region', hq)];
  const berlin = world.add('berlin', 'store', north);
  const paris = world.add('paris', 'store', south);
  const till = world.add('till', 'terminal', berlin);
  berlin.do(receive('d1', { lamp: 9 }));
  world.calm();
  till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
  world.calmFor(60_000);
  return { world, hq, north, south, berlin, paris, till, lost: till.self, units: till.free('lamp') };
}
