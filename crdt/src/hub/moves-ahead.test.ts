/** What a parent decides for one pool while it owes, ahead of need, and between rounds: F7, R2, R3, D4. */
import { describe, expect, test } from 'vitest';
import { type Demand, observeDemand } from '../rebalance/demand.ts';
import { atFirst } from '../replica/books.test-kit.ts';
import type { Directory } from '../replica/directory.ts';
import { pool } from '../replica/world.test-kit.ts';
import { knows, NOW_MS, policy, Region, sessionOf } from './region.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const NEVER = Number.POSITIVE_INFINITY;
const { debtAskMs, halfLifeMs } = policy;
const demand = (units: number): Demand => observeDemand(undefined, units, NOW_MS, halfLifeMs);

describe('[F7] while units are owed', () => {
  const owed = { type: 'sold', orderId: 'o1', channel: 'till', priority: 0, placedAt: 0, payments: [] };
  const line = {
    lineId: '1',
    sku: 'lamp',
    locationId: 'berlin',
    pool: lamp,
    quantityUnits: 3,
    discounts: [],
  };
  const price = { unit: 'piece', unitPriceMinor: 1, currency: 'EUR', taxRateBp: 0, taxIncluded: true };
  const oversold = { ...owed, lines: [{ ...line, ...price, quantityBase: 3, departed: true, owed: 3 }] };

  test.each(['here', 'by a life that ended'])(
    '[F7] %s, the parent is asked, and again after a while',
    (where) => {
      const region = new Region();
      if (where === 'here') region.ledger.append(oversold as never, '', 'system', atFirst);
      else region.claimed.set(lamp, 3);
      region.look();
      expect(region.asked).toEqual([[lamp, 3, NOW_MS + debtAskMs]]);
      expect(region.moves.wakeAtMs()).toBe(NOW_MS + debtAskMs);
      region.nowMs = NOW_MS + debtAskMs;
      region.run();
      expect(region.asked).toHaveLength(2);
    },
  );

  test('[F7] what was promised below and not used by then may cover it', () => {
    const region = new Region();
    region.claimed.set(lamp, 3);
    Object.assign(knows(region.paris), { holding: 4, promised: 4, promisedUntilMs: NOW_MS + 7_000 });
    Object.assign(knows(region.berlin), { promisedUntilMs: NOW_MS + 6_000 });
    region.look();
    expect(region.moves.wakeAtMs()).toBe(NOW_MS + 7_000);
    region.nowMs += 7_000;
    region.run();
    expect(knows(region.paris).recall?.keep).toBe(1);
  });

  test('[R2] a promise alone is nobody’s reason to look again', () => {
    const region = new Region();
    Object.assign(knows(region.paris), { holding: 4, promised: 4, promisedUntilMs: NOW_MS + 7_000 });
    region.look();
    expect(region.moves.wakeAtMs()).toBe(NEVER);
  });
});

