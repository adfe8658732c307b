/** Where lines without a location may come from, best first: the order in which sourcing tries places. */
import { distanceKm, type LocationId, type ReplicaId } from '@tallystick/crdt';
import type { Location } from './catalogue/items.ts';
import type { AgentSettings } from './config.ts';

export interface Seller {
  readonly id: ReplicaId;
  /** Its own place. */
  readonly location: LocationId | undefined;
  readonly sourcing: AgentSettings['sourcing'];
  readonly locations: readonly Location[];
  regionOf(replica: ReplicaId): ReplicaId | undefined;
}

/** As configured, else its own place, then every warehouse, those of its region first. */
export function sellsFrom(seller: Seller): readonly LocationId[] {
  const { sourcing, location } = seller;
  if (Array.isArray(sourcing)) return sourcing as LocationId[];
  const ids = warehouses(seller).filter((id) => id !== location);
  return location === undefined ? ids : [location, ...ids];
}

function warehouses({ id: self, sourcing, locations, regionOf }: Seller): LocationId[] {
  const region = regionOf(self);
  const from = Array.isArray(sourcing) ? undefined : sourcing?.nearestTo;
  return locations
    .filter(({ kind }) => kind === 'warehouse')
    .map(({ id, keeper, position }) => ({
      id: id as LocationId,
      // One without a position may be anywhere: it comes last.
      km:
        from === undefined
          ? 0
          : position === undefined
            ? Number.POSITIVE_INFINITY
            : distanceKm(from, position),
      isOfRegion: regionOf(keeper as ReplicaId) === region,
    }))
    .sort((a, b) => compare(a.km, b.km) || Number(b.isOfRegion) - Number(a.isOfRegion) || compare(a.id, b.id))
    .map(({ id }) => id);
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
