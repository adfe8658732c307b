import { expect, test } from 'vitest';
import { WantedDelay } from './wanted-delay.ts';

test('a loop that rests though somebody was refused keeps more back, one that never does less, within bounds', () => {
  const delay = new WantedDelay();
  expect(delay.ms).toBe(5);
  delay.learn(0.01, 0.3);
  expect(delay.ms).toBe(5);
  delay.learn(0.2, 0.3);
  expect(delay.ms).toBe(10);
  // What is a crowd does not depend on it.
  expect(delay.crowdMs).toBe(10);
  for (let i = 0; i < 100; i += 1) delay.learn(0.2, 0.3);
  expect(delay.ms).toBe(20);
  for (let i = 0; i < 100; i += 1) delay.learn(0, 0.3);
  expect(delay.ms).toBe(5);
});

test('one that does little but refuse takes in more at a time, and not before that has lasted', () => {
  const delay = new WantedDelay();
  for (let i = 0; i < 3; i += 1) delay.learn(0, 0.6);
  expect(delay.ms).toBe(8);
  for (let i = 0; i < 100; i += 1) delay.learn(0, 0.6);
  expect(delay.ms).toBe(20);
});

test('one slow flush is none of a slow disk, many are', () => {
  const delay = new WantedDelay();
  for (let i = 0; i < 50; i += 1) delay.committed(1);
  delay.committed(40);
  expect(delay.ms).toBeLessThan(25);
  for (let i = 0; i < 50; i += 1) delay.committed(40);
  expect(delay.ms).toBeGreaterThan(150);
  expect(delay.crowdMs).toBe(delay.ms);
});
