/** W3C Trace Context: what is taken for a trace, and what goes on with it. */
import { expect, test } from 'vitest';
import { beginSpan, currentTrace, inTrace, readTraceparent, traceFields, writeTraceparent } from './trace.ts';

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
