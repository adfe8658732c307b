/** Traces on the link: a call through the tree takes its trace along, as `trace` beside what it asks. */
import type { CallResult } from '@tallystick/crdt/host';
import type { Log } from '../log.ts';
import { beginSpan, currentTrace, inTrace, readTrace, type Trace, writeTraceparent } from './trace.ts';

/** @param ask makes the call, with this body */
export function callInTrace(
  target: string,
  body: object,
  ask: (body: object) => Promise<CallResult>,
): Promise<CallResult> {
  const parent = currentTrace();
  if (parent === undefined) return ask(body);
  const span = beginSpan(`${nameOf(body)} of ${target}`, 'asks', parent, { 'tallystick.target': target });
  if (span === undefined) return ask(body);
  return ask({ ...body, trace: written(span.trace) }).then((result) => {
    span.end({}, result.ok ? undefined : result.code);
    return result;
  });
}

/**
 * Carries out a call in the trace that it brought, if any.
 * @param body JSON from afar, hostile until `serve` has parsed it: here only `trace` is read, and taken out
 */
export async function servedInTrace(
  body: unknown,
  log: Log,
  serve: (body: unknown) => Promise<CallResult>,
): Promise<CallResult> {
  if (typeof body !== 'object' || body === null || !('trace' in body)) return serve(body);
  const { trace, ...asked } = body;
  const [traceparent, tracestate] = typeof trace === 'string' ? split(trace) : [];
  const parent = readTrace(traceparent, tracestate);
  const name = nameOf(asked);
  const span = parent && beginSpan(name, 'asked', parent, { 'tallystick.call': name });
  if (span === undefined) return serve(asked);
  return inTrace(span.trace, async () => {
    const startMs = performance.now();
    const result = await serve(asked);
    const code = result.ok ? undefined : result.code;
    span.end({}, code);
    log.debug({ call: name, code, ms: Math.round(performance.now() - startMs) }, 'served');
    return result;
  });
}

/** Both headers in one text, a space between: an older release takes one that has more for no trace. */
function written(trace: Trace): string {
  return trace.state === undefined ? writeTraceparent(trace) : `${writeTraceparent(trace)} ${trace.state}`;
}

function split(text: string): readonly (string | undefined)[] {
  const at = text.indexOf(' ');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** What it may be called in a log: the names of calls are short words. */
function nameOf(body: object): string {
  const { call } = body as { call?: unknown };
  return typeof call === 'string' && /^[a-z][a-z.-]{0,39}$/.test(call) ? call : 'unknown';
}
