import { createLog } from '@tallystick/store-agent';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CartFile, Saved } from './cart-file.ts';
import type { LiveCart } from './live-cart.ts';
import { Turns } from './turns.ts';

const UPDATE = new Uint8Array([0, 0]);
/** Longer than any pause. */
const LATER_MS = 100;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance'], now: 1_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** How many updates each commit brought, and a disk that is done with a flush when it is told so. */
function onDisk() {
  const commits: number[] = [];
  const flushes: (() => void)[] = [];
  const file = {
    commit: ({ updates }: Saved) => commits.push(updates.length),
    flush: () => new Promise<void>((done) => flushes.push(done)),
  };
  const turns = new Turns({
    file: file as unknown as CartFile,
    log: createLog('eu', 'silent'),
    nowMs: () => 0,
    saved: () => {},
  });
  const told: string[] = [];
  const cart = (id: string) =>
    ({
      id,
      turns: 0,
      isPressed: false,
      listeners: new Set([{ send: () => told.push(id), end: () => {} }]),
      kept: () => {},
      whole: () => undefined,
      look: () => false,
    }) as unknown as LiveCart;
  const flushed = async () => {
    flushes.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { turns, cart, commits, told, flushed };
}

test('who edits alone waits for no pause', async () => {
  const { turns, cart, commits, told, flushed } = onDisk();
  for (const id of ['a', 'b', 'c']) {
    turns.add(cart(id), UPDATE);
    await vi.advanceTimersByTimeAsync(0);
    await flushed();
  }
  expect(commits).toEqual([1, 1, 1]);
  expect(told).toEqual(['a', 'b', 'c']);
});

test('where turns are shared, what comes during the pause after a flush shares the next one', async () => {
  const { turns, cart, commits, told, flushed } = onDisk();
  for (const id of ['a', 'b']) turns.add(cart(id), UPDATE);
  await vi.advanceTimersByTimeAsync(0);
  turns.add(cart('c'), UPDATE);
  await flushed();
  // What is on disk is told at once; what came since waits.
  expect(told).toEqual(['a', 'b']);
  expect(commits).toEqual([2]);
  turns.add(cart('d'), UPDATE);
  await vi.advanceTimersByTimeAsync(LATER_MS);
  expect(commits).toEqual([2, 2]);
  await flushed();
  expect(told).toEqual(['a', 'b', 'c', 'd']);
});

test('a slow flush is its own pause: what came meanwhile is written when it ends', async () => {
  const { turns, cart, commits, flushed } = onDisk();
  for (const id of ['a', 'b']) turns.add(cart(id), UPDATE);
  await vi.advanceTimersByTimeAsync(0);
  turns.add(cart('c'), UPDATE);
  await vi.advanceTimersByTimeAsync(LATER_MS);
  expect(commits).toEqual([2]);
  await flushed();
  expect(commits).toEqual([2, 1]);
});

test('what is written out of turn during the pause is flushed at once', async () => {
  const { turns, cart, commits, told, flushed } = onDisk();
  for (const id of ['a', 'b']) turns.add(cart(id), UPDATE);
  await vi.advanceTimersByTimeAsync(0);
  await flushed();
  turns.add(cart('c'), UPDATE);
  turns.write();
  await flushed();
  expect(commits).toEqual([2, 1]);
  expect(told).toEqual(['a', 'b', 'c']);
});
