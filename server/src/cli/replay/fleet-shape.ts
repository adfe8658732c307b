/**
 * The fleet of a replay: two regions, each with its stores, their terminals, and a warehouse.
 * A store and a warehouse keep the location that carries their own name.
 */
import { ReplayInputError } from './trade.ts';

export type ReplicaKind = 'region' | 'store' | 'warehouse' | 'terminal';

export interface FleetReplica {
  readonly id: string;
  readonly kind: ReplicaKind;
  /** A region's parent is the authority. */
  readonly parent: string;
  /** The store on whose computer it runs, where it has none of its own. */
  readonly runsIn?: string;
}

export interface FleetShape {
  readonly regions: readonly string[];
  readonly stores: readonly string[];
  readonly warehouses: readonly string[];
  readonly replicas: readonly FleetReplica[];
  /** Stores and warehouses: the places where goods stand, each with the replica that keeps it. */
  readonly locations: readonly { readonly id: string; readonly keeper: string }[];
  terminalsOf(store: string): readonly string[];
}

const AUTHORITY = 'authority';
const REGIONS = {
  eu: ['berlin', 'paris', 'madrid', 'vienna'],
  us: ['boston', 'austin', 'denver', 'seattle'],
} as const;
const TERMINALS_PER_STORE = 2;
const STORES_DEFAULT = 8;
/** Past this one machine measures its own scheduler. */
const STORES_MAX = 64;

/**
 * Stores are dealt to the regions in turn, so that any number of them stays balanced. In the first store of all
 * every replica has a computer of its own, as all have where they run `apart`; the agents and tills of a region's other
 * stores, and its warehouse, are served by one computer, as a chain does that hosts its shops.
 */
export function createFleetShape(storeCount = STORES_DEFAULT, apart = false): FleetShape {
  if (!Number.isInteger(storeCount) || storeCount < 1 || storeCount > STORES_MAX) {
    throw new ReplayInputError(`--stores must be a whole number from 1 to ${STORES_MAX}.`);
  }
  const regions = Object.keys(REGIONS) as (keyof typeof REGIONS)[];
  const replicas: FleetReplica[] = regions.map((id) => ({ id, kind: 'region', parent: AUTHORITY }));
  const warehouses = regions.map((region) => `${region}-warehouse`);
  const names = Array.from({ length: storeCount }, (_, i) => storeName(regions, i));
  // The first shop of all has computers of its own; a region's others share one, which bears the first one's name.
  const hostOf = (region: number) =>
    apart ? undefined : names.find((_, i) => i > 0 && i % regions.length === region);
  for (const [i, id] of warehouses.entries()) {
    replicas.push({ id, kind: 'warehouse', parent: regions[i] as string, ...runsIn(hostOf(i)) });
  }
  const stores: string[] = [];
  const terminals = new Map<string, string[]>();
  for (const [i, store] of names.entries()) {
    const region = regions[i % regions.length] as string;
    const tills = Array.from({ length: TERMINALS_PER_STORE }, (_, t) => `${store}-till-${t + 1}`);
    stores.push(store);
    terminals.set(store, tills);
    const host = i === 0 ? undefined : hostOf(i % regions.length);
    replicas.push({ id: store, kind: 'store', parent: region, ...(host === store ? {} : runsIn(host)) });
    replicas.push(...tills.map((id) => ({ id, kind: 'terminal' as const, parent: store, ...runsIn(host) })));
  }
  return {
    regions,
    stores,
    warehouses,
    replicas,
    locations: [...stores, ...warehouses].map((id) => ({ id, keeper: id })),
    terminalsOf: (store) => terminals.get(store) ?? [],
  };
}

function storeName(regions: readonly (keyof typeof REGIONS)[], index: number): string {
  const region = regions[index % regions.length] as keyof typeof REGIONS;
  const nth = Math.floor(index / regions.length);
  return REGIONS[region][nth] ?? `${region}-store-${nth + 1}`;
}

function runsIn(host: string | undefined): { runsIn?: string } {
  return host === undefined ? {} : { runsIn: host };
}
