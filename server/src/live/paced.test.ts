/** Paced sockets: who says too much is read later, and so are all who say it about the same cart. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TokenBuckets } from '../facade/limits/token-buckets.ts';
import { type LiveSocket, Paced } from './paced.ts';

class Socket extends EventEmitter {
  readonly readyState = 1;
  readonly bufferedAmount = 0;
  isPaused = false;
  closed: number | undefined;

  send(): void {}
  ping(): void {}
  terminate(): void {}

  close(code: number): void {
    this.closed = code;
    this.emit('close', code);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function devices(count: number) {
  const own = new TokenBuckets({ perSecond: 10, burst: 15 });
  const shared = new TokenBuckets({ perSecond: 10, burst: 20 });
  return Array.from({ length: count }, (_, i) => {
    const socket = new Socket();
    const paces = [
      { buckets: own, name: String(i) },
      { buckets: shared, name: 'cart' },
    ];
    const paced = new Paced(socket as unknown as LiveSocket, paces, () => Date.now());
    const done: number[] = [];
    return { socket, paced, done, say: (nr: number) => paced.heard(() => done.push(nr)) };
  });
}

test('all that the devices of one cart say together is done at the pace of the cart, in the order of each', () => {
  const [a, b] = devices(2) as [ReturnType<typeof devices>[0], ReturnType<typeof devices>[0]];
  for (const device of [a, b]) for (let nr = 0; nr < 30; nr += 1) device.say(nr);
  const done = () => a.done.length + b.done.length;
  expect([a.done.length, b.done.length], 'its own burst, and what is left of the cart’s').toEqual([15, 5]);
  expect([a.socket.isPaused, b.socket.isPaused]).toEqual([true, true]);
  vi.advanceTimersByTime(1_000);
  expect(done()).toBeLessThanOrEqual(31);
  vi.advanceTimersByTime(1_000);
  expect(done()).toBeLessThanOrEqual(41);
  vi.advanceTimersByTime(10_000);
  const all = Array.from({ length: 30 }, (_, nr) => nr);
  expect([a.done, b.done]).toEqual([all, all]);
  expect([a.socket.isPaused, b.socket.isPaused]).toEqual([false, false]);
});

test('what waits is not done after the connection was ended, and is bounded', () => {
  const [a, b] = devices(2) as [ReturnType<typeof devices>[0], ReturnType<typeof devices>[0]];
  for (let nr = 0; nr < 30; nr += 1) a.say(nr);
  a.paced.end();
  vi.advanceTimersByTime(60_000);
  expect(a.done).toHaveLength(15);
  for (let nr = 0; nr < 20_000; nr += 1) b.say(nr);
  expect(b.socket.closed).toBe(1013);
  vi.advanceTimersByTime(60_000);
  expect(b.done).toHaveLength(15);
});
