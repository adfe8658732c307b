/** Hold book: each hold is resolved once, and never runs out before its time or during a payment (F9). */
import type { Entry, HoldId, WriterId } from '@tallystick/crdt';
import { Violation } from './trace.ts';

interface OpenHold {
  ttlMs: number;
  since: Entry;
  isCapturing: boolean;
}

export class HoldBook {
  /** By the writer that opened it and its id: two doors may be asked for one hold, and each has its own. */
  readonly #open = new Map<string, OpenHold>();
  readonly #trustsWallClocks: boolean;

  /** @param trustsWallClocks false where they jump: over a restart nothing is promised then. */
  constructor(trustsWallClocks = true) {
    this.#trustsWallClocks = trustsWallClocks;
  }

  add(entry: Entry, onExpiry: () => void): void {
    const { writer, body } = entry;
    switch (body.type) {
      case 'held':
        this.#open.set(`${writer} ${body.holdId}`, { ttlMs: body.ttlMs, since: entry, isCapturing: false });
        return;
      case 'extended':
        Object.assign(this.#find(writer, body.holdId), { ttlMs: body.ttlMs, since: entry });
        return;
      case 'capturing':
        this.#find(writer, body.holdId).isCapturing = true;
        return;
      case 'released':
        if (body.cause === 'expired') {
          checkExpiry(this.#find(writer, body.holdId), entry, this.#trustsWallClocks);
          onExpiry();
        }
        this.#end(writer, body.holdId);
        return;
      case 'confirmed':
        this.#end(writer, body.holdId);
        return;
      default:
    }
  }

  /** What this writer opened stands no longer: it is an earlier one. */
  forget(writer: WriterId): void {
    for (const [key, { since }] of this.#open) if (since.writer === writer) this.#open.delete(key);
  }

  #find(writer: WriterId, holdId: HoldId): OpenHold {
    const hold = this.#open.get(`${writer} ${holdId}`);
    if (hold === undefined)
      throw new Violation('F9', `hold ${holdId} is not open at ${writer}, and was extended or resolved`);
    return hold;
  }

  #end(writer: WriterId, holdId: HoldId): void {
    this.#find(writer, holdId);
    this.#open.delete(`${writer} ${holdId}`);
  }
}

/** A wall clock that is a little behind after a boot makes no hold longer: it runs from the boot on. */
const WALL_SLACK_MS = 1_000;

/** Within one run of the machine its monotonic clock counts, after a restart its wall clock; entries hold whole milliseconds. */
function checkExpiry({ ttlMs, since, isCapturing }: OpenHold, end: Entry, trustsWallClocks: boolean): void {
  if (isCapturing)
    throw new Violation('F9', `${end.writer} ${end.seq}: a hold ran out while its payment was asked for`);
  const isSameRun = since.bootId === end.bootId;
  const passedMs = isSameRun ? end.monotonicMs - since.monotonicMs : end.wallMs - since.wallMs;
  if (!isSameRun && !trustsWallClocks) return;
  if (passedMs < ttlMs - (isSameRun ? 1 : WALL_SLACK_MS)) {
    throw new Violation(
      'F9',
      `${end.writer} ${end.seq}: a hold for ${ttlMs} ms ran out after ${passedMs} ms`,
    );
  }
}
