/** What journals answer, as text: equal texts are equal answers. */
import {
  digestText,
  type EntryRef,
  type Hold,
  type HoldId,
  type LineProgress,
  type Stored,
  type Stream,
} from '@tallystick/crdt';
import { NOTHING } from './history.ts';

export function textOfBytes(bytes: Uint8Array | undefined): string {
  return bytes === undefined
    ? NOTHING
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

export function textOfRef(ref: EntryRef | undefined): string {
  return ref === undefined ? NOTHING : `${ref.writer} ${ref.seq}`;
}

/** A line that nobody moved and one that was moved by nothing are the same. */
export function textOfProgress(progress: LineProgress | undefined): string {
  const { cancelled, shipped, returned } = progress ?? { cancelled: 0, shipped: 0, returned: 0 };
  return `cancelled ${cancelled}, shipped ${shipped}, returned ${returned}`;
}

/** One line a head, a row and a hold, sorted; each says all that a restart gets. */
export function textOfStored({ self, awaitsFormerLives, position, streams, holds }: Stored): string[] {
  const lines: string[] = [];
  for (const stream of streams) lines.push(...textOfStream(stream));
  for (const [holdId, hold] of holds) lines.push(textOfHold(holdId, hold));
  return [`self ${self}, position ${position}, awaits ${awaitsFormerLives}`, ...lines.sort()];
}

function textOfStream(stream: Stream): string[] {
  const { writer, head, digest } = stream;
  const lines = [`head ${writer} ${plain(head)} ${digestText(digest)}`];
  for (const [pool, row] of stream.rows()) lines.push(`row ${writer} ${pool} ${plain(row)}`);
  return lines;
}

/** While a payment is asked for no clock runs (F9): by which run of the machine its time was counted last is no matter. */
function textOfHold(holdId: HoldId, hold: Hold): string {
  const { writer, lines, capturing } = hold;
  return `hold ${holdId} ${plain(capturing ? { writer, lines, capturing } : hold)}`;
}

/** JSON with sorted names, and bytes in base64: two ways of holding one thing become one text. */
export function plain(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part instanceof Uint8Array) return textOfBytes(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    // Buffer's own toJSON comes before this.
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
