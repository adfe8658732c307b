/** The tree of a chaos run: small enough for two cores, with every kind of replica and two levels to lose. */

export type ReplicaKind = 'region' | 'store' | 'warehouse' | 'terminal';

export interface Replica {
  readonly id: string;
  readonly kind: ReplicaKind;
  readonly parent: string;
  /** The place whose goods it stands beside. */
  readonly location: string | null;
}

export const AUTHORITY = 'authority';

export const TREE: readonly Replica[] = [
  { id: 'eu', kind: 'region', parent: AUTHORITY, location: null },
  { id: 'us', kind: 'region', parent: AUTHORITY, location: null },
  { id: 'eu-warehouse', kind: 'warehouse', parent: 'eu', location: 'eu-warehouse' },
  { id: 'berlin', kind: 'store', parent: 'eu', location: 'berlin' },
  { id: 'paris', kind: 'store', parent: 'eu', location: 'paris' },
  { id: 'boston', kind: 'store', parent: 'us', location: 'boston' },
  { id: 'berlin-till-1', kind: 'terminal', parent: 'berlin', location: 'berlin' },
  { id: 'berlin-till-2', kind: 'terminal', parent: 'berlin', location: 'berlin' },
  { id: 'paris-till-1', kind: 'terminal', parent: 'paris', location: 'paris' },
  { id: 'boston-till-1', kind: 'terminal', parent: 'boston', location: 'boston' },
];

/** The till whose data folder lies on a small disk of its own. */
export const SMALL_DISK_TILL = 'boston-till-1';

/** Places where goods stand; each is kept by the replica that carries its name. */
export const PLACES: readonly string[] = ['berlin', 'paris', 'boston', 'eu-warehouse'];
export const WAREHOUSE = 'eu-warehouse';

/** Never scarce: what a till sells to fill its disk. */
export const PLENTY = 'PLENTY';
export const SKUS: readonly string[] = ['LAMP', 'BULB', 'CHAIR', 'DESK', 'SOFA', 'RUG', 'MUG', 'FORK'];

export function ofKind(kind: ReplicaKind): string[] {
  return TREE.filter((replica) => replica.kind === kind).map(({ id }) => id);
}
