/** Node ports: what a simulated machine stands on, and whom it tells what happened. */
import type { Directory, PoolId } from '@tallystick/crdt';
import type { Frame } from '@tallystick/crdt/wire';
import type { Timeline } from './clock.ts';
import type { Commit } from './disk.ts';
import type { Faults } from './faults.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import type { Trace } from './trace.ts';

export interface NodePorts {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly prng: Prng;
  readonly directory: Directory;
  /** How fast its clocks tick; 1 is right. */
  readonly clockRate: number;
  /** These commits can no longer be lost. */
  durable(node: SimNode, commits: readonly Commit[]): void;
  /** This frame leaves the machine. */
  leaving(node: SimNode, frame: Frame): void;
  /** The machine comes up again with what is on its disk. */
  restarting(node: SimNode): void;
  /** A replica ends a session by its own word, or turns a peer away. */
  hangUp(node: SimNode, message: string): void;
  /** Its parent knows a newer life of it, or shut this one out: it goes on as another. */
  superseded(node: SimNode): void;
  /** A command found too little of these pools here. */
  shortage(node: SimNode, pools: readonly PoolId[]): void;
}
