/**
 * The feed of events, as an async iterable that goes on by itself.
 *
 * A stream that ends or breaks is opened again behind the last event that was handed out: nothing is missed and
 * nothing comes twice. Nothing is read ahead beyond what the network holds: a loop body that takes long makes the
 * region wait, and after a while it lets go and is asked again.
 */
import { TallystickError } from '../error.ts';
import type { components, webhooks } from '../generated/openapi.ts';
import type { Ports } from '../ports.ts';
import { searchOf } from '../rest/rest.ts';
import { backOffMs } from '../rest/retry.ts';
import { isProblem, problemError, type Request, type Transport } from '../rest/transport.ts';
import { readSse } from './sse.ts';

type EventOf<T extends keyof webhooks> = webhooks[T] extends {
  post: { requestBody: { content: { 'application/json': { data?: infer D } } } };
}
  ? Omit<components['schemas']['Event'], 'type' | 'data'> & {
      readonly type: T;
      readonly data: Exclude<D, undefined>;
    }
  : never;

/** The types of events, such as `order.settled`. */
export type EventType = keyof webhooks;

/** Something that happened, as a CloudEvent 1.0: `switch` on `type`, and `data` is of that type. `id` is its position. */
export type TallystickEvent<T extends EventType = EventType> = { [K in T]: EventOf<K> }[T];

/** Which events: values of one kind are alternatives, kinds narrow each other. At most 100 values a kind. */
export interface EventFilter<T extends EventType = EventType> {
  /** Of the event, such as `order.settled`. */
  readonly type?: T | readonly T[];
  /** The product that it is about. */
  readonly sku?: string | readonly string[];
  /** The place that it is about. */
  readonly location?: string | readonly string[];
  /** The order that it is about. */
  readonly order?: string | readonly string[];
}

/** Where to begin, and when to end. */
export interface EventOptions {
  /** The `id` of the last event that you have dealt with; `'0'` for all that are kept. Without it, from now on. */
  readonly after?: string;
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal;
}

/** What stands behind the events of one stream. */
export interface StreamWatch {
  /** The stream is open, or has broken off, and why. What ends the loop is not told here. */
  onLink?(isUp: boolean, why?: TallystickError): void;
  /** The place behind which reading goes on. */
  onPosition?(after: string): void;
}

/** A region says something every 15 s; a line that is silent for so long is dead. */
const SILENT_MS = 45_000;

/** Nobody who follows is away for longer than this once the region is back. */
const WAIT_MS_MAX = 60_000;

export async function* followEvents(
  transport: Transport,
  ports: Ports,
  filter: EventFilter,
  options: EventOptions,
  watch: StreamWatch = {},
): AsyncGenerator<TallystickEvent, void, void> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  let after = options.after;
  let failures = 0;
  let wasOpen = false;
  try {
    while (!signal.aborted) {
      const silence = new Silence(signal);
      let why: TallystickError;
      try {
        after ??= await positionNow(transport, silence.signal);
        watch.onPosition?.(after);
        const response = await transport.open(requestOf(filter, after, silence.signal));
        if (response.body === null || !isStream(response)) {
          await response.body?.cancel();
          throw new TallystickError('unexpected_answer', 'What answered sends no events.', {
            status: response.status,
          });
        }
        wasOpen = true;
        silence.heard();
        watch.onLink?.(true);
        for await (const { event, data, id } of readSse(response.body, silence.signal)) {
          silence.heard();
          failures = 0;
          if (event === 'end') throw endOf(data);
          if (id === '') continue;
          // Up to there nothing is left to be told, however long ago the last event was.
          if (event === 'status') {
            after = id;
            watch.onPosition?.(id);
          }
          if (event !== 'message') continue;
          const parsed = JSON.parse(data) as TallystickEvent;
          // While the loop's body runs nobody reads: that is no silence of the line.
          silence.pause();
          yield parsed;
          after = id;
          watch.onPosition?.(id);
          silence.heard();
        }
        if (signal.aborted) return;
        why = new TallystickError('region_unreachable', 'The stream ended.');
      } catch (error) {
        if (signal.aborted) return;
        why = wasOpen ? backAgain(errorOf(error)) : errorOf(error);
        if (!why.retryable) throw why;
      } finally {
        silence.end();
      }
      watch.onLink?.(false, why);
      failures += 1;
      const waitMs = Math.min(why.retryAfterMs ?? backOffMs(failures, ports.random()), WAIT_MS_MAX);
      await ports.wait(waitMs, signal).catch(() => {});
    }
  } finally {
    stop.abort();
  }
}

/** Where the feed ends now: whoever begins there misses nothing, however late the stream opens. */
async function positionNow(transport: Transport, signal: AbortSignal): Promise<string> {
  const { text } = await transport.send({
    method: 'GET',
    path: '/v1/events',
    search: '?limit=1',
    headers: { accept: 'application/json' },
    body: undefined,
    signal,
  });
  const said = JSON.parse(text) as { next?: unknown };
  if (typeof said.next === 'string') return said.next;
  throw new TallystickError('unexpected_answer', 'The list of events does not say where it ends.');
}

function requestOf(filter: EventFilter, after: string, signal: AbortSignal): Request {
  const { type, sku, location, order } = filter;
  return {
    method: 'GET',
    path: '/v1/events',
    search: searchOf({ type, sku, location, order }),
    headers: { accept: 'text/event-stream', 'last-event-id': after },
    body: undefined,
    signal,
  };
}

function endOf(data: string): TallystickError {
  const problem: unknown = JSON.parse(data);
  // A token that ends takes its stream along. It is opened again with another one, or refused then.
  if (!isProblem(problem) || problem.code === 'unauthenticated')
    return new TallystickError('region_unreachable', 'The stream ended.');
  return problemError(problem);
}

function isStream({ headers }: Response): boolean {
  return /^text\/event-stream\b/.test(headers.get('content-type') ?? '');
}

/** Where a region was, something else answers now, such as a network that wants somebody to sign in: it is waited for. */
export function backAgain(why: TallystickError): TallystickError {
  if (why.code !== 'unexpected_answer') return why;
  const message = 'Something else answers in the place of the region.';
  return new TallystickError('region_unreachable', message, { cause: why });
}

/** What breaks a line is the line's; a stream of something else is no stream of events. */
function errorOf(error: unknown): TallystickError {
  if (error instanceof TallystickError) return error;
  if (error instanceof SyntaxError || error instanceof RangeError)
    return new TallystickError('unexpected_answer', 'The stream is none of events.', { cause: error });
  return new TallystickError('region_unreachable', 'The stream broke off.', { cause: error });
}

/** Ends a line that nothing comes over any more: a network that went away says nothing of it. */
class Silence {
  readonly #stop = new AbortController();
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#stop.signal]);
    this.heard();
  }

  heard(): void {
    this.pause();
    this.#timer = setTimeout(() => this.#stop.abort(), SILENT_MS);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Whatever is still open is let go. */
  end(): void {
    this.pause();
    this.#stop.abort();
  }
}
