/** Recording: all that happened at one authority, over all the disks that it had one after another. */
import type { Directory, ReplicaId } from '@tallystick/crdt';
import type { Happened, History, Parents } from './history.ts';
import { RecordingDisk } from './recording-disk.ts';

export class Recording implements History {
  readonly happened: Happened[] = [];
  readonly nonces: string[] = [];
  /** The one that the authority has now. */
  disk: RecordingDisk = new RecordingDisk(this);
  readonly #replicas: readonly ReplicaId[];
  #registry = '';

  /** @param replicas all that the registry may speak of. */
  constructor(replicas: readonly ReplicaId[]) {
    this.#replicas = replicas;
  }

  /** News of the registry are written down before the first call that goes by them. */
  heard(directory: Directory): void {
    const parents = new Map<ReplicaId, ReplicaId>();
    for (const replica of this.#replicas) {
      const parent = directory.parentOf(replica);
      if (parent !== undefined) parents.set(replica, parent);
    }
    const registry = [...parents].join();
    if (registry === this.#registry) return;
    this.#registry = registry;
    this.happened.push({ kind: 'registry', parents: parents as Parents });
  }
}
