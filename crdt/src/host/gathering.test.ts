import { beforeEach, expect, test } from 'vitest';
import { Gathering } from './gathering.ts';

let nowMs: number;
let next: (() => void) | undefined;
let waiting: number;
let turns: number;
let gathering: Gathering;

beforeEach(() => {
  nowMs = 1_000;
  next = undefined;
  waiting = 0;
  turns = 0;
  gathering = new Gathering({
    nowMs: () => nowMs,
    nextPass: (look) => {
      next = look;
    },
  });
});

function committed(size: number, tookMs: number): void {
  gathering.commit(size, () => {
    nowMs += tookMs;
  });
}

/** So many wait when the turn is scheduled. */
function schedule(size: number): void {
  waiting = size;
  gathering.whenGathered(
    () => waiting,
    () => {
      turns += 1;
    },
  );
}

/** One pass of the loop. @returns whether the turn has begun. */
function pass(ms = 0.1): boolean {
  nowMs += ms;
  const look = next;
  next = undefined;
  look?.();
  return turns > 0;
}

test('a caller who is alone waits for nobody', () => {
  schedule(1);
  expect(pass()).toBe(true);
  committed(1, 4);
  turns = 0;
  schedule(1);
  expect(pass()).toBe(true);
});

test('who comes back first waits for those who shared the last commit', () => {
  committed(3, 4);
  schedule(1);
  expect(pass()).toBe(false);
  waiting = 2;
  expect(pass()).toBe(false);
  waiting = 3;
  expect(pass()).toBe(true);
  expect(turns).toBe(1);
});

test('those who stay away are waited for at most half as long as the commit took', () => {
  committed(30, 0.5);
  schedule(1);
  for (const came of [2, 3]) {
    waiting = came;
    expect(pass()).toBe(false);
  }
  waiting = 4;
  expect(pass()).toBe(true);
  expect(next).toBeUndefined();
});

test('on a slow disk the wait has an end of its own', () => {
  committed(50, 100);
  schedule(1);
  let passes = 0;
  do {
    waiting += 1;
    passes += 1;
  } while (!pass());
  expect(passes).toBeLessThan(22);
});

test('when nobody came for a moment, nobody is on the way', () => {
  committed(3, 4);
  schedule(1);
  expect(pass(0.15)).toBe(false);
  waiting = 2;
  expect(pass(0.15)).toBe(false);
  expect(pass(0.15)).toBe(false);
  expect(pass(0.15)).toBe(true);
});

test('a turn that only looks at the clock waits for nobody', () => {
  committed(3, 4);
  schedule(0);
  expect(pass()).toBe(true);
});

test('a commit that fails is not remembered, and its error is handed on', () => {
  const fails = () => {
    throw new Error('the disk is full');
  };
  expect(() => gathering.commit(9, fails)).toThrow('the disk is full');
  schedule(1);
  expect(pass()).toBe(true);
});
