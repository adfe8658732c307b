/** The model of `holds`: the root's own open ones (F9). */
import type { Entry, Hold, Writes } from '@tallystick/crdt';
import { ModelTable } from './tables.ts';

interface OpenHold {
  readonly writer: string;
  readonly lines: unknown;
  readonly ttlMs: number;
  readonly sinceWallMs: number;
  readonly sinceMonotonicMs: number;
  readonly bootId: string;
  readonly capturing: boolean;
}

export class HoldsModel {
  readonly table = new ModelTable<OpenHold>();
  #written: ReadonlyMap<string, Hold | null> = new Map();

  /** @param written what the turn says of holds: of it only the moment is taken at which a new run of the machine counted them in */
  beginTurn(written: Writes['holds']): void {
    this.#written = new Map(written.map(({ holdId, hold }) => [holdId, hold]));
  }

  add({ writer, body, wallMs, monotonicMs, bootId }: Entry): void {
    const since = { sinceWallMs: wallMs, sinceMonotonicMs: monotonicMs, bootId };
    if (body.type === 'held') {
      const { lines, ttlMs } = body;
      this.table.set(body.holdId, { writer, lines, ttlMs, ...since, capturing: false });
    }
    if (body.type === 'confirmed' || body.type === 'released') this.table.delete(body.holdId);
    if (body.type !== 'extended' && body.type !== 'capturing') return;
    const hold = this.table.records.get(body.holdId);
    if (hold === undefined) return;
    const change = body.type === 'extended' ? { ttlMs: body.ttlMs, ...since } : { capturing: true };
    this.table.set(body.holdId, { ...this.#inRun(body.holdId, hold, bootId), ...change });
  }

  /** A machine that was started anew counts what is left by its own clock, from some moment since (F9). */
  #inRun(holdId: string, hold: OpenHold, bootId: string): OpenHold {
    const written = this.#written.get(holdId);
    if (hold.bootId === bootId || written?.bootId !== bootId) return hold;
    const { sinceWallMs, sinceMonotonicMs } = written;
    const leftMs = Math.min(hold.ttlMs, hold.ttlMs - (sinceWallMs - hold.sinceWallMs));
    return { ...hold, ttlMs: Math.max(0, leftMs), sinceWallMs, sinceMonotonicMs, bootId };
  }
}
