/** Hold book: each hold is resolved once, and never runs out before its time or during a payment (F9). */
import type { Entry, HoldId, WriterId } from '@tallystick/crdt';
import { Violation } from './trace.ts';

interface OpenHold {
  ttlMs: number;
  since: Entry;
  isCapturing: boolean;
}

export class HoldBook {
  readonly #open = new Map<HoldId, OpenHold>();
  readonly #trustsWallClocks: boolean;

  /** @param trustsWallClocks false where they jump: over a restart nothing is promised then. */
  constructor(trustsWallClocks = true) {
    this.#trustsWallClocks = trustsWallClocks;
  }

  add(entry: Entry, onExpiry: () => void): void {
    const { body } = entry;
    switch (body.type) {
      case 'held':
        this.#open.set(body.holdId, { ttlMs: body.ttlMs, since: entry, isCapturing: false });
        return;
      case 'extended':
        Object.assign(this.#find(body.holdId), { ttlMs: body.ttlMs, since: entry });
        return;
      case 'capturing':
        this.#find(body.holdId).isCapturing = true;
        return;
      case 'released':
        if (body.cause === 'expired') {
          checkExpiry(this.#find(body.holdId), entry, this.#trustsWallClocks);
          onExpiry();
        }
        this.#end(body.holdId);
        return;
      case 'confirmed':
        this.#end(body.holdId);
        return;
      default:
    }
  }

  /** What this writer opened stands no longer: it is an earlier one. */
  forget(writer: WriterId): void {
    for (const [holdId, { since }] of this.#open) if (since.writer === writer) this.#open.delete(holdId);
  }

  #find(holdId: HoldId): OpenHold {
    const hold = this.#open.get(holdId);
    if (hold === undefined)
      throw new Violation('F9', `hold ${holdId} is not open, and was extended or resolved`);
    return hold;
  }

  #end(holdId: HoldId): void {
    this.#find(holdId);
    this.#open.delete(holdId);
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
