import { expect, test, vi } from 'vitest';
import { letOut, withOthers } from './with-others.ts';

const pass = () => new Promise((resolve) => setImmediate(resolve));

test('what comes in one pass goes out at its end, in order; the next pass has its own', async () => {
  const written: number[] = [];
  for (let i = 0; i < 5; i += 1) withOthers(() => written.push(i));
  expect(written).toEqual([]);
  await pass();
  expect(written).toEqual([0, 1, 2, 3, 4]);
  withOthers(() => written.push(5));
  await pass();
  expect(written).toHaveLength(6);
});

test('where many are there nobody waits for the end of the pass', async () => {
  const written: number[] = [];
  for (let i = 0; i < 40; i += 1) withOthers(() => written.push(i));
  expect(written).toHaveLength(32);
  await pass();
  expect(written).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test('what is answered while others are written has the next turn', async () => {
  const written: string[] = [];
  withOthers(() => {
    written.push('first');
    withOthers(() => written.push('third'));
  });
  withOthers(() => written.push('second'));
  await pass();
  await pass();
  expect(written).toEqual(['first', 'second', 'third']);
});

test('whoever is about to work lets out what waits, once', async () => {
  const written: number[] = [];
  for (let i = 0; i < 3; i += 1) withOthers(() => written.push(i));
  letOut();
  expect(written).toEqual([0, 1, 2]);
  letOut();
  await pass();
  expect(written).toHaveLength(3);
});

test('nobody waits longer for others that come than for so long', () => {
  const written: number[] = [];
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  withOthers(() => written.push(0));
  now.mockReturnValue(1_000.4);
  withOthers(() => written.push(1));
  expect(written).toEqual([]);
  now.mockReturnValue(1_000.6);
  withOthers(() => written.push(2));
  expect(written).toEqual([0, 1, 2]);
  now.mockRestore();
});

test('one that fails keeps none of the others back, and is heard of', () => {
  const written: number[] = [];
  const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {});
  withOthers(() => written.push(0));
  withOthers(() => {
    throw new Error('no socket');
  });
  withOthers(() => written.push(2));
  letOut();
  expect(written).toEqual([0, 2]);
  const [said] = later.mock.calls[0] as [() => void];
  expect(said).toThrow('no socket');
  later.mockRestore();
});
