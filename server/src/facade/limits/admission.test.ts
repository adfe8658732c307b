/** Admission, on a clock of its own: passes are as long as what they take in. */
import { expect, test } from 'vitest';
import { Admission } from './admission.ts';

class Loop {
  readonly admission: Admission;
  #nowMs = 0;
  #idleMs = 0;
  #ended: (() => void) | undefined;
  readonly #refusalMs: number;

  constructor(commitMs = 0, refusalMs = 0) {
    this.#refusalMs = refusalMs;
    this.admission = new Admission(() => commitMs, {
      nowMs: () => this.#nowMs,
      idleMs: () => this.#idleMs,
      endOfPass: (ended) => {
        this.#ended = ended;
      },
    });
  }

  /** So many requests come in one pass, which takes `eachMs` for each that is taken. @returns how many were */
  pass(requests: number, eachMs: number, otherMs = 0): number {
    let taken = 0;
    for (let i = 0; i < requests; i += 1) if (this.admission.admits()) taken += 1;
    this.#nowMs += taken * eachMs + (requests - taken) * this.#refusalMs + otherMs;
    this.#ended?.();
    return taken;
  }

  rest(ms: number): void {
    this.#nowMs += ms;
    this.#idleMs += ms;
  }
}

test('where twice as much comes as can be done, passes soon take in what fits into the wanted delay', () => {
  const loop = new Loop(0, 0.015);
  // 0.05 ms each, and 0.015 a refusal: 20,000 a second can be done, and 40,000 come.
  let [passMs, taken] = [1, 0];
  for (let spent = 0; spent < 1_000; spent += passMs) {
    const came = Math.round(passMs * 40);
    taken = loop.pass(came, 0.05);
    passMs = Math.max(taken * 0.05 + (came - taken) * 0.015, 0.05);
  }
  // Five milliseconds of orders, with the refusals between them.
  expect(taken).toBeGreaterThanOrEqual(90);
  expect(taken).toBeLessThanOrEqual(110);
});

test('what has come until a crowd is noticed is soon worked off: after half a second nobody waits longer than later on', () => {
  const loop = new Loop(0.5, 0.016);
  // 32 come a millisecond, over 1,000 connections: who finds none waits for one. An order takes 0.047 ms.
  const due = (ms: number) => Math.floor(ms * 32);
  let [nowMs, answered] = [0, 0];
  const waitedMs: number[] = [];
  while (nowMs < 3_000) {
    const came = Math.min(1_000, due(nowMs) - answered);
    if (nowMs > 500) waitedMs.push(nowMs - answered / 32);
    const taken = loop.pass(came, 0.047, 0.6);
    answered += came;
    nowMs += taken * 0.047 + (came - taken) * 0.016 + 0.6;
  }
  expect(Math.max(...waitedMs)).toBeLessThan(20);
});

test('a crowd whose passes grow is noticed as soon as they have for a tenth of a second', () => {
  const loop = new Loop(0.5, 0.016);
  let passes = 0;
  for (let tookMs = 1; !loop.admission.isCrowded; passes += 1)
    tookMs = loop.pass(Math.round(tookMs * 32), 0.047) * 0.047;
  // From 1 to 11.5 ms in six, of which none counts; then 17.3, 26, 39 and 58.6.
  expect(passes).toBeLessThanOrEqual(10);
});

test('after a pause passes are too long for as long, and get shorter: nobody is turned away', () => {
  for (const pauseMs of [40, 60, 100, 150]) {
    const loop = new Loop(0.5);
    for (let i = 0; i < 20; i += 1) {
      // 8 come a millisecond, half of what can be done; a thousand are never asking at once.
      for (let waiting = pauseMs * 8; waiting > 1; waiting = Math.round(waiting * 0.06 * 8)) {
        const came = Math.min(1_000, waiting);
        expect(loop.pass(came, 0.06)).toBe(came);
      }
      loop.pass(0, 0, pauseMs);
      for (let j = 0; j < 50; j += 1) loop.pass(8, 0.06);
    }
  }
});

test('one long pass, a batch or a pause, turns nobody away', () => {
  const loop = new Loop();
  for (let i = 0; i < 100; i += 1) {
    expect(loop.pass(20, 0.1, i % 3 === 0 ? 400 : 0)).toBe(20);
  }
  expect(loop.pass(500, 0.01)).toBe(500);
});

