import { expect, test } from 'vitest';
import { TurnPace } from './turn-pace.ts';

/** A clock that moves by hand, and the one timer that is set by it. */
function paceOf(gatherMs: number) {
  let nowMs = 1_000;
  let timer: { atMs: number; run: () => void } | undefined;
  let woken = 0;
  const machine = {
    now: () => ({ wallMs: 0, monotonicMs: nowMs, bootId: '' }),
    after: (delayMs: number, run: () => void) => {
      const mine = { atMs: nowMs + delayMs, run };
      timer = mine;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
  };
  const pace = new TurnPace(machine, { gatherMs }, () => {
    woken += 1;
  });
  const pass = (ms: number) => {
    nowMs += ms;
    if (timer === undefined || timer.atMs > nowMs) return;
    const { run } = timer;
    timer = undefined;
    run();
  };
  return { pace, pass, woken: () => woken, setFor: () => timer && timer.atMs - nowMs };
}

test('[D4] what nobody waits for is due at once after a quiet time, and else gathers since the last turn began', () => {
  const { pace, pass, woken, setFor } = paceOf(200);
  expect(pace.isDue).toBe(true);
  pace.began();
  pass(30);
  expect(pace.isDue).toBe(false);
  pace.wakeWhenDue();
  expect(setFor()).toBe(71);
  // Once set, the next frame sets nothing anew.
  pass(10);
  pace.wakeWhenDue();
  expect(setFor()).toBe(61);
  pass(61);
  expect(woken()).toBe(1);
  expect(pace.isDue).toBe(true);
});

test('[D4] what somebody waits for is due at once, and the turn that begins has taken it', () => {
  const { pace } = paceOf(200);
  pace.began();
  pace.hurry();
  expect(pace.isDue).toBe(true);
  pace.began();
  expect(pace.isDue).toBe(false);
});

test('[D4] where nothing gathers, everything is due at once', () => {
  const { pace } = paceOf(0);
  pace.began();
  expect(pace.isDue).toBe(true);
});

test('what is due soon after what is due first has the same waking; what gathers is not kept longer for it', () => {
  const { pace, pass, woken, setFor } = paceOf(200);
  pace.began();
  pace.wakeAt(1_500);
  expect(setFor()).toBe(550);
  pace.wakeWhenDue();
  expect(setFor()).toBe(101);
  pace.wakeAt(1_010);
  expect(setFor()).toBe(60);
  pace.wakeWhenDue();
  expect(setFor()).toBe(60);
  pace.wakeAt(Number.POSITIVE_INFINITY);
  expect(setFor()).toBe(undefined);
  pace.wakeAt(900);
  pass(49);
  expect(woken()).toBe(0);
  pass(1);
  expect(woken()).toBe(1);
  pace.wakeAt(2_000);
  pace.stop();
  expect(setFor()).toBe(undefined);
});
