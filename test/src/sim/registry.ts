/**
 * Registry: who is whose child, as the authority decided, and how far each machine has
 * heard of it. News come down the tree, so nobody knows more than its parent did.
 */
import type { Directory, ReplicaId } from '@tallystick/crdt';
import type { Tree } from './tree.ts';

interface Move {
  readonly replica: ReplicaId;
  readonly parent: ReplicaId;
}

export interface RegistryPorts {
  readonly tree: Tree;
  /** How long news take to one machine from the one above it. */
  newsMs(): number;
  later(delayMs: number, act: () => void): void;
  /** A machine heard of news. */
  heard(replica: ReplicaId): void;
}

export class Registry {
  readonly #ports: RegistryPorts;
  readonly #first: ReadonlyMap<ReplicaId, ReplicaId>;
  readonly #moves: Move[] = [];
  /** How many moves each machine has heard of. */
  readonly #seen = new Map<ReplicaId, number>();

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
    const { places } = ports.tree;
    this.#first = new Map(
      places.flatMap(({ settings, parent }) => (parent ? [[settings.replica, parent]] : [])),
    );
  }

  parentOf(replica: ReplicaId, seen = this.#moves.length): ReplicaId | undefined {
    for (let at = seen - 1; at >= 0; at -= 1) {
      const move = this.#moves[at];
      if (move?.replica === replica) return move.parent;
    }
    return this.#first.get(replica);
  }

  get hasMoves(): boolean {
    return this.#moves.length > 0;
  }

  directoryOf(machine: ReplicaId): Directory {
    const { directory } = this.#ports.tree;
    return { ...directory, parentOf: (replica) => this.parentOf(replica, this.#seen.get(machine) ?? 0) };
  }

  /** The replicas above one, its parent first. */
  above(replica: ReplicaId): ReplicaId[] {
    const path: ReplicaId[] = [];
    for (let at = this.parentOf(replica); at !== undefined; at = this.parentOf(at)) path.push(at);
    return path;
  }

  move(replica: ReplicaId, parent: ReplicaId): void {
    this.#moves.push({ replica, parent });
    for (const { settings } of this.#ports.tree.places)
      if (this.parentOf(settings.replica) === undefined) this.#learn(settings.replica, this.#moves.length);
  }

  #learn(machine: ReplicaId, seen: number): void {
    if (seen > (this.#seen.get(machine) ?? 0)) {
      this.#seen.set(machine, seen);
      this.#ports.heard(machine);
    }
    for (const { settings } of this.#ports.tree.places) {
      const { replica } = settings;
      if (this.parentOf(replica) !== machine || (this.#seen.get(replica) ?? 0) >= seen) continue;
      this.#ports.later(this.#ports.newsMs(), () => this.#learn(replica, seen));
    }
  }
}
