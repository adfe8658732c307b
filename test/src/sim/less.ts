/**
 * Less: a seed with parts left out. Whoever looks for the smallest story of a failure
 * runs the same seed with fewer machines and fewer kinds of faults.
 */
import { type LocationId, locationOf } from '@tallystick/crdt';
import type { Tree } from './tree.ts';

export interface Less {
  /** Machines without children that are left out, a shop's shelf with its shop. */
  readonly machines: readonly string[];
  /** Kinds of faults, as `Faults` names them, that never happen. */
  readonly faults: readonly string[];
}

export const NOTHING_LESS: Less = { machines: [], faults: [] };

export function treeWithout(tree: Tree, { machines }: Less): Tree {
  if (machines.length === 0) return tree;
  const gone = new Set<string>(machines);
  const isKept = (location: LocationId) => {
    const keeper = tree.directory.keeperOf(location);
    return keeper !== undefined && !gone.has(keeper);
  };
  return {
    places: tree.places.filter(({ settings }) => !gone.has(settings.replica)),
    directory: tree.directory,
    locations: tree.locations.filter(isKept),
    pools: tree.pools.filter((pool) => isKept(locationOf(pool))),
  };
}

export function faultsWithout<F extends object>(faults: F, { faults: names }: Less): F {
  const off = Object.keys(faults).filter((name) => names.includes(name));
  return { ...faults, ...Object.fromEntries(off.map((name) => [name, 0])) };
}
