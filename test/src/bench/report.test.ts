import { expect, test } from 'vitest';
import { jsonLines, notes, short, table, targetLines } from './report.ts';
import { type Result, ratio, type Target } from './target.ts';

const same = (n: number) => ({ median: n, min: n, max: n });
const FAST: Result = {
  name: 'http',
  perSecond: { median: 12_345.6, min: 12_000, max: 13_000 },
  p50Ms: same(1.25),
  p99Ms: same(3),
  note: 'ours',
};
const SLOW: Result = { name: 'pg-best', perSecond: same(1_000), p50Ms: same(32), p99Ms: same(100), note: '' };
const REDIS = { name: 'redis', absent: 'there is no redis-server on the PATH' };

test('the table has medians and their spread, in columns', () => {
  expect(table([FAST, SLOW, { name: 'memory', note: '' }])).toBe(
    `  case     a second  lowest to highest  p50 ms  p99 ms
  http       12,346   12,000 to 13,000    1.25       3
  pg-best     1,000     1,000 to 1,000      32     100
  memory
`,
  );
});

test('processor time stands in the table where a bench tells it', () => {
  expect(table([{ ...SLOW, serverMicros: same(38.25), loadMicros: same(61) }, FAST])).toBe(
    `  case     a second  lowest to highest  p50 ms  p99 ms  server µs  load µs
  pg-best     1,000     1,000 to 1,000      32     100       38.3       61
  http       12,346   12,000 to 13,000    1.25       3
`,
  );
});

test('a line of JSON has the medians, and null where nothing was measured', () => {
  expect(jsonLines('orders', [FAST], [REDIS])).toEqual([
    { bench: 'orders', case: 'http', perSecond: 12_345.6, p50Ms: 1.25, p99Ms: 3, note: 'ours' },
    {
      bench: 'orders',
      case: 'redis',
      perSecond: null,
      p50Ms: null,
      p99Ms: null,
      note: 'absent: there is no redis-server on the PATH',
    },
  ]);
});

test('what is absent is said with its reason', () => {
  expect(notes([FAST], [REDIS])).toBe(
    '  http: ours\n  redis: absent: there is no redis-server on the PATH\n',
  );
});

test('a target is met, missed, or not measured', () => {
  const late: Target = { text: 'p99', bound: 2, is: 'at most', value: () => 2.5 };
  const said = targetLines(
    [ratio('http', 'pg-best', 12), ratio('http', 'pg-best', 13), ratio('http', 'redis', 3), late],
    [FAST, SLOW],
  );
  expect(said).toBe(
    `  http against pg-best: 12.3, asked at least 12: met
  http against pg-best: 12.3, asked at least 13: MISSED
  http against redis: not measured (asked: at least 3)
  p99: 2.5, asked at most 2: MISSED
`,
  );
});

test('numbers keep three digits that count', () => {
  expect([0.12345, 1.5, 20, 99.96, 999.4, 999.7, 1_000, 1_234_567].map(short)).toEqual([
    '0.123',
    '1.5',
    '20',
    '100',
    '999',
    '1,000',
    '1,000',
    '1,234,567',
  ]);
});
