/**
 * Trace: which request something belongs to, across doors, links and the books (W3C Trace Context).
 *
 * A request that brings `traceparent`, or any where spans are exported, is carried out inside its trace: logs name it,
 * and calls through the tree take it along. It never reaches a journal: entries are for ever, traces are not.
 *
 *   inTrace(readTraceparent(header), () => log.info('…'))     {"traceId":"4bf9…","spanId":"00f0…","msg":"…"}
 *
 * Where nobody traces, nothing of this runs: on Node 20 each promise costs more from the first trace on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

export interface Trace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: of what is done now. */
  readonly spanId: string;
  /** Bit 0: whoever began it wants its spans. */
  readonly flags: number;
  /** What tracing systems on the way noted for themselves (`tracestate`): passed on as it came. */
  readonly state?: string;
}

/** Something that is being done, from `begin` to `end`. */
export interface Span {
  readonly trace: Trace;
  /** @param problem why it came to nothing; left out where it was done */
  end(attributes?: Attributes, problem?: string): void;
}

export type Attributes = Readonly<Record<string, string | number>>;

/** `asked`: by another program; `asks`: of another one. */
export type SpanKind = 'asked' | 'asks';

/** Where spans go. */
export interface Tracer {
  begin(name: string, kind: SpanKind, parent: Trace | undefined, attributes: Attributes): Span | undefined;
  /** What was not sent yet. */
  stop(): Promise<void>;
}

/** Version 00, or a later one, which begins the same way. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;

/** Of `tracestate`: a key, of one system or of a tenant in it, and what it noted. */
const STATE_MEMBER =
  /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const STATE_MEMBERS_MAX = 32;
const STATE_CHARS_MAX = 2_048;

/** Whoever sends nonsense is not traced, and otherwise served as ever. */
export function readTraceparent(text: unknown): Trace | undefined {
  const found = typeof text === 'string' ? TRACEPARENT.exec(text) : null;
  const [, version, traceId, spanId, flags, more] = found ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & 1 };
}

/** The same with what tracing systems noted beside it, which is left out where it is no list of at most 32 of them. */
export function readTrace(traceparent: unknown, tracestate: unknown): Trace | undefined {
  const trace = readTraceparent(traceparent);
  if (trace === undefined || typeof tracestate !== 'string' || tracestate.length > STATE_CHARS_MAX)
    return trace;
  const members = tracestate.split(',').flatMap((member) => member.trim() || []);
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  const isList = members.length > 0 && members.length <= STATE_MEMBERS_MAX && keys.size === members.length;
  if (!isList || !members.every((member) => STATE_MEMBER.test(member))) return trace;
  return { ...trace, state: members.join(',') };
}

export function writeTraceparent({ traceId, spanId, flags }: Trace): string {
  return `00-${traceId}-${spanId}-0${flags}`;
}

/** As headers of a request, or nothing where there is no trace. */
export function traceHeaders(trace: Trace | undefined): Record<string, string> {
  if (trace === undefined) return {};
  return {
    traceparent: writeTraceparent(trace),
    ...(trace.state === undefined ? {} : { tracestate: trace.state }),
  };
}

/** Goes on with a trace that comes from outside, and begins none. */
const PASSING_ON: Tracer = {
  begin(_name, _kind, parent) {
    if (parent === undefined) return undefined;
    return { trace: { ...parent, spanId: randomBytes(8).toString('hex') }, end: () => undefined };
  },
  stop: async () => undefined,
};

let tracer: Tracer = PASSING_ON;
const inside = new AsyncLocalStorage<Trace>();

/** For the whole program: doors, links and books of one process export to one place. */
export function useTracer(used: Tracer): void {
  tracer = used;
}

/** Whether a request may be worth a span: asked before anything is put together for it. */
export function mayTrace(traceparent: unknown): boolean {
  return traceparent !== undefined || tracer !== PASSING_ON;
}

/** @returns undefined where there is nothing to trace */
export function beginSpan(
  name: string,
  kind: SpanKind,
  parent: Trace | undefined,
  attributes: Attributes = {},
): Span | undefined {
  return tracer.begin(name, kind, parent, attributes);
}

export function inTrace<T>(trace: Trace, act: () => T): T {
  return inside.run(trace, act);
}

export function currentTrace(): Trace | undefined {
  return inside.getStore();
}

/** For each line of the log. */
export function traceFields(): { readonly traceId?: string; readonly spanId?: string } {
  const trace = inside.getStore();
  return trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId };
}
