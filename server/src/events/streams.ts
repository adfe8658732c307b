/**
 * Streams: readers that are told of each event as it comes.
 *
 * A reader that keeps up is *live*: it hears what concerns it when it is appended. One that does not take more
 * is left alone, with nothing gathered for it: when it takes again, it reads on from where it was, in the tail or
 * where the tail came from, until it is live. One that takes nothing for too long is sent away, and may resume.
 */
import { Problem } from '@tallystick/store-agent';
import type { Held } from './event.ts';
import { type Filter, keysOfEvent, keysOfFilter, takes } from './filter.ts';
import type { PastReader } from './past.ts';
import type { Gone, Read, Tail } from './tail.ts';

/** Where a stream's events go. */
export interface Sink {
  /** @returns false where it takes no more until `resume` is called */
  send(events: readonly Held[]): boolean;
  /** Says that all is well although nothing happens, and up to where nothing concerned it. */
  beat(position: number): void;
  /** The last word: why there is nothing more. */
  end(why: StreamEnd): void;
}

export type StreamEnd =
  | { readonly why: 'gone'; readonly detail: string; readonly restart: number }
  /** It may not read on, and why. */
  | { readonly why: 'refused'; readonly problem: Problem; readonly after: number }
  | { readonly why: 'too-slow' | 'busy' | 'stopping' | 'unreachable'; readonly after: number };

export interface StreamsPorts {
  readonly tail: Tail;
  /** What the tail does not hold. @throws Problem `overloaded` where too many ask for that */
  readOlder(after: number, reader: PastReader): Promise<Read>;
  nowMs(): number;
}

/** Looked at in one go, so that one that is far behind does not hold up those that are live. */
const PIECE = 500;
/** Given to a sink before it is asked whether it takes more; one event may be larger. */
const PIECE_BYTES = 64 * 1024;
const BEAT_MS = 15_000;
/** How long who may not read on stays where nothing happens; of what happens they hear nothing at all. */
const WATCH_MS = 1_000;
/** Who has not taken anything for as long is gone, or asked for more than it can read. */
const STUCK_MS = 30_000;

export class Streams {
  readonly #ports: StreamsPorts;
  readonly #live = new Map<string, Set<Stream>>();
  readonly #all = new Set<Stream>();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #off: () => void;

