/** Where units are asked for that are not here, of the places that they may come from (R4). */
import { type LocationId, poolId, type Sku } from '../ids.ts';
import type { Directory } from './directory.ts';

/**
 * The first place that is said to have so many, or else the one that is said to have most. What is said may be old: it
 * decides nothing but whom a sale waits for.
 * @param locations in the order of preference, one at least: the first, where nothing is said
 */
export function placeToAsk(
  directory: Pick<Directory, 'availableOf'>,
  sku: Sku,
  units: number,
  locations: readonly LocationId[],
): LocationId {
  let [best] = locations as readonly [LocationId, ...LocationId[]];
  let most = 0;
  for (const location of locations) {
    const available = directory.availableOf?.(poolId(sku, location)) ?? 0;
    if (available >= units) return location;
    if (available > most) [best, most] = [location, available];
  }
  return best;
}
