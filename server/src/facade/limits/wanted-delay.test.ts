import { expect, test } from 'vitest';
import { WantedDelay } from './wanted-delay.ts';

test('a loop that rests though somebody was refused keeps more back, one that never does less, within bounds', () => {
  const delay = new WantedDelay();
  expect(delay.ms).toBe(10);
  delay.learn(0.01, 0.2);
  expect(delay.ms).toBe(10);
  delay.learn(0.2, 0.2);
  expect(delay.ms).toBe(15);
  // It is no less of a crowd where passes take longer than the shortest.
  expect(delay.shortestMs).toBe(10);
  for (let i = 0; i < 100; i += 1) delay.learn(0.2, 0.2);
  expect(delay.ms).toBe(20);
  for (let i = 0; i < 100; i += 1) delay.learn(0, 0.2);
  expect(delay.ms).toBe(10);
});

test('one that does little but refuse takes in more at a time', () => {
  const delay = new WantedDelay();
  for (let i = 0; i < 100; i += 1) delay.learn(0, 0.5);
  expect(delay.ms).toBe(20);
});

test('one slow flush is none of a slow disk, many are', () => {
  const delay = new WantedDelay();
  for (let i = 0; i < 50; i += 1) delay.committed(1);
  delay.committed(40);
  expect(delay.ms).toBeLessThan(25);
  for (let i = 0; i < 50; i += 1) delay.committed(40);
  expect(delay.ms).toBeGreaterThan(150);
  expect(delay.shortestMs).toBe(delay.ms);
});
