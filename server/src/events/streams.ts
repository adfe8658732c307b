/**
 * Streams: readers that are told of each event as it comes.
 *
 * A reader that keeps up is *live*: it hears what concerns it when it is appended. One that does not take more
 * is left alone, with nothing gathered for it: when it takes again, it reads on from where it was, in the tail or
 * where the tail came from, until it is live. One that takes nothing for too long is sent away, and may resume.
 */
import type { Held } from './event.ts';
import { type Filter, keysOfEvent, keysOfFilter, takes } from './filter.ts';
import type { Read, Tail } from './tail.ts';

/** Where a stream's events go. */
export interface Sink {
  /** @returns false where it takes no more until `resume` is called */
  send(events: readonly Held[]): boolean;
  /** Says that all is well although nothing happens. */
  beat(): void;
  /** The last word: why there is nothing more. */
  end(why: StreamEnd): void;
}

export type StreamEnd =
  | { readonly why: 'gone'; readonly detail: string; readonly restart: number }
  | { readonly why: 'too-slow' | 'stopping' | 'unreachable'; readonly after: number };

export interface StreamsPorts {
  readonly tail: Tail;
  /** What the tail does not hold. */
  readOlder(after: number): Promise<Read>;
  nowMs(): number;
}

/** Looked at in one go, so that one that is far behind does not hold up those that are live. */
const PIECE = 500;
const BEAT_MS = 15_000;
/** Who has not taken anything for as long is gone, or asked for more than it can read. */
const STUCK_MS = 30_000;

export class Streams {
  readonly #ports: StreamsPorts;
  readonly #live = new Map<string, Set<Stream>>();
  readonly #all = new Set<Stream>();
  readonly #beat: NodeJS.Timeout;
  readonly #off: () => void;

  constructor(ports: StreamsPorts) {
    this.#ports = ports;
    this.#off = ports.tail.onAppend((events) => this.#appended(events));
    this.#beat = setInterval(() => this.look(), BEAT_MS);
    this.#beat.unref();
  }

  get count(): number {
    return this.#all.size;
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
    for (const stream of this.#all) stream.look();
  }

  stop(): void {
    clearInterval(this.#beat);
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
  /** Everything up to here was given, or did not concern it. Of a live stream, the tail's last. */
  #after: number;
  #fullSinceMs = 0;

  constructor(ports: StreamsPorts, filter: Filter, after: number, sink: Sink, events: StreamEvents) {
    this.#ports = ports;
    this.filter = filter;
    this.#after = after;
    this.#sink = sink;
    this.#events = events;
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
      this.#after = last.position;
      this.#give(found.filter((event) => takes(this.filter, event)));
    }
  }

  /** Live: what was just appended and concerns it. */
  offer(events: readonly Held[]): void {
    if (this.#state !== 'live') return;
    this.#after = events.at(-1)?.position ?? this.#after;
    this.#give(events);
  }

  #give(events: readonly Held[]): void {
    if (events.length === 0 || this.#sink.send(events)) return;
    if (this.#state === 'live') this.#events.live(this, false);
    if (this.#state === 'ended') return;
    this.#state = 'full';
    this.#fullSinceMs = this.#ports.nowMs();
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
      read = await this.#ports.readOlder(this.#after);
    } catch {
      this.end('unreachable');
      return;
    }
    if (this.#state !== 'reading-older') return;
    if ('gone' in read) {
      this.#finish({ why: 'gone', detail: read.gone, restart: read.restart });
      return;
    }
    this.#after = read.next;
    this.#state = 'behind';
    this.#give(read.events.filter((event) => takes(this.filter, event)));
    this.evaluate();
  }

  look(): void {
    if (this.#state === 'full') {
      if (this.#ports.nowMs() - this.#fullSinceMs > STUCK_MS) this.end('too-slow');
    } else this.#sink.beat();
  }

  end(why: 'too-slow' | 'stopping' | 'unreachable'): void {
    this.#finish({ why, after: this.#after });
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