test('a loop with nothing to do in between is not crowded, however rarely it is asked', () => {
  const loop = new Loop();
  for (let i = 0; i < 100; i += 1) {
    loop.rest(1_000);
    expect(loop.pass(1, 2)).toBe(1);
  }
  expect(loop.admission.takenMax).toBe(1_024);
});

test('a pause at half load turns nobody away, though a quarter of a second came at once', () => {
  const loop = new Loop();
  for (let i = 0; i < 100; i += 1) {
    expect(loop.pass(20, 0.1)).toBe(20);
    loop.rest(2);
    if (i % 10 === 0) expect(loop.pass(1_000, 0.1, 250)).toBe(1_000);
  }
  expect(loop.admission.isCrowded).toBe(false);
});

test('some are always taken in, and all again soon after the crowd has gone', () => {
  const loop = new Loop();
  for (let i = 0; i < 20; i += 1) loop.pass(1_000, 1, 500);
  expect(loop.pass(1_000, 1, 500)).toBe(64);
  expect(loop.admission.isCrowded).toBe(true);
  for (let spentMs = 0; spentMs < 600; spentMs += 5) loop.pass(10, 0.5);
  expect(loop.admission.isCrowded).toBe(false);
  expect(loop.admission.takenMax).toBe(1_024);
});

test('who is refused before being read is refused as well', () => {
  const loop = new Loop();
  for (let i = 0; i < 20; i += 1) loop.pass(1_000, 1, 500);
  expect(loop.admission.isFull).toBe(false);
  for (let i = 0; i < 64; i += 1) loop.admission.admits();
  expect(loop.admission.isFull).toBe(true);
});

/** Twice as much comes as can be done, and of each 80 ms nothing for 20: what was due meanwhile comes at once. */
function inLumps(loop: Loop, forMs: number): { restedMs: number; longestMs: number } {
  const arrivedBy = (ms: number) => Math.floor((ms % 80 < 20 ? ms - (ms % 80) : ms) * 20);
  let [nowMs, seen, restedMs, longestMs] = [0, 0, 0, 0];
  while (nowMs < forMs) {
    const came = arrivedBy(nowMs) - seen;
    if (came === 0) {
      const restMs = nowMs % 80 < 20 ? 20 - (nowMs % 80) : 0.05;
      loop.rest(restMs);
      [nowMs, restedMs] = [nowMs + restMs, restedMs + restMs];
      continue;
    }
    const passMs = loop.pass(came, 0.1, 0.1) * 0.1 + 0.1;
    [nowMs, seen, longestMs] = [nowMs + passMs, seen + came, Math.max(longestMs, passMs)];
  }
  return { restedMs, longestMs };
}

test('where requests come in lumps, as much is kept back as lasts until the next one, and no more', () => {
  const loop = new Loop();
  inLumps(loop, 2_000);
  const { restedMs, longestMs } = inLumps(loop, 8_000);
  // With 5 or 10 ms at hand it would rest for a tenth of the time and more, and refuse instead.
  expect(restedMs).toBeLessThan(300);
  // Refusals cost nothing here: what is kept back for them is taken in as well.
  expect(longestMs).toBeLessThan(30);
  // Without pauses the delay is short again.
  let [passMs, taken] = [1, 0];
  for (let spent = 0; spent < 5_000; spent += passMs) {
    taken = loop.pass(Math.round(passMs * 20), 0.1);
    passMs = Math.max(taken * 0.1, 0.05);
  }
  expect(taken).toBeLessThanOrEqual(125);
});

test('where a thousand ask again as soon as they are refused, refusals do not crowd out those who are taken in', () => {
  const loop = new Loop(0, 0.018);
  for (let i = 0; i < 60; i += 1) loop.pass(1_000, 0.117);
  const taken = loop.pass(1_000, 0.117);
  // Were refusals counted as the time of those who are taken, fewer and fewer would be, down to 64: a third of the time.
  expect((taken * 0.117) / (taken * 0.117 + (1_000 - taken) * 0.018)).toBeGreaterThan(1 / 2);
  // The longest delay there is, and by how much refusals are cheaper here than it takes them to be.
  expect(taken * 0.117).toBeLessThan(30);
});

test('a slow disk asks for more at a time: one flush is as long for one as for all', () => {
  const [quick, slow] = [new Loop(0.3), new Loop(40)];
  for (let i = 0; i < 50; i += 1) {
    quick.pass(200, 0.1, 0.3);
    slow.pass(1_000, 0.1, 40);
  }
  expect(quick.admission.takenMax).toBeLessThan(125);
  expect(slow.admission.takenMax).toBeGreaterThan(500);
});
