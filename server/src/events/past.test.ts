/** Reading the past: whoever comes in numbers waits behind himself, and nobody is read for who has left. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Past } from './past.ts';
import type { Read } from './tail.ts';
import { Turns } from './turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Acts that end when they are told to, in the order in which they began. */
function acts() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const act = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const end = async () => {
    ends.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { begun, act, end };
}

describe('turns', () => {
  test('are so many at once, and go round those in whose name others wait', async () => {
    const { begun, act, end } = acts();
    const turns = new Turns({ atOnce: 2, waitingMax: 10 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'c1'])
      void turns.take(name[0] as string, act(name));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['a1', 'a2']);
    for (let i = 0; i < 7; i += 1) await end();
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'a5']);
    void turns.take('d', act('d1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun.at(-1)).toBe('d1');
  });

  test('for which too many wait are refused, with what to do; one that failed is given on', async () => {
    const turns = new Turns({ atOnce: 1, waitingMax: 1 });
    const failed = turns.take('a', () => Promise.reject(new Error('no')));
    const waiting = turns.take('a', async () => 'got');
    await expect(turns.take('b', async () => 'never')).rejects.toMatchObject({ code: 'overloaded' });
    await expect(failed).rejects.toThrow('no');
    expect(await waiting).toBe('got');
  });

  test('that rest leave as much time alone as they took, where others wait', async () => {
    const { begun, act, end } = acts();
    const turns = new Turns({ atOnce: 1, waitingMax: 10, rests: true });
    for (const name of ['a', 'b']) void turns.take(name, act(name));
    await vi.advanceTimersByTimeAsync(40);
    await end();
    await vi.advanceTimersByTimeAsync(39);
    expect(begun).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(40);
    await end();
    void turns.take('c', act('c'));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(['a', 'b', 'c']);
  });
});

test('a thousand at one place are one question; who left is asked nothing for', async () => {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const ask = (after: number): Promise<Read> => {
    asked.push(after);
    return new Promise((resolve) => answers.push(() => resolve({ events: [], next: after + 1 })));
  };
  const past = new Past({ atOnce: 1, waitingMax: 10 }, ask);
  const reader = { whose: 'acme', isWaiting: () => true };
  const first = Array.from({ length: 1_000 }, () => past.read(0, 200, reader));
  const left = past.read(7, 200, { whose: 'acme', isWaiting: () => false });
  const other = past.read(9, 200, { whose: 'other', isWaiting: () => true });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([0]);
  answers[0]?.();
  expect(new Set((await Promise.all(first)).map((read) => 'next' in read && read.next))).toEqual(
    new Set([1]),
  );
  expect(await left).toEqual({ events: [], next: 7 });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([0, 9]);
  answers[1]?.();
  await other;
});