describe('[R2] [R3] what moves ahead of need', () => {
  test('[R2] fills up who sells, who is looked at again below half of that', () => {
    const region = new Region(100);
    knows(region.berlin).demand = demand(10);
    knows(region.paris).holding = 0;
    const [granted = ''] = region.look();
    expect(granted).toMatch(/^[1-9]\d* lamp@berlin to berlin$/);
    const units = Number.parseInt(granted, 10);
    expect(knows(region.berlin).low).toBe(units / 2);
    expect(knows(region.paris).low).toBe(0);
    // Nobody waits there, so nothing of it is promised.
    expect(knows(region.berlin).promised).toBe(0);
  });

  test('[R2] leaves what this replica itself sells', () => {
    const alone = new Region(100);
    knows(alone.berlin).demand = demand(10);
    const shared = new Region(100);
    knows(shared.berlin).demand = demand(10);
    shared.moves.observe(lamp, 10, shared.now);
    const [all, part] = [alone.look(), shared.look()].map(([sent = '']) => Number.parseInt(sent, 10));
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(all as number);
  });

  test.each(['waits here', 'is asked back for the parent'])(
    '[R2] [L3] is not mixed up with what %s: so much is recalled, and no more',
    (who) => {
      const region = new Region();
      region.moves.observe(lamp, 10, region.now);
      for (const [child, holding] of [
        [region.berlin, 30],
        [region.paris, 70],
      ] as const)
        Object.assign(knows(child), { holding, demand: demand(10) });
      if (who === 'waits here') region.waiting.set(lamp, { units: 1, untilMs: NOW_MS + 9_000 });
      else region.recalls.set(lamp, { keep: 99 });
      expect(region.look()).toEqual([]);
      expect([knows(region.berlin).recall, knows(region.paris).recall?.keep]).toEqual([undefined, 69]);
    },
  );

  test('[R2] a shop’s own shelf moves only when somebody asks', () => {
    const region = new Region(100);
    region.isShared = false;
    knows(region.berlin).demand = demand(10);
    region.moves.observe(lamp, 10, region.now);
    expect([region.look(), knows(region.berlin).low]).toEqual([[], 0]);
  });

  test('[R3] nothing is spread in scarcity, and nobody is looked at for it', () => {
    const region = new Region(2);
    for (const child of [region.berlin, region.paris]) knows(child).demand = demand(10);
    expect([region.look(), knows(region.berlin).low]).toEqual([[], 0]);
  });
});

describe('[R2] between rounds a pool is looked at where somebody waits for it', () => {
  const EVERY_MS = 1_000;
  /** Its round has just begun. */
  function between(units = 0): Region {
    const region = new Region(units, EVERY_MS);
    region.look(bulb);
    return region;
  }

  const awaited: readonly [string, (region: Region) => void][] = [
    ['a child', (region) => region.asks(region.berlin, 3)],
    ['somebody here', (region) => region.waiting.set(lamp, { units: 3, untilMs: NOW_MS + 9_000 })],
    [
      'the parent',
      (region) => {
        knows(region.paris).holding = 3;
        region.recalls.set(lamp, { keep: 2 });
      },
    ],
    ['who owes', (region) => region.claimed.set(lamp, 3)],
  ];

  test.each(awaited)('[R2] %s', (_, wait) => {
    const region = between();
    wait(region);
    region.look();
    expect([region.asked.length, sessionOf(region.paris).recalls.size]).toEqual(
      region.recalls.size > 0 ? [0, 1] : [1, 0],
    );
  });

  const nobody: readonly [string, (region: Region) => void][] = [
    ['nobody', () => {}],
    ['a child that waits no longer', (region) => region.asks(region.berlin, 3, NOW_MS)],
    [
      'a child that is not there',
      (region) => {
        region.asks(region.berlin, 3);
        region.berlin.session = undefined;
      },
    ],
    [
      'a child that was sent all of it',
      (region) => {
        region.asks(region.berlin, 3);
        const to = sessionOf(region.berlin).writer;
        region.ledger.append({ type: 'sent', to, items: [{ pool: lamp, n: 3 }] }, '', 'system', atFirst);
      },
    ],
  ];

  test.each(nobody)('[R2] %s: it waits for the next round', (_, wait) => {
    const region = between(100);
    wait(region);
    knows(region.paris).demand = demand(10);
    expect([region.look(), region.moves.wakeAtMs()]).toEqual([[], NOW_MS + EVERY_MS]);
    region.nowMs += EVERY_MS;
    expect(region.run()[0]).toMatch(/to paris$/);
  });

  test('[D4] a turn that is put back has looked at nothing', () => {
    const region = new Region(9);
    region.asks(region.berlin, 3);
    region.moves.poolChanged(lamp);
    const directory = { keeperOf: () => undefined, isShared: () => true } as Partial<Directory>;
    region.moves.run(directory as Directory, region.now);
    region.ledger.putBack();
    region.moves.putBack();
    expect([region.moves.hasDue, knows(region.berlin).promised]).toEqual([true, 0]);
  });
});
