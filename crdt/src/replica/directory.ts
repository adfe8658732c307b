/** Directory: who is who in the tree, as the catalogue says. Read at the edge, passed in. */
import type { LocationId, PoolId, ReplicaId } from '../ids.ts';

export interface Directory {
  /** The replica that stands where the goods stand; undefined where no such location is known. */
  keeperOf(location: LocationId): ReplicaId | undefined;
  /** True for places whose stock is for whoever needs it; a shop's own shelf stays with the shop until asked. */
  isShared(location: LocationId): boolean;
  /** Whose child the registry says that a replica is; undefined for the authority and for strangers. */
  parentOf(replica: ReplicaId): ReplicaId | undefined;
  /** What can be sold of a pool by anybody, as last heard: it decides nothing, and says at most where to ask (R4). */
  availableOf?(pool: PoolId): number | undefined;
}
