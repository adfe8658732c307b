/** Notice: what a frame shows as it arrives that is worth seeing now and then. */
import { PARENT, type Peer, type Replica } from '@tallystick/crdt';
import type { StockFrame } from '@tallystick/crdt/wire';
import type { Trace } from './trace.ts';

export function notice(trace: Trace, replica: Replica, from: Peer, frame: StockFrame): void {
  if (isBeyondCursor(replica, from, frame)) trace.saw('cursor gap');
  if (frame.kind !== 'recalls' || from !== PARENT) return;
  const isCrossed = frame.items.some(({ pool, given }) => given !== replica.uplink.takenFromParent(pool));
  if (isCrossed) trace.saw('grant crossing a recall');
}

/** A frame before this one was lost, or comes later. */
function isBeyondCursor(replica: Replica, from: Peer, frame: StockFrame): boolean {
  if (frame.kind !== 'stream' || from === PARENT) return false;
  const session = replica.hub.children.get(from)?.session;
  return frame.from > (session?.cursorNext ?? session?.cursor ?? frame.base);
}
