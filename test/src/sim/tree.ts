/** Tree: which machines there are, who grants to whom, and which goods stand where. */
import {
  DEFAULT_POLICY,
  type Directory,
  type LocationId,
  type PoolId,
  poolId,
  type ReplicaId,
  type ReplicaKind,
  type ReplicaSettings,
  type Sku,
} from '@tallystick/crdt';
import type { Prng } from './prng.ts';

export interface Place {
  readonly settings: ReplicaSettings;
  readonly parent: ReplicaId | undefined;
  /** The location where it stands; tills stand in their shop. */
  readonly location: LocationId | undefined;
}

export interface Tree {
  readonly places: readonly Place[];
  readonly directory: Directory;
  readonly locations: readonly LocationId[];
  readonly pools: readonly PoolId[];
}

export function growTree(prng: Prng): Tree {
  const places: Place[] = [];
  const shared = new Set<LocationId>();
  const locations: LocationId[] = [];
  const add = (name: string, kind: ReplicaKind, parent?: ReplicaId, location?: LocationId) => {
    const replica = name as ReplicaId;
    places.push({ settings: settingsOf(prng, replica, kind), parent, location });
    return replica;
  };
  const addKeeper = (name: string, kind: 'store' | 'warehouse', parent: ReplicaId) => {
    const location = name as LocationId;
    locations.push(location);
    if (kind === 'warehouse' || prng.chance(0.2)) shared.add(location);
    return add(name, kind, parent, location);
  };
  const addStore = (name: string, parent: ReplicaId, tills: number) => {
    const store = addKeeper(name, 'store', parent);
    for (let i = 1; i <= tills; i += 1) add(`${name}-t${i}`, 'terminal', store, name as LocationId);
  };

  const root = add('hq', 'authority');
  const depth = prng.between(1, 3);
  const tops: ReplicaId[] = [];
  if (depth === 1) tops.push(root);
  else for (let i = 1; i <= prng.between(1, 2); i += 1) tops.push(add(`r${i}`, 'region', root));
  for (const top of tops) {
    if (prng.chance(0.4)) addKeeper(`${top}-w`, 'warehouse', top);
    for (let i = 1; i <= prng.between(1, depth === 1 ? 3 : 2); i += 1) {
      addStore(`${top}-s${i}`, top, depth === 3 ? prng.between(0, 2) : 0);
    }
  }
  const skus = ['apple', 'pear', 'plum'].slice(0, prng.between(1, 3)) as Sku[];
  const kept = new Map(locations.map((location) => [location, location as string as ReplicaId]));
  return {
    places,
    locations,
    directory: {
      keeperOf: (location) => kept.get(location),
      isShared: (location) => shared.has(location),
      parentOf: (replica) => places.find(({ settings }) => settings.replica === replica)?.parent,
    },
    pools: locations.flatMap((location) => skus.map((sku) => poolId(sku, location))),
  };
}

/** A window of a few frames, as a real one; the smallest makes every gap expensive. */
const STREAMS = [
  { inFlightBytesMax: 1_000, streamBytesTarget: 200 },
  { inFlightBytesMax: 4_000, streamBytesTarget: 1_000 },
  { inFlightBytesMax: 64_000, streamBytesTarget: 16_000 },
] as const;

/** Small bounds, so that a short run meets them. */
function settingsOf(prng: Prng, replica: ReplicaId, kind: ReplicaKind): ReplicaSettings {
  return {
    replica,
    kind,
    link: {
      resendMs: prng.pick([200, 500, 1_000]),
      gatherMs: prng.pick([0, 20, 100]),
      ...prng.pick(STREAMS),
    },
    policy: {
      ...DEFAULT_POLICY,
      halfLifeMs: prng.pick([10_000, 60_000, 600_000]),
      horizonMs: prng.pick([1_000, 10_000, 60_000]),
      reserveBp: prng.pick([0, 1_000, 3_000]),
      spreadEveryMs: prng.pick([0, 100, 1_000]),
      recallMs: prng.pick([300, 1_000, 2_000]),
      poolsPerTurnMax: prng.pick([1, 3, 100]),
    },
    checkpointEvery: prng.pick([3, 10, 50]),
    waitingMax: prng.pick([3, 20]),
    holdsMax: prng.pick([5, 50]),
    keepsLevels: kind === 'authority',
  };
}
