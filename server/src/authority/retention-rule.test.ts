import { ConfigError } from '@tallystick/store-agent';
import { expect, test } from 'vitest';
import { DEFAULT_RETENTION, readRetention } from './retention-rule.ts';

test('what a rule leaves out is as without one; people are forgotten only where it says so', () => {
  expect(readRetention('{}')).toEqual(DEFAULT_RETENTION);
  expect(DEFAULT_RETENTION).toEqual({ eventsDays: 14, deliveriesDays: 14 });
  expect(readRetention('{"customersDays":730}')).toEqual({ ...DEFAULT_RETENTION, customersDays: 730 });
});

test.each([
  '',
  'two years',
  '[]',
  '{"eventsDays":3}',
  '{"customersDays":0}',
  '{"customerDays":9}',
  '{"eventsDays":"14"}',
])('%s is refused in words', (text) => {
  expect(() => readRetention(text)).toThrow(ConfigError);
  expect(() => readRetention(text)).toThrow(/^--retention/);
});
