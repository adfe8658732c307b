/** Carries out the schedule: each disturbance at its time, whatever else is going on. */
import type { Fleet } from './fleet.ts';
import { fillDisk } from './full-disk.ts';
import { restoreTill } from './restore.ts';
import { type Disturbance, POSTGRES } from './schedule.ts';
import type { Shopper } from './shopper.ts';
import type { SmallDisk } from './small-disk.ts';
import { AUTHORITY, ofKind, SMALL_DISK_TILL, TREE } from './tree.ts';

export interface DisturbanceCounts {
  readonly kills: Record<string, number>;
  stops: number;
  cuts: number;
  restores: number;
  fullDisks: number;
  /** Had no target at that moment. */
  skipped: number;
}

/** What a disturbance needs of the run. */
export interface Stage {
  readonly fleet: Fleet;
  readonly shoppers: ReadonlyMap<string, Shopper>;
  /** Undefined where this machine cannot make one. */
  readonly disk: SmallDisk | undefined;
  readonly counts: DisturbanceCounts;
  /** How often each till's image was put back. */
  readonly setBack: Map<string, number>;
  readonly say: (line: string) => void;
  /** A promise was broken. */
  readonly onViolation: (story: string) => void;
}

/** The authority starts its Postgres again by itself; recovery after a kill may take a while. */
const POSTGRES_BACK_MS = 20_000;
const LOOK_EVERY_MS = 250;

export class Disturber {
  readonly #stage: Stage;
  /** Tills in the middle of a restore or a full disk: nobody kills them meanwhile. */
  readonly #busy = new Set<string>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async run(schedule: readonly Disturbance[], signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    const underWay: Promise<void>[] = [];
    for (const disturbance of schedule) {
      const waitMs = disturbance.atMs - (performance.now() - startedMs);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (signal.aborted) break;
      underWay.push(
        this.#carryOut(disturbance).catch((error: Error) => {
          this.#stage.onViolation(`${disturbance.kind} at ${disturbance.atMs} ms: ${error.message}`);
        }),
      );
    }
    await Promise.all(underWay);
  }

  async #carryOut(disturbance: Disturbance): Promise<void> {
    const { fleet, counts } = this.#stage;
    switch (disturbance.kind) {
      case 'kill':
        return this.#kill(this.#free(disturbance.target));
      case 'stop': {
        const target = this.#free(disturbance.target);
        const frozen =
          target === POSTGRES
            ? fleet.postgres.freeze(disturbance.forMs)
            : fleet.program(target).freeze(disturbance.forMs);
        counts[frozen ? 'stops' : 'skipped'] += 1;
        return;
      }
      case 'cut':
        fleet.lines.get(disturbance.child)?.cut(disturbance.way, disturbance.forMs);
        counts.cuts += 1;
        return;
      case 'restore':
        return this.#alone(disturbance.till, (busy) =>
          restoreTill(this.#stage, disturbance.till, disturbance.afterMs, busy),
        );
      case 'full-disk':
        return this.#fillDisk(disturbance.forMs);
      default:
        disturbance satisfies never;
    }
  }

  async #fillDisk(forMs: number): Promise<void> {
    const { disk } = this.#stage;
    if (disk === undefined) return;
    await this.#alone(SMALL_DISK_TILL, (busy) => fillDisk(this.#stage, disk, forMs, busy));
  }

  /** `busy` says when the till may not be disturbed. */
  async #alone(till: string, act: (busy: (is: boolean) => void) => Promise<void>): Promise<void> {
    try {
      await act((is) => (is ? this.#busy.add(till) : this.#busy.delete(till)));
    } finally {
      this.#busy.delete(till);
    }
  }

  #free(target: string): string {
    if (!this.#busy.has(target)) return target;
    return ofKind('terminal').find((till) => !this.#busy.has(till)) ?? AUTHORITY;
  }

  async #kill(target: string): Promise<void> {
    const { fleet, counts } = this.#stage;
    const wasHit = target === POSTGRES ? fleet.postgres.kill() !== undefined : fleet.program(target).kill();
    if (!wasHit) {
      counts.skipped += 1;
      return;
    }
    countKill(counts, target);
    if (target === POSTGRES) await this.#bringPostgresBack();
  }

  /** Nobody but the authority starts its Postgres. */
  async #bringPostgresBack(): Promise<void> {
    const { fleet, onViolation } = this.#stage;
    for (let leftMs = POSTGRES_BACK_MS; leftMs > 0; leftMs -= LOOK_EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      if (fleet.postgres.pid !== undefined) return;
    }
    onViolation(`The authority did not start its Postgres again within ${POSTGRES_BACK_MS / 1_000} s.`);
  }
}

export function countKill(counts: DisturbanceCounts, target: string): void {
  const kind = TREE.find(({ id }) => id === target)?.kind ?? target;
  counts.kills[kind] = (counts.kills[kind] ?? 0) + 1;
}
