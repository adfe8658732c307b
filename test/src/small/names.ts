/**
 * Names: who is who in the small case, chosen so that a text with the two children
 * exchanged is found by exchanging words. Each child's nonces are made of its own digit.
 */
import type { Directory, LocationId, PoolId, ReplicaId } from '@tallystick/crdt';

export const HQ = 'hq' as ReplicaId;
const NORTH = 'north' as ReplicaId;
const SOUTH = 'south' as ReplicaId;

/** The parent first; a node is named by its place here. */
export const NODES = [HQ, NORTH, SOUTH] as const;
export const CHILDREN = [1, 2] as const;
export type NodeIndex = 0 | 1 | 2;
export type ChildIndex = (typeof CHILDREN)[number];

export const LAMP = 'lamp@hq' as PoolId;

const DIGITS = ['c', 'a', 'b'] as const;

/** The goods stand at the parent. */
export const DIRECTORY: Directory = {
  keeperOf: (location: LocationId) => (location === (HQ as string) ? HQ : undefined),
  isShared: () => false,
  parentOf: () => undefined,
};

/** The same life has the same nonce on every way to it; a writer id is told apart by its last half already. */
export function nonceOf(node: NodeIndex, life: number): string {
  return `${DIGITS[node].repeat(24)}${String(life).padStart(8, '0')}`;
}

export function childOf(replica: string): ChildIndex {
  return replica === NORTH ? 1 : 2;
}

/** The text as it would be had the children each other's place. */
export function exchanged(text: string): string {
  return text.replace(/north|south|a{8,}|b{8,}/g, (word) => {
    if (word === NORTH) return SOUTH;
    if (word === SOUTH) return NORTH;
    return (word.startsWith('a') ? 'b' : 'a').repeat(word.length);
  });
}
