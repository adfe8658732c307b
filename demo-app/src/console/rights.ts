/** Who holds what of a product, and what moved between two looks. */
import type { Answer } from '@tallystick/client-sdk';

export type Explained = Answer<'get', '/v1/inventory/{sku}/explain'>;

export interface Held {
  readonly free: number;
  readonly onHold: number;
  readonly underWay: number;
  readonly owed: number;
  readonly used: number;
  /** With lives of it that were shut out: nobody may sell those before they are counted. */
  readonly shutOut: number;
}

const NOTHING: Held = { free: 0, onHold: 0, underWay: 0, owed: 0, used: 0, shutOut: 0 };

/** By replica, over all its lives. @param location one place alone; all where it is left out */
export function heldBy(explained: Explained, location?: string): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  for (const pool of explained.pools) {
    if (location !== undefined && pool.location !== location) continue;
    for (const one of pool.replicas) {
      const sum = held.get(one.replica) ?? NOTHING;
      const free = Math.max(0, one.free);
      const isShutOut = one.fenced !== null;
      held.set(one.replica, {
        free: sum.free + (isShutOut ? 0 : free),
        onHold: sum.onHold + (isShutOut ? 0 : one.onHold),
        underWay: sum.underWay + one.underWay,
        shutOut: sum.shutOut + (isShutOut ? free + one.onHold : 0),
        owed: sum.owed + one.owed,
        used: sum.used + one.used,
      });
    }
  }
  return held;
}

export interface Move {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly units: number;
}

/** What was handed on since `before` was read. */
export function movesBetween(before: Explained | undefined, now: Explained): Move[] {
  if (before === undefined || before.sku !== now.sku) return [];
  const known = new Map<string, number>();
  for (const { location, passed } of before.pools)
    for (const { from, to, units } of passed) known.set(`${location} ${from} ${to}`, units);
  return now.pools.flatMap(({ location, passed }) =>
    passed.flatMap(({ from, to, units }) => {
      const key = `${location} ${from} ${to}`;
      const moved = units - (known.get(key) ?? 0);
      return moved > 0 ? [{ key: `${key} ${units}`, from, to, units: moved }] : [];
    }),
  );
}
