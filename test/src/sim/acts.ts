/**
 * Acts: what people do in the simulated world. Each is drawn from the seed, done to
 * the shelf first where goods move, then told to a replica, and undone on the shelf
 * where the replica says no.
 */
import { countShelf, loseGoods, overstep, receive, returnGoods, ship } from './goods-acts.ts';
import { endHold, hold } from './hold-acts.ts';
import { again, differ, nonsense } from './misuse-acts.ts';
import { cancel, sell } from './order-acts.ts';
import type { Scene } from './scene.ts';

const WEIGHTS = {
  sell: 44,
  hold: 12,
  endHold: 14,
  cancel: 5,
  receive: 10,
  return: 4,
  count: 3,
  lose: 2,
  steal: 1,
  ship: 8,
  again: 3,
  differ: 1,
  nonsense: 2,
} as const;

export function actOnce(scene: Scene): void {
  switch (scene.prng.weighted(WEIGHTS)) {
    case 'sell':
      return sell(scene);
    case 'hold':
      return hold(scene);
    case 'endHold':
      return endHold(scene);
    case 'cancel':
      return cancel(scene);
    case 'receive':
      return receive(scene, scene.prng.between(1, 12));
    case 'return':
      return returnGoods(scene);
    case 'count':
      return countShelf(
        scene,
        scene.prng.pick(scene.tree.locations),
        scene.prng.chance(0.5) ? scene.prng.spanMs(0, 5_000) : 0,
      );
    case 'lose':
      return loseGoods(scene, true);
    case 'steal':
      return loseGoods(scene, false);
    case 'ship':
      return ship(scene);
    case 'again':
      return again(scene);
    case 'differ':
      return differ(scene);
    case 'nonsense':
      return scene.prng.chance(0.5) ? nonsense(scene) : overstep(scene);
  }
}
