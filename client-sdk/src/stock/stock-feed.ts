/**
 * Stock feed: one stream of levels for all products that a client watches, however many there are.
 *
 * A browser opens few connections to one host, and a page of a shop shows dozens of products. So there is one
 * stream, opened anew from its own place when the set of products changes; nothing is missed in between. The level
 * of a product is read once, after the place from which events are followed is known.
 */
import { TallystickError } from '../error.ts';
import { backAgain, followEvents, type TallystickEvent } from '../events/events.ts';
import type { components } from '../generated/openapi.ts';
import type { Ports } from '../ports.ts';
import type { Rest } from '../rest/rest.ts';
import type { Transport } from '../rest/transport.ts';

/** Somebody who wants to know the level of one product. */
export interface StockReader {
  readonly sku: string;
  onRead(stock: components['schemas']['Stock']): void;
  onEvent(event: TallystickEvent<'stock.level_changed'>): void;
  /** Whether what is known is kept up to date from here on; why not, where it is not. */
  onLink(isUp: boolean, why?: TallystickError): void;
}

export interface StockFeedPorts {
  readonly transport: Transport;
  readonly rest: Rest;
  readonly ports: Ports;
  /** The stream is open, or is not any more. */
  onChange(): void;
}

/** As many as a region takes in one filter. Who watches more hears of all products. */
const FILTER_SKUS_MAX = 100;
/** A page that shows a list asks for all of it in one go. */
const GATHER_MS = 10;
/** Pages that are left and opened, and components that are drawn anew, keep their stream. */
const LINGER_MS = 1_000;

export class StockFeed {
  readonly #ports: StockFeedPorts;
  /** By product; one has several where more products were asked for than are remembered. */
  readonly #readers = new Map<string, Set<StockReader>>();
  /** Those that may be back in a moment: they are told what happens until then. */
  readonly #leaving = new Set<StockReader>();
  /** Those whose level was read since the stream's place is known. */
  readonly #read = new Set<StockReader>();
  #stop: AbortController | undefined;
  /** Those that the stream was opened for. */
  #followed: ReadonlySet<string> = new Set();
  #after: string | undefined;
  #isUp = false;
  #wasUp = false;
  /** It has failed as a whole, and is tried again. */
  #isAway = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(ports: StockFeedPorts) {
    this.#ports = ports;
  }

  /** Whether the stream is open, or none is wanted. */
  get isUp(): boolean {
    return this.#isUp || (this.#stop === undefined && !this.#isAway);
  }

  add(reader: StockReader): void {
    if (this.#isClosed) throw new TallystickError('closed', 'The client was closed.');
    this.#leaving.delete(reader);
    const readers = this.#readers.get(reader.sku) ?? new Set();
    this.#readers.set(reader.sku, readers.add(reader));
    this.#schedule(GATHER_MS);
  }

  remove(reader: StockReader): void {
    if (this.#isClosed) return;
    this.#leaving.add(reader);
    this.#schedule(LINGER_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#readers.clear();
    clearTimeout(this.#timer);
    this.#end();
  }

  /** The set of readers has changed: looks at it once, a moment later. */
  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#evaluate(), ms);
  }

  #evaluate(): void {
    for (const reader of this.#leaving) {
      const readers = this.#readers.get(reader.sku);
      readers?.delete(reader);
      if (readers?.size === 0) this.#readers.delete(reader.sku);
      this.#read.delete(reader);
    }
    this.#leaving.clear();
    if (this.#readers.size === 0) {
      this.#end();
      return;
    }
    const skus = [...this.#readers.keys()];
    if (
      this.#stop !== undefined &&
      skus.length === this.#followed.size &&
      skus.every((sku) => this.#followed.has(sku))
    ) {
      if (this.#isUp) this.#readRest(this.#stop.signal);
      return;
    }
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#followed = new Set(skus);
    void this.#follow(skus, stop.signal).catch((error) => this.#failed(error, stop.signal));
  }

  #end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#after = undefined;
    this.#read.clear();
    this.#isUp = false;
    this.#isAway = false;
    this.#ports.onChange();
  }

  async #follow(skus: readonly string[], signal: AbortSignal): Promise<void> {
    const { transport, ports } = this.#ports;
    const filter = {
      type: 'stock.level_changed' as const,
      ...(skus.length > FILTER_SKUS_MAX ? {} : { sku: skus }),
    };
    const after = this.#after === undefined ? {} : { after: this.#after };
    const events = followEvents(
      transport,
      ports,
      filter,
      { signal, ...after },
      {
        onLink: (isUp, why) => {
          if (signal.aborted) return;
          this.#tell(isUp, why);
          if (isUp) this.#readRest(signal);
        },
        onPosition: (position) => {
          if (!signal.aborted) this.#after = position;
        },
      },
    );
    for await (const event of events) {
      if (signal.aborted) return;
      const { data } = event as TallystickEvent<'stock.level_changed'>;
      for (const reader of this.#readers.get(data.sku) ?? [])
        reader.onEvent(event as TallystickEvent<'stock.level_changed'>);
    }
  }

  #readRest(signal: AbortSignal): void {
    void this.#readAll(signal).catch((error) => this.#failed(error, signal));
  }

  /** Each product once: events say the rest. */
  async #readAll(signal: AbortSignal): Promise<void> {
    for (const [sku, all] of this.#readers) {
      const readers = [...all].filter((reader) => !this.#read.has(reader));
      if (readers.length === 0) continue;
      const stock = await this.#ports.rest
        .get('/v1/inventory/{sku}', { path: { sku }, signal })
        .catch((error) => {
          if (error instanceof TallystickError && error.code === 'unknown_sku') {
            for (const reader of readers) reader.onLink(false, error);
            return undefined;
          }
          throw error;
        });
      if (signal.aborted) return;
      if (stock === undefined) continue;
      for (const reader of readers) {
        this.#read.add(reader);
        reader.onRead(stock);
      }
    }
  }

  #tell(isUp: boolean, why?: TallystickError): void {
    this.#isUp = isUp;
    this.#wasUp ||= isUp;
    if (isUp) this.#isAway = false;
    for (const readers of this.#readers.values()) for (const reader of readers) reader.onLink(isUp, why);
    this.#ports.onChange();
  }

  /** What following by itself could not mend. */
  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const said =
      error instanceof TallystickError
        ? error
        : new TallystickError('unexpected_answer', 'The levels could not be read.', { cause: error });
    const why = this.#wasUp ? backAgain(said) : said;
    this.#stop?.abort();
    this.#stop = undefined;
    this.#isAway = why.code === 'position_gone' || why.retryable;
    this.#tell(false, why);
    if (!this.#isAway) return;
    // Levels are states: read anew they are whole again, whatever was told meanwhile.
    this.#after = undefined;
    this.#read.clear();
    this.#schedule(AGAIN_MS);
  }
}

/** Between two tries of what has failed as a whole; the calls in it have tried for longer already. */
const AGAIN_MS = 2_000;
