/** Asks: what a child wants to have been sent in all, of each pool that it lacks (L3). */
import type { PoolId } from '../ids.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import type { Asks } from '../wire/frames.ts';
import { type Child, noteAsk, type Session } from './child.ts';
import type { Hub } from './hub.ts';

/** Nobody waits longer than a minute, whatever a child says. */
const WAIT_MS_MAX = 60_000;
/** A child may ask for so many pools of which nobody here has a row: new goods come by the thousand. */
const STRANGE_POOLS_MAX = 10_000;

/** @returns the pools in which somebody now waits. */
export function hearAsks(
  hub: Hub,
  ledger: Ledger,
  child: Child,
  session: Session,
  frame: Asks,
  settings: ReplicaSettings,
  now: Now,
): PoolId[] {
  const waiting: PoolId[] = [];
  for (const { pool, atLeast, waitMs } of frame.items) {
    if (!isAskable(hub, ledger, child, pool)) {
      session.denied.set(pool, atLeast);
      continue;
    }
    const sent = hub.sentTo(session.writer, pool);
    if (sent >= atLeast) {
      // Granted already: the child has not heard of it yet, so its cell is told again (L3).
      session.cells.add(pool);
      continue;
    }
    const untilMs = now.monotonicMs + Math.min(waitMs, WAIT_MS_MAX);
    const { halfLifeMs } = settings.policy;
    noteAsk(child.pool(pool), sent, { atLeast, untilMs }, now.monotonicMs, halfLifeMs);
    waiting.push(pool);
  }
  return waiting;
}

/** L7: pools that nobody has heard of are remembered up to a bound, and asked for above. */
function isAskable(hub: Hub, ledger: Ledger, child: Child, pool: PoolId): boolean {
  if (child.pools.has(pool) || hub.totals.levels?.has(pool)) return true;
  for (const stream of ledger.streams.values()) if (stream.has(pool)) return true;
  if (child.strangePools >= STRANGE_POOLS_MAX) return false;
  child.strangePools += 1;
  return true;
}
