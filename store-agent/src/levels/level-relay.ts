/**
 * Level relay: hands levels on to children, gathered, so that each shop and till has what it shows while it is
 * cut off. Where nothing changed it says since when that holds: so the age of a level is that of the last word
 * from the books, and not that of the last sale.
 */
import type { PoolId, ReplicaId } from '@tallystick/crdt';
import type { LevelItem, Levels as LevelsFrame } from '@tallystick/crdt/wire';
import type { Levels } from './levels.ts';

/** A till shows them to people: what changes at once comes together. */
export const LEVELS_EVERY_MS = 1_000;
/**
 * Who was told many rests before it is told again, for a time that grows with how many they were: where thousands
 * of levels move, each till in a large tree would else hear, fold and store all of them each second.
 */
const ITEMS_PER_REST = 50;
const RESTS_MAX = 60;
/** Of one frame: some tens of kilobytes. */
const ITEMS_PER_FRAME = 1_000;
export const LEVELS_WAITING_BYTES_MAX = 256 * 1024;
/** The root's core gathers levels for less than this, and they travel on the same line. */
const ROOT_BEHIND_MS = 1_000;

export interface LevelRelayPorts {
  /** Undefined at the root: its core sends the levels, and here it is only said that they hold. */
  readonly levels: Levels | undefined;
  nowMs(): number;
  /** False where a child is too slow now: what it lacks waits, each pool once. */
  takes(child: ReplicaId): boolean;
  send(to: ReplicaId, frame: LevelsFrame): void;
}

interface Child {
  readonly pools: Set<PoolId>;
  toldAsOfMs: number;
  /** Of the next passes of `send`, how many leave it out. */
  rests: number;
}

export class LevelRelay {
  readonly #ports: LevelRelayPorts;
  readonly #children = new Map<ReplicaId, Child>();

  constructor(ports: LevelRelayPorts) {
    this.#ports = ports;
  }

  opened(child: ReplicaId): void {
    this.#children.set(child, { pools: new Set(this.#ports.levels?.pools), toldAsOfMs: 0, rests: 0 });
  }

  closed(child: ReplicaId): void {
    this.#children.delete(child);
  }

  changed(items: readonly LevelItem[]): void {
    for (const { pools } of this.#children.values()) for (const { pool } of items) pools.add(pool);
  }

  /** Called each `LEVELS_EVERY_MS`. */
  send(): void {
    const { levels, nowMs, takes, send } = this.#ports;
    const asOfMs = levels === undefined ? nowMs() - ROOT_BEHIND_MS : levels.asOfMs;
    if (asOfMs === null) return;
    for (const [replica, child] of this.#children) {
      if (child.rests > 0) {
        child.rests -= 1;
        continue;
      }
      if ((child.pools.size === 0 && asOfMs === child.toldAsOfMs) || !takes(replica)) continue;
      const items = [...child.pools].flatMap((pool) => levels?.at(pool) ?? []);
      child.pools.clear();
      child.toldAsOfMs = asOfMs;
      child.rests = Math.min(RESTS_MAX, Math.floor(items.length / ITEMS_PER_REST));
      for (let at = 0; at === 0 || at < items.length; at += ITEMS_PER_FRAME)
        send(replica, { kind: 'levels', asOfMs, items: items.slice(at, at + ITEMS_PER_FRAME) });
    }
  }
}
