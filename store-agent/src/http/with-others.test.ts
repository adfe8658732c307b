import { expect, test } from 'vitest';
import { withOthers } from './with-others.ts';

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
