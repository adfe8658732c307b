/** Memory check: after a turn that was put back, memory says what the disk says, and nothing more (D4). */
import type { Replica } from '@tallystick/crdt';
import type { SimDisk } from './disk.ts';
import { Violation } from './trace.ts';

export function checkPutBack(name: string, { ledger }: Replica, disk: SimDisk): void {
  const wrong = differenceOf(ledger, disk);
  if (wrong !== undefined) throw new Violation('D4', `${name} put a failed turn back, and ${wrong}`);
}

function differenceOf(ledger: Replica['ledger'], disk: SimDisk): string | undefined {
  if (ledger.position !== disk.position)
    return `stands at ${ledger.position}, the journal at ${disk.position}`;
  if (ledger.hasWrites) return 'has something to write';
  const self = ledger.hasLife ? ledger.self.writer : null;
  if (self !== disk.self) return `goes on as ${self}, on disk it is ${disk.self}`;
  if (ledger.awaitsFormerLives !== disk.awaitsFormerLives) return 'forgot whether it waits for its past';
  for (const { writer, head } of ledger.streams.values()) {
    const stored = disk.head(writer);
    if (stored === undefined) return `knows ${writer}, of whom nothing was written`;
    const isSame = stored.seq === head.seq && stored.via === head.via && stored.parent === head.parent;
    if (!isSame) return `has ${writer} at ${head.seq}, on disk it is at ${stored.seq}`;
    if ((stored.fence === null) !== (head.fence === null))
      return `has another fence of ${writer} than the disk`;
  }
  let stored = 0;
  for (const writer of disk.writers) {
    stored += 1;
    if (!ledger.streams.has(writer)) return `forgot ${writer}`;
  }
  if (stored !== ledger.streams.size) return 'holds other streams than the disk';
  if (ledger.holds.size !== disk.holdCount)
    return `has ${ledger.holds.size} holds, on disk there are ${disk.holdCount}`;
  for (const holdId of ledger.holds.keys())
    if (!disk.hasHold(holdId)) return `has hold ${holdId}, which no disk has`;
  return undefined;
}
