/** The model of `holds`: the root's own open ones (F9). */
import type { Entry } from '@tallystick/crdt';
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
    this.table.set(body.holdId, { ...hold, ...change });
  }
}
