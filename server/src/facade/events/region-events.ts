/**
 * The feed at a region: a tail of its own, filled over the link, from which all its readers are served. While the
 * authority is away it goes on serving what it has, and says how old that is.
 */
import type { Agent } from '@tallystick/store-agent';
import { Past, type PastReader } from '../../events/past.ts';
import { Streams } from '../../events/streams.ts';
import { type Read, Tail } from '../../events/tail.ts';
import { fromWire, WIRE_EVENTS_MAX } from '../../events/wire-events.ts';
import { askAuthority } from '../ask-authority.ts';

/** How long the authority keeps a question for which it has nothing yet; each answer says that it is there. */
const ASK_WAIT_MS = 5_000;
/** At once, and still the tail's own question: where it stands tells the authority how far the feed once was. */
const OWN_WAIT_MS = 1;
/** On top of that, for the way. */
const PATIENCE_MS = 5_000;
/** Read at once for a stream that is further behind than the tail: what it does not take is read again. */
const OLDER_EVENTS = 200;
/** Kept by a region that nobody reads, should the authority be away when somebody does; in busy trade each look brings all anew. */
const GLANCE_EVENTS = 50;
/** As many as keep the authority answering while the answers before are read; all readers may wait at once. */
const PAST = { atOnce: 4, waitingMax: 5_000 };

interface Asked {
  readonly after: number | undefined;
  readonly limit?: number;
  /** The newest alone, where there are more. */
  readonly newest?: boolean;
  readonly waitMs?: number;
}

export interface FeedStatus {
  /** Nothing up to here is left to be told: to be sent as `after`. */
  readonly next: string;
  /** When the authority last said that these are all. */
  readonly asOf: string | null;
  readonly isConnected: boolean;
}

export class RegionEvents {
  readonly tail: Tail;
  readonly streams: Streams;
  readonly #agent: Agent;
  readonly #past: Past;

  constructor(agent: Agent) {
    this.#agent = agent;
    const read = (after: number | undefined, waits: boolean) =>
      this.#ask({ after, waitMs: waits ? ASK_WAIT_MS : OWN_WAIT_MS });
    const glance = (after: number | undefined) => this.#ask({ after, limit: GLANCE_EVENTS, newest: true });
    this.tail = new Tail({ read, glance }, agent.log);
    this.#past = new Past(PAST, (after, limit) => this.#ask({ after, limit }));
    this.streams = new Streams({
      tail: this.tail,
      readOlder: (after, reader) => this.readOlder(after, reader, OLDER_EVENTS),
      nowMs: () => performance.now(),
    });
  }

  start(): void {
    this.tail.start();
  }

  stop(): void {
    this.streams.stop();
    this.tail.stop();
  }

  /** @throws Problem where the authority cannot be reached, or too many read the past already */
  readOlder(after: number, reader: PastReader, limit = WIRE_EVENTS_MAX): Promise<Read> {
    return this.#past.read(after, limit, reader);
  }

  async #ask({ after, limit = WIRE_EVENTS_MAX, newest = false, waitMs = 0 }: Asked): Promise<Read> {
    const call = { call: 'events.read', after, limit, newest, waitMs };
    return fromWire(await askAuthority(this.#agent, call, waitMs + PATIENCE_MS));
  }

  /** @param at up to where whoever is told of it has read */
  status(at: number): FeedStatus {
    const { heardAtMs, isConnected } = this.tail;
    return {
      next: String(at),
      asOf: heardAtMs === undefined ? null : new Date(heardAtMs).toISOString(),
      isConnected: isConnected && this.#agent.host.parent?.state === 'up',
    };
  }
}
