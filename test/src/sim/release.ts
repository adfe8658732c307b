/** Release: which versions of the link a machine speaks. Its own is that of the shipping code. */
import { CHANNELS, type Hello, PROTOCOL } from '@tallystick/crdt/wire';

export type Release = Pick<Hello, 'protocol' | 'channels'>;

export const RELEASE: Release = { protocol: PROTOCOL, channels: CHANNELS };

const next = PROTOCOL.max + 1;

/** It knows the shipping version too. */
export const NEWER: Release = { protocol: { min: PROTOCOL.min, max: next }, channels: CHANNELS };

/** It does not: its parent is too old for it, and its children are too old for their parent. */
export const TOO_NEW: Release = { protocol: { min: next, max: next }, channels: CHANNELS };

/** It speaks the link, and no version of the stock channel that others know. */
export const OTHER_STOCK: Release = {
  protocol: PROTOCOL,
  channels: CHANNELS.map((range) => (range.name === 'stock' ? { ...range, min: next, max: next } : range)),
};

/** Written down a second time, and more plainly, than the code under test has it (L6). */
export function canTalk(a: Release, b: Release): boolean {
  const stockOf = ({ channels }: Release) => channels.find(({ name }) => name === 'stock');
  const [mine, theirs] = [stockOf(a), stockOf(b)];
  return meet(a.protocol, b.protocol) && mine !== undefined && theirs !== undefined && meet(mine, theirs);
}

interface Versions {
  readonly min: number;
  readonly max: number;
}

function meet(a: Versions, b: Versions): boolean {
  for (let version = a.min; version <= a.max; version += 1)
    if (version >= b.min && version <= b.max) return true;
  return false;
}
