import type { ReplicaId } from '@tallystick/crdt';
import type { CatalogueItem } from '@tallystick/crdt/wire';
import type { ReplicaRecord } from './items.ts';

/** What a host reads from the catalogue, wherever that lives. */
export interface CatalogueSource {
  version(): number;
  since(version: number, limit: number): CatalogueItem[] | Promise<CatalogueItem[]>;
  publicKeyOf(replica: ReplicaId): Uint8Array | undefined;
  parentOf(replica: ReplicaId): ReplicaId | undefined;
  replica(replica: ReplicaId): Pick<ReplicaRecord, 'kind' | 'location' | 'status'> | undefined;
  /** A child's copy is newer than this one. */
  behind?(version: number): void;
}
