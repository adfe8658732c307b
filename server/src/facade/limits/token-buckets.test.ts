import { describe, expect, test } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

describe('token buckets', () => {
  test('allow a burst, then a steady pace, and say how long to wait', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 });
    const allowed = [0, 0, 0, 0].map((at) => buckets.take('a', at).isAllowed);
    expect(allowed).toEqual([true, true, true, false]);
    expect(buckets.take('a', 100)).toMatchObject({ isAllowed: false, remaining: 0, resetSeconds: 1 });
    expect(buckets.take('a', 500)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(buckets.take('a', 600).isAllowed).toBe(false);
  });

  test('are owed where something turned out to cost more, up to a burst', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 });
    buckets.spend('a', 2, 0);
    expect(buckets.take('a', 0)).toMatchObject({ isAllowed: true, remaining: 0 });
    buckets.spend('a', 1, 0);
    expect(buckets.look('a', 500).isAllowed).toBe(false);
    expect(buckets.look('a', 1_000).isAllowed).toBe(true);
    buckets.spend('a', 1_000, 1_000);
    expect(buckets.take('a', 1_000)).toMatchObject({ isAllowed: false, resetSeconds: 2 });
    expect(buckets.look('a', 3_000).isAllowed).toBe(true);
  });

  test('are each caller’s own', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 });
    expect(buckets.take('a', 0).isAllowed).toBe(true);
    expect(buckets.take('b', 0).isAllowed).toBe(true);
    expect(buckets.take('a', 0).isAllowed).toBe(false);
  });

  test('never hold more than the burst, however long the rest', () => {
    const buckets = new TokenBuckets({ perSecond: 100, burst: 2 });
    buckets.take('a', 0);
    const allowed = [0, 0, 0].map(() => buckets.take('a', 1e9).isAllowed);
    expect(allowed).toEqual([true, true, false]);
  });

  test('forget who rested longest when there are too many, and nobody who is busy', () => {
    const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 });
    for (let i = 0; i < 9_999; i += 1) buckets.take(`rests-${i}`, 0);
    expect(buckets.take('busy', 1).isAllowed).toBe(true);
    for (let i = 0; i < 5_000; i += 1) buckets.take(`new-${i}`, 2);
    expect(buckets.take('busy', 3).isAllowed).toBe(false);
    expect(buckets.take('rests-0', 3).isAllowed).toBe(true);
  });
});
