/**
 * Patience: which frames may gather with others before they have their turn, because nobody waits for what they bring.
 *
 * A turn is a commit. A parent whose children sell all day hears of a sale from one, then from the next, and says
 * to none of them anything that they could not hear a moment later: so they share a turn. Units on their way back,
 * new goods, and whatever changes who may speak have theirs at once.
 */
import { decodeSlice } from '../entry/decode-slice.ts';
import type { EntryBody } from '../entry/entry.ts';
import type { WriterId } from '../ids.ts';
import type { StockFrame } from '../wire/frames.ts';
import type { Replica } from './replica.ts';

export function mayGather({ ledger, uplink }: Replica, frame: StockFrame): boolean {
  switch (frame.kind) {
    case 'seen':
      return true;
    case 'ack':
      // A stream that its window holds back goes on with it.
      return !frame.gap && frame.fenced.length === 0 && !uplink.isFull;
    case 'stream':
      return (
        ledger.hasLife &&
        decodeSlice(frame.entries).entries.every(({ entry }) => !isAwaited(entry.body, ledger.self.writer))
      );
    default:
      return false;
  }
}

function isAwaited(body: EntryBody, self: WriterId): boolean {
  switch (body.type) {
    case 'sent':
      return body.to === self;
    case 'received':
    case 'returned':
    case 'cancelled':
    case 'reclaimed':
    case 'life':
    case 'reparented':
    case 'fenced':
      return true;
    default:
      return false;
  }
}
