/** A list of events; where there is none, the answer waits for one. */
import type { Held } from '../../events/event.ts';
import { type Filter, takes } from '../../events/filter.ts';
import { endProblem } from './end-problem.ts';
import type { FeedStatus, RegionEvents } from './region-events.ts';

/** Looked at in one go. */
const PIECE = 1_000;
/** Looked through before the answer says how far it got: a filter may let nothing of a long past through. */
const PIECES_MAX = 50;
const LOOK_MS_MAX = 5_000;

interface EventList extends FeedStatus {
  readonly items: readonly unknown[];
}

/** @throws Problem `position_gone` where events from there on are not kept; and where the caller may not read on */
export async function poll(
  events: RegionEvents,
  filter: Filter,
  after: number,
  limit: number,
  waitMs: number,
): Promise<EventList> {
  const beganMs = performance.now();
  const untilMs = beganMs + waitMs;
  let at = after;
  for (let piece = 0; piece < PIECES_MAX; piece += 1) {
    const { found, next } = await pieceAfter(events, at, filter.whose);
    const taken = found.filter((event) => takes(filter, event)).slice(0, limit);
    at = taken.length === limit ? (taken.at(-1)?.position ?? next) : next;
    if (taken.length > 0) return listOf(events, filter, taken, at);
    if (at !== events.tail.last) {
      if (performance.now() - beganMs > LOOK_MS_MAX) break;
      continue;
    }
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) break;
    await events.tail.wait(at, leftMs);
    if (at === events.tail.last) break;
  }
  return listOf(events, filter, [], at);
}

/** @throws Problem `position_gone` */
export async function pieceAfter(
  events: RegionEvents,
  at: number,
  whose: string | undefined,
  limit = PIECE,
): Promise<{ found: readonly Held[]; next: number }> {
  const inTail = events.tail.after(at, limit);
  if (inTail !== undefined) return { found: inTail, next: inTail.at(-1)?.position ?? at };
  const read = await events.readOlder(at, { whose, isWaiting: () => true }, limit);
  if ('gone' in read) throw endProblem({ why: 'gone', detail: read.gone, restart: read.restart });
  return { found: read.events, next: read.next };
}

function listOf(events: RegionEvents, filter: Filter, items: readonly Held[], next: number): EventList {
  // Who waited half a minute may have been shut out meanwhile.
  const refusal = filter.refusal();
  if (refusal !== undefined) throw refusal;
  return { items: items.map(({ text }) => JSON.parse(text)), ...events.status(next) };
}
