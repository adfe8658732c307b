/** Events on their way through the tree: each as the text that it stays, in pieces that a call can carry. */
import { z } from 'zod';
import type { FeedEvent, Held } from './event.ts';
import { held } from './event.ts';
import type { Read } from './tail.ts';

/** Events of one call. */
export const WIRE_EVENTS_MAX = 1_000;
/** Of the 2 MiB of a call: a text may double when it is written into JSON once more, and there is something around it. */
const WIRE_BYTES_MAX = 1_000_000;

export interface WireEvents {
  readonly events: readonly string[];
  readonly next: number;
}

/** As many as fit; at least one. */
export function toWire(events: readonly Held[], next: number): WireEvents {
  let bytes = 0;
  let count = 0;
  for (const event of events) {
    bytes += event.bytes;
    if (count > 0 && bytes > WIRE_BYTES_MAX) break;
    count += 1;
  }
  if (count === events.length) return { events: events.map(({ text }) => text), next };
  const sent = events.slice(0, count);
  return { events: sent.map(({ text }) => text), next: sent.at(-1)?.position ?? next };
}

const wireEvents = z.union([
  z.object({ events: z.array(z.string()).max(WIRE_EVENTS_MAX), next: z.int() }),
  z.object({ gone: z.string(), restart: z.int() }),
]);

/** @throws ZodError where it is no such answer */
export function fromWire(value: unknown): Read {
  const read = wireEvents.parse(value);
  if ('gone' in read) return read;
  return { events: read.events.map((text) => held(JSON.parse(text) as FeedEvent)), next: read.next };
}
