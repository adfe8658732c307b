/** Who waits, for which pools, and what a turn that is put back leaves of it: R4, D4. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PoolId } from '../ids.ts';
import { refuse } from './command.ts';
import { sell } from './commands.test-kit.ts';
import { type Waiter, Waiting } from './waiting.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb, wick] = [pool('lamp'), pool('bulb'), pool('wick')];
const POOLS = [lamp, bulb, wick] as const;

function lacks(...short: readonly (readonly [PoolId, number])[]) {
  const items = short.map(([at, requested]) => ({
    pool: at,
    sku: at,
    requested,
    available: 0,
    reason: 'none_left',
  }));
  return { ...refuse('insufficient_stock', 'x'), items } as never as Waiter['refusal'];
}

function waiter(ticket: number, untilMs: number, ...short: readonly (readonly [PoolId, number])[]): Waiter {
  return { ticket, command: sell(`o${ticket}`, {}), untilMs, refusal: lacks(...short), denied: new Set() };
}

const tickets = (waiters: readonly Waiter[]) => waiters.map(({ ticket }) => ticket);

describe('[R4] who waits', () => {
  test('[R4] is found by any of the pools, once, first come first', () => {
    const waiting = new Waiting(9);
    for (const each of [
      waiter(12, 5, [lamp, 1], [bulb, 1]),
      waiter(2, 5, [bulb, 1]),
      waiter(1, 5, [lamp, 2]),
    ])
      waiting.add(each);
    expect(tickets(waiting.for([lamp, bulb]))).toEqual([1, 2, 12]);
    expect(tickets(waiting.for([bulb]))).toEqual([2, 12]);
    expect(waiting.for([wick])).toEqual([]);
    expect([waiting.size, waiting.all().length]).toEqual([3, 3]);
  });

  test('[R4] lacks units until the last of their deadlines', () => {
    const waiting = new Waiting(9);
    waiting.add(waiter(1, 700, [lamp, 2], [bulb, 5]));
    waiting.add(waiter(2, 500, [lamp, 3]));
    expect(waiting.shortOf(lamp)).toEqual({ units: 5, untilMs: 700 });
    expect(waiting.shortOf(bulb)).toEqual({ units: 5, untilMs: 700 });
    expect(waiting.shortOf(wick)).toEqual({ units: 0, untilMs: 0 });
  });

  test('[R4] is overdue at its deadline, and the first of them is known', () => {
    const waiting = new Waiting(9);
    expect(waiting.wakeAtMs()).toBe(undefined);
    waiting.add(waiter(1, 700, [lamp, 1]));
    waiting.add(waiter(2, 500, [lamp, 1]));
    expect(waiting.wakeAtMs()).toBe(500);
    expect(waiting.overdue(499)).toEqual([]);
    expect(tickets(waiting.overdue(500))).toEqual([2]);
    expect(tickets(waiting.overdue(700))).toEqual([1, 2]);
  });

  test('[R4] there is room for so many', () => {
    const waiting = new Waiting(2);
    waiting.add(waiter(1, 5, [lamp, 1]));
    expect(waiting.isFull).toBe(false);
    waiting.add(waiter(2, 5, [lamp, 1]));
    expect(waiting.isFull).toBe(true);
  });

  test('[R4] who was answered waits no longer, and who lacks other units is found by those', () => {
    const waiting = new Waiting(2);
    const one = waiter(1, 5, [lamp, 1]);
    const other = waiter(2, 5, [lamp, 1]);
    waiting.add(one);
    waiting.add(other);
    waiting.update(one, lacks([bulb, 3]));
    expect([tickets(waiting.for([lamp])), tickets(waiting.for([bulb]))]).toEqual([[2], [1]]);
    expect(waiting.shortOf(bulb).units).toBe(3);
    waiting.remove(other);
    expect([waiting.for([lamp]), waiting.size, waiting.isFull]).toEqual([[], 1, false]);
  });

  test('[R4] what the tree said no to adds up', () => {
    const waiting = new Waiting(2);
    const one = waiter(1, 5, [lamp, 1], [bulb, 1]);
    waiting.add(one);
    waiting.deny(one, new Set([lamp]));
    waiting.deny(one, new Set([bulb]));
    expect([...one.denied]).toEqual([lamp, bulb]);
  });
});

/** All that can be asked about who waits. */
function told(waiting: Waiting) {
  return {
    all: waiting
      .all()
      .map(({ ticket, refusal, denied }) => [ticket, refusal.items?.map((item) => item.pool), [...denied]])
      .sort(),
    byPool: POOLS.map((each) => [tickets(waiting.for([each])), waiting.shortOf(each)]),
    wakeAtMs: waiting.wakeAtMs(),
  };
}

const short = fc.uniqueArray(fc.tuple(fc.constantFrom(...POOLS), fc.integer({ min: 1, max: 9 })), {
  selector: ([at]) => at,
  minLength: 1,
});
const act = fc.record({
  kind: fc.constantFrom('add', 'update', 'deny', 'remove'),
  ticket: fc.integer({ min: 1, max: 4 }),
  untilMs: fc.integer({ min: 1, max: 9 }),
  short,
});

function perform(
  waiting: Waiting,
  { kind, ticket, untilMs, short }: typeof act extends fc.Arbitrary<infer T> ? T : never,
) {
  const known = waiting.all().find((each) => each.ticket === ticket);
  if (known === undefined) waiting.add(waiter(ticket, untilMs, ...short));
  else if (kind === 'update') waiting.update(known, lacks(...short));
  else if (kind === 'deny') waiting.deny(known, new Set(short.map(([at]) => at)));
  else if (kind === 'remove') waiting.remove(known);
}

test('[D4] a turn that is put back leaves everybody waiting as before, and one that is kept nobody else', () => {
  fc.assert(
    fc.property(fc.array(act), fc.array(act, { minLength: 1 }), (before, turn) => {
      const waiting = new Waiting(9);
      for (const each of before) perform(waiting, each);
      waiting.keep();
      const was = told(waiting);
      for (const each of turn) perform(waiting, each);
      const is = told(waiting);
      waiting.putBack();
      expect(told(waiting)).toEqual(was);
      for (const each of turn) perform(waiting, each);
      waiting.keep();
      waiting.putBack();
      expect(told(waiting)).toEqual(is);
      // What is found by pool is what each of them lacks.
      for (const each of POOLS) {
        const lacking = waiting
          .all()
          .filter(({ refusal }) => refusal.items?.some((item) => item.pool === each));
        expect(tickets(waiting.for([each]))).toEqual(tickets(lacking).sort());
      }
    }),
    { numRuns: 60 },
  );
});