  constructor(ports: StreamsPorts) {
    this.#ports = ports;
    this.#off = ports.tail.listen({
      appended: (events) => this.#appended(events),
      gone: (gone) => this.#gone(gone),
      stopped: () => {},
    });
    this.#timers = [setInterval(() => this.look(), BEAT_MS), setInterval(() => this.watch(), WATCH_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  get count(): number {
    return this.#all.size;
  }

  /** Of one credential. */
  countOf(whose: string): number {
    let count = 0;
    for (const { filter } of this.#all) if (filter.whose === whose) count += 1;
    return count;
  }

  open(filter: Filter, after: number, sink: Sink): Stream {
    const leave = this.#ports.tail.follow();
    const stream = new Stream(this.#ports, filter, after, sink, {
      live: (self, isLive) => this.#register(self, isLive),
      ended: (self) => {
        this.#all.delete(self);
        leave();
      },
    });
    this.#all.add(stream);
    stream.evaluate();
    return stream;
  }

  /** Each event is shown to those who wait under one of its keys. */
  #appended(events: readonly Held[]): void {
    const due = new Map<Stream, Held[]>();
    for (const event of events) {
      for (const key of keysOfEvent(event)) {
        for (const stream of this.#live.get(key) ?? []) {
          const list = due.get(stream);
          // An event may concern a stream under two of its keys.
          if (list?.at(-1) === event || !takes(stream.filter, event)) continue;
          if (list === undefined) due.set(stream, [event]);
          else list.push(event);
        }
      }
    }
    for (const [stream, list] of due) stream.offer(list);
  }

  /** Who is live stood at the tail's end; who is not finds out where it reads on. */
  #gone(gone: Gone): void {
    for (const stream of [...this.#all]) stream.lose(gone);
  }

  #register(stream: Stream, isLive: boolean): void {
    for (const key of keysOfFilter(stream.filter)) {
      const waiting = this.#live.get(key);
      if (!isLive) {
        waiting?.delete(stream);
        if (waiting?.size === 0) this.#live.delete(key);
      } else if (waiting === undefined) this.#live.set(key, new Set([stream]));
      else waiting.add(stream);
    }
  }

  /** Sends away who is stuck, and a sign of life to the others. */
  look(): void {
    for (const stream of [...this.#all]) stream.look();
  }

  /** Sends away who may not read on. */
  watch(): void {
    for (const stream of [...this.#all]) stream.isRefused();
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#off();
    for (const stream of [...this.#all]) stream.end('stopping');
  }
}

interface StreamEvents {
  live(stream: Stream, isLive: boolean): void;
  ended(stream: Stream): void;
}

export class Stream {
  readonly filter: Filter;
  readonly #ports: StreamsPorts;
  readonly #sink: Sink;
  readonly #events: StreamEvents;
  #state: 'behind' | 'reading-older' | 'live' | 'full' | 'ended' = 'behind';
  /** Everything up to here was given, or did not concern it; of a live stream, the same is true up to the tail's end. */
  #after: number;
  #fullSinceMs = 0;

  constructor(ports: StreamsPorts, filter: Filter, after: number, sink: Sink, events: StreamEvents) {
    this.#ports = ports;
    this.filter = filter;
    this.#after = after;
    this.#sink = sink;
    this.#events = events;
  }

  /** From where it would go on. */
  get #position(): number {
    return this.#state === 'live' ? (this.#ports.tail.last ?? this.#after) : this.#after;
  }

  /** Gives what there is until it is live, or the sink is full. */
  evaluate(): void {
    while (this.#state === 'behind') {
      const found = this.#ports.tail.after(this.#after, PIECE);
      if (found === undefined) {
        this.#state = 'reading-older';
        void this.#readOlder();
        return;
      }
      const last = found.at(-1);
      if (last === undefined) {
        this.#state = 'live';
        this.#events.live(this, true);
        return;
      }
      this.#give(
        found.filter((event) => takes(this.filter, event)),
        last.position,
      );
    }
  }

  /** Live: what was just appended and concerns it. */
  offer(events: readonly Held[]): void {
    const [first] = events;
    if (this.#state !== 'live' || first === undefined) return;
    this.#after = first.position - 1;
    this.#give(events, this.#after);
  }

  /** Of what lies up to a position, that which concerns it, in pieces, as long as it is taken. */
  #give(events: readonly Held[], upTo: number): void {
    if (events.length > 0 && this.isRefused(this.#after)) return;
    for (const piece of piecesOf(events)) {
      const isTaken = this.#sink.send(piece);
      this.#after = piece.at(-1)?.position ?? this.#after;
      if (this.#state === 'ended') return;
      if (isTaken) continue;
      if (this.#state === 'live') this.#events.live(this, false);
      this.#state = 'full';
      this.#fullSinceMs = this.#ports.nowMs();
      return;
    }
    this.#after = Math.max(this.#after, upTo);
  }

  /** The sink takes more again. */
  resume(): void {
    if (this.#state !== 'full') return;
    this.#state = 'behind';
    this.evaluate();
  }

  async #readOlder(): Promise<void> {
    let read: Read;
    try {
      read = await this.#ports.readOlder(this.#after, {
        whose: this.filter.whose,
        isWaiting: () => this.#state === 'reading-older',
      });
    } catch (error) {
      this.end(error instanceof Problem && error.code === 'overloaded' ? 'busy' : 'unreachable');
      return;
    }
    if (this.#state !== 'reading-older') return;
    if ('gone' in read) {
      this.#finish({ why: 'gone', detail: read.gone, restart: read.restart });
      return;
    }
    this.#state = 'behind';
    this.#give(
      read.events.filter((event) => takes(this.filter, event)),
      read.next,
    );
    this.evaluate();
  }

  look(): void {
    if (this.#state === 'full') {
      if (this.#ports.nowMs() - this.#fullSinceMs > STUCK_MS) this.end('too-slow');
    } else this.#sink.beat(this.#position);
  }

  /** Whether it was sent away because it may not read on: from `after`, before whatever it may not hear. */
  isRefused(after = this.#position): boolean {
    const problem = this.filter.refusal();
    if (problem !== undefined) this.#finish({ why: 'refused', problem, after });
    return problem !== undefined;
  }

  /** The tail's end, where it stood, leads nowhere any more. */
  lose({ gone, restart }: Gone): void {
    if (this.#state === 'live') this.#finish({ why: 'gone', detail: gone, restart });
  }

  end(why: 'too-slow' | 'busy' | 'stopping' | 'unreachable'): void {
    this.#finish({ why, after: this.#position });
  }

  /** The reader went away by itself. */
  close(): void {
    if (this.#state === 'live') this.#events.live(this, false);
    this.#state = 'ended';
    this.#events.ended(this);
  }

  #finish(end: StreamEnd): void {
    if (this.#state === 'ended') return;
    this.close();
    this.#sink.end(end);
  }
}

/** So that what waits for a slow reader is bounded in bytes, however large events are. */
function* piecesOf(events: readonly Held[]): Generator<readonly Held[]> {
  let piece: Held[] = [];
  let bytes = 0;
  for (const event of events) {
    if (bytes + event.bytes > PIECE_BYTES && piece.length > 0) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(event);
    bytes += event.bytes;
  }
  if (piece.length > 0) yield piece;
}
