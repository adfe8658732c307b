import { expect, test } from 'vitest';
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Input } from './turn-journal.ts';
import { callersOf, TurnQueue } from './turn-queue.ts';

const KIB = 1024;

function frameOf(bytes: number): Input {
  const entries = new Uint8Array(bytes);
  const frame = { kind: 'stream', writer: 'x' as WriterId, base: 0, from: 0, to: 1, entries } as const;
  return { kind: 'frame', from: 'berlin' as ReplicaId, frame };
}

const SMALL: Input = { kind: 'run', run: () => {} };

function queueOf(...inputs: Input[]): TurnQueue {
  const queue = new TurnQueue();
  for (const input of inputs) queue.push(input);
  return queue;
}

test('[D4] a turn takes everything that waits, up to its bytes of streams; the rest is the next turn', () => {
  const frames = [frameOf(200 * KIB), frameOf(200 * KIB), frameOf(200 * KIB), frameOf(1)];
  const queue = queueOf(SMALL, ...frames, SMALL);
  expect(queue.take()).toEqual([SMALL, frames[0], frames[1]]);
  expect([queue.length, queue.bytes]).toEqual([3, 200 * KIB + 1]);
  expect(queue.take()).toEqual([frames[2], frames[3], SMALL]);
  expect([queue.length, queue.bytes]).toEqual([0, 0]);
});

test('callers are those who wait for the answer to a command', () => {
  const call = { kind: 'command', ticket: 1, command: { type: 'release', holdId: 'h' } } as unknown as Input;
  const queue = queueOf(SMALL, call, frameOf(400 * KIB), frameOf(400 * KIB), call);
  expect(queue.callers).toBe(2);
  const taken = queue.take();
  expect([callersOf(taken), queue.callers]).toEqual([1, 1]);
  queue.giveBack(taken);
  expect(queue.callers).toBe(2);
  queue.clear();
  expect(queue.callers).toBe(0);
});

test('one frame is taken however large it is', () => {
  const large = frameOf(4_000 * KIB);
  expect(queueOf(large, SMALL).take()).toEqual([large, SMALL]);
  expect(queueOf(SMALL, large, frameOf(1)).take()).toEqual([SMALL, large]);
});

test('what is given back comes before all others', () => {
  const queue = queueOf(frameOf(3));
  const taken = queue.take();
  queue.push(SMALL);
  queue.giveBack(taken);
  expect(queue.bytes).toBe(3);
  expect(queue.take()).toEqual([...taken, SMALL]);
});
