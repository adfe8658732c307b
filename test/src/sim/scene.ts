/** Scene: what acts are drawn from and what they leave behind in the world. */
import {
  type HoldId,
  type LineId,
  type LocationId,
  locationOf,
  type OrderId,
  type PoolId,
  type WriterId,
} from '@tallystick/crdt';
import type { Clients } from './clients.ts';
import type { SimNode } from './node.ts';
import type { Observer } from './observer.ts';
import type { Prng } from './prng.ts';
import type { Shelves } from './shelves.ts';
import type { Trace } from './trace.ts';
import type { Tree } from './tree.ts';

export interface OrderLineInWorld {
  readonly lineId: LineId;
  readonly pool: PoolId;
  readonly n: number;
  departed: boolean;
  shipped: number;
  returned: number;
  isGivenUp: boolean;
}

/** An order as the world knows it. Whoever cancels and whoever ships have talked to each other first. */
export interface OrderInWorld {
  readonly orderId: OrderId;
  readonly node: SimNode;
  /** The life that took it. */
  readonly owner: WriterId;
  readonly lines: readonly OrderLineInWorld[];
  course: 'standing' | 'cancelling' | 'shipping';
}

export interface HoldInWorld {
  readonly holdId: HoldId;
  readonly node: SimNode;
}

export interface Scene {
  readonly prng: Prng;
  readonly trace: Trace;
  readonly tree: Tree;
  readonly nodes: readonly SimNode[];
  readonly clients: Clients;
  readonly shelves: Shelves;
  readonly observer: Observer;
  readonly orders: OrderInWorld[];
  readonly holds: HoldInWorld[];
  readonly locationOfNode: Map<SimNode, LocationId>;
  /** An authority whose books may be put back takes no orders, as none that is shipped does. */
  hasDoor(node: SimNode): boolean;
  nextId(kind: string): string;
  later(delayMs: number, act: () => void): void;
}

export function ready(scene: Scene): SimNode | undefined {
  const nodes = scene.nodes.filter((node) => node.isServing && scene.hasDoor(node));
  return nodes.length === 0 ? undefined : scene.prng.pick(nodes);
}

/** Mostly what stands nearby. */
export function pickPool(scene: Scene, node: SimNode): PoolId {
  const { prng, tree } = scene;
  const home = scene.locationOfNode.get(node);
  const near = tree.pools.filter((pool) => locationOf(pool) === home);
  return prng.pick(near.length > 0 && prng.chance(0.7) ? near : tree.pools);
}
