/** W3C Trace Context: what is taken for a trace, and what goes on with it. */
import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { callInTrace, servedInTrace } from './call.ts';
import {
  beginSpan,
  currentTrace,
  inTrace,
  readTrace,
  readTraceparent,
  traceFields,
  traceHeaders,
  writeTraceparent,
} from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const HEADER = `00-${TRACE}-${SPAN}-01`;

test('a trace is read and written as the recommendation has it', () => {
  expect(readTraceparent(HEADER)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 });
  expect(writeTraceparent({ traceId: TRACE, spanId: SPAN, flags: 0 })).toBe(`00-${TRACE}-${SPAN}-00`);
  expect(readTraceparent(`cc-${TRACE}-${SPAN}-01-what-later-versions-say`)).toMatchObject({ traceId: TRACE });
  expect(readTraceparent(`00-${TRACE}-${SPAN}-ff`), 'unknown flags are dropped').toMatchObject({ flags: 1 });
});

test.each([
  undefined,
  null,
  7,
  '',
  'nonsense',
  [HEADER, HEADER],
  `${HEADER}, ${HEADER}`,
  HEADER.toUpperCase(),
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}`,
  `${HEADER}\n`,
  `cc-${TRACE}-${SPAN}-01-${'x'.repeat(10_000)}`,
])('%j is no trace', (text) => {
  expect(readTraceparent(text)).toBeUndefined();
});

test('what tracing systems noted goes on as it came, through a call too', async () => {
  const state = 'congo=t61rcWkgMzE,fw529a3039@dt=FfAA-;x: y';
  const trace = readTrace(HEADER, ` ${state.replace(',', ' ,\t, ')}`);
  expect(trace).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1, state });
  if (trace === undefined) throw new Error('it is one');
  expect(traceHeaders(trace)).toEqual({ traceparent: HEADER, tracestate: state });
  expect(traceHeaders(undefined)).toEqual({});
  let asked: object = {};
  await inTrace(trace, () =>
    callInTrace('authority', { call: 'why' }, async (body) => {
      asked = body;
      return { ok: true, value: null };
    }),
  );
  let served: unknown;
  const answer = await servedInTrace(asked, createLog('eu', 'silent'), async (body) => {
    served = [body, currentTrace()?.state, currentTrace()?.traceId];
    return { ok: true, value: null };
  });
  expect([answer.ok, served]).toEqual([true, [{ call: 'why' }, state, TRACE]]);
});

test.each([
  ['nothing', ''],
  ['no list', 'nonsense'],
  ['a key of capitals', 'Congo=1'],
  ['a key twice', 'a=1,a=2'],
  ['a line end', 'a=1\nb=2'],
  ['too many', Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')],
  ['too long', `a=${'x'.repeat(3_000)}`],
  ['several headers', ['a=1', 'b=2']],
])('a tracestate that is %s is left out, and the trace goes on', (_, state) => {
  expect(readTrace(HEADER, state)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 });
});

test('without a collector a trace from outside goes on, and none begins', () => {
  expect(beginSpan('a call', 'asked', undefined)).toBeUndefined();
  const span = beginSpan('a call', 'asked', readTraceparent(HEADER));
  expect(span?.trace).toMatchObject({ traceId: TRACE, flags: 1 });
  expect(span?.trace.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(span?.trace.spanId).not.toBe(SPAN);
});

test('what is done in a trace knows it, however late, and nothing else does', async () => {
  const trace = readTraceparent(HEADER);
  if (trace === undefined) throw new Error('it is one');
  expect(traceFields()).toEqual({});
  const later = inTrace(trace, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return currentTrace();
  });
  expect(currentTrace()).toBeUndefined();
  expect(await later).toEqual(trace);
  expect(inTrace(trace, traceFields)).toEqual({ traceId: TRACE, spanId: SPAN });
});
