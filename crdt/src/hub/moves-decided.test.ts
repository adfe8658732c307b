/** What a parent decides for one pool, by what it knows: L3, R2, R3, F7. */
import { describe, expect, test } from 'vitest';
import { type PoolId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { type Demand, observeDemand } from '../rebalance/demand.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import type { Directory } from '../replica/directory.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import type { Uplink } from '../replica/uplink.ts';
import type { Waiting } from '../replica/waiting.ts';
import { pool } from '../replica/world.test-kit.ts';
import { QUANTITY_MAX } from '../tally/row.ts';
import { Child, openSession, type Session } from './child.ts';
import type { Hub } from './hub.ts';
import { Moves } from './moves.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const NOW_MS = 50_000;
const NEVER = Number.POSITIVE_INFINITY;
const settings = hastySettings('hq' as ReplicaId, 'region');
const { resendMs } = settings.link;
const { debtAskMs, recallMs, halfLifeMs } = settings.policy;

/** A region below `root`, with the shops Berlin and Paris, and all that it would say to anybody. */
class Region extends Books {
  readonly root = name('root');
  readonly children = new Map<ReplicaId, Child>();
  readonly recalls = new Map<PoolId, { keep: number }>();
  readonly waiting = new Map<PoolId, { units: number; untilMs: number }>();
  readonly claimed = new Map<PoolId, number>();
  /** Asks to the parent: pool, units, until when. */
  asked: [PoolId, number, number][] = [];
  hurried = 0;
  isOpen = true;
  isShared = true;
  nowMs = NOW_MS;
  readonly berlin = this.open(this.shop.writer);
  readonly paris = this.open(this.add(name('paris'), 'paris').writer);
  readonly moves: Moves;

  constructor(units = 0, spreadEveryMs = 0) {
    super();
    this.ledger.beginLife(name('hq', 2), 'region', this.root, atFirst);
    if (units > 0) this.receive(units);
    const hub = {
      children: this.children,
      sentTo: (to: WriterId, at: PoolId) =>
        this.ledger.self.row(at).sent.find(({ writer }) => writer === to)?.n ?? 0,
    };
    const uplink = {
      recalls: this.recalls,
      ask: (at: PoolId, want: number, untilMs: number) => this.asked.push([at, want, untilMs]),
      hurry: () => {
        this.hurried += 1;
      },
    };
    const isOpen = () => this.isOpen;
    Object.defineProperty(uplink, 'isOpen', { get: isOpen });
    const waiting = { shortOf: (at: PoolId) => this.waiting.get(at) ?? { units: 0, untilMs: 0 } };
    this.moves = new Moves(
      this.ledger,
      hub as unknown as Hub,
      uplink as unknown as Uplink,
      waiting as unknown as Waiting,
      { ...settings, policy: { ...settings.policy, spreadEveryMs } },
      (at) => this.claimed.get(at) ?? 0,
    );
  }

  get now() {
    return { ...atFirst, monotonicMs: this.nowMs };
  }

  receive(n: number, at = lamp): void {
    const body = { type: 'received', cause: 'delivery', lines: [{ pool: at, n }] } as const;
    this.ledger.append(body, '', 'system', atFirst);
  }

  open(writer: WriterId): Child {
    const child = new Child(replicaOf(writer));
    child.session = openSession({ writer, wantsLevels: false, heads: [] }, name('hq', 2), 0);
    this.children.set(child.replica, child);
    return child;
  }

  asks(child: Child, atLeast: number, untilMs = NOW_MS + 5_000, at = lamp): void {
    child.pool(at).ask = { atLeast, untilMs, least: atLeast };
  }

  /** One look at a pool. @returns what was sent to whom. */
  look(at: PoolId = lamp): string[] {
    this.moves.poolChanged(at);
    return this.run();
  }

  run(): string[] {
    const { self } = this.ledger;
    const from = self.head.seq;
    const directory = {
      keeperOf: () => undefined,
      isShared: () => this.isShared,
    } as Partial<Directory> as Directory;
    this.moves.run(directory, this.now);
    this.moves.keep();
    const sent: string[] = [];
    for (let seq = from + 1; seq <= self.head.seq; seq += 1) {
      const body = this.ledger.entryAt(self.writer, seq)?.body;
      if (body?.type === 'sent')
        for (const item of body.items) sent.push(`${item.n} ${item.pool} to ${replicaOf(body.to)}`);
    }
    return sent;
  }
}

const sessionOf = (child: Child) => child.session as Session;
const knows = (child: Child, at = lamp) => child.pool(at);
const demand = (units: number): Demand => observeDemand(undefined, units, NOW_MS, halfLifeMs);

describe('[L3] what a child asks for', () => {
  test('[L3] is sent up to what it wants in all, told, and promised to who waits there', () => {
    const region = new Region(9);
    region.asks(region.berlin, 3);
    expect(region.look()).toEqual(['3 lamp@berlin to berlin']);
    expect([...sessionOf(region.berlin).cells]).toEqual([lamp]);
    expect(knows(region.berlin)).toMatchObject({
      promised: 3,
      promisedUntilMs: NOW_MS + 5_000,
      lastGrantAtMs: NOW_MS,
    });
    // Asked again, it has it.
    expect([region.look(), knows(region.berlin).ask]).toEqual([[], undefined]);
    region.asks(region.berlin, 5);
    expect(region.look()).toEqual(['2 lamp@berlin to berlin']);
    expect([region.asked, region.hurried]).toEqual([[], 0]);
  });

  test('[L3] is forgotten when its time is over, and not before', () => {
    const region = new Region(9);
    region.asks(region.berlin, 3, NOW_MS);
    expect([region.look(), knows(region.berlin).ask]).toEqual([[], undefined]);
    region.asks(region.berlin, 3, NOW_MS + 1);
    expect(region.look()).toEqual(['3 lamp@berlin to berlin']);
    // So is what was promised for it.
    region.nowMs += 1;
    region.look();
    expect(knows(region.berlin).promised).toBe(0);
  });

  test('[T7] is sent in parts where one entry cannot say it', () => {
    const region = new Region(QUANTITY_MAX);
    region.receive(QUANTITY_MAX);
    region.asks(region.berlin, QUANTITY_MAX + 5);
    expect(region.look()).toEqual([`${QUANTITY_MAX} lamp@berlin to berlin`]);
    expect(region.look()).toEqual(['5 lamp@berlin to berlin']);
  });

  test('[T4] gets nothing of what is owed here or set aside for others', () => {
    const region = new Region(9);
    region.claimed.set(lamp, 4);
    region.waiting.set(lamp, { units: 3, untilMs: NOW_MS + 9_000 });
    region.asks(region.berlin, 2);
    region.asks(region.paris, 3);
    // Two of nine are nobody else's.
    expect(region.look()).toEqual(['2 lamp@berlin to berlin']);
    expect(region.asked).toEqual([[lamp, 3, NOW_MS + debtAskMs]]);
  });

  test('[L3] of several pools goes in one entry a child', () => {
    const region = new Region(9);
    region.receive(9, bulb);
    for (const at of [lamp, bulb]) region.asks(region.berlin, 2, NOW_MS + 1, at);
    region.asks(region.paris, 1);
    const before = region.ledger.self.head.seq;
    region.moves.poolChanged(lamp);
    region.moves.poolChanged(bulb);
    expect(region.run()).toHaveLength(3);
    expect(region.ledger.self.head.seq).toBe(before + 2);
  });
});

describe('[L3] what is not here is asked back', () => {
  test('[L3] of who has it, down to what is lacking, and what was promised there is left alone', () => {
    const region = new Region();
    region.asks(region.berlin, 5);
    Object.assign(knows(region.paris), { holding: 9, promised: 2, promisedUntilMs: NOW_MS + 7_000 });
    expect(region.look()).toEqual([]);
    expect([...sessionOf(region.paris).recalls]).toEqual([lamp]);
    expect(knows(region.paris).recall).toEqual({ keep: 4, given: 0, untilMs: NOW_MS + recallMs });
    // Meanwhile nobody above is asked, and nobody below told no; and it is looked at again.
    expect([region.asked, [...sessionOf(region.berlin).denied]]).toEqual([[], []]);
    expect(region.moves.wakeAtMs()).toBe(NOW_MS + recallMs);
    // Once asked, it is not asked again for the same.
    sessionOf(region.paris).recalls.clear();
    region.look();
    expect([...sessionOf(region.paris).recalls, ...region.asked]).toEqual([]);
  });

  test('[L3] and of who was asked for all that is lacking so far, no more: the rest is asked of the parent', () => {
    const region = new Region();
    region.asks(region.berlin, 5);
    knows(region.paris).holding = 9;
    region.look();
    const first = knows(region.paris).recall;
    region.asks(region.berlin, 8);
    region.look();
    expect(region.asked).toEqual([[lamp, 3, NOW_MS + 5_000]]);
    expect(knows(region.paris).recall).toBe(first);
  });

  test('[R4] and while some of it comes back, nobody is told no', () => {
    const region = new Region();
    region.isOpen = false;
    region.waiting.set(lamp, { units: 1, untilMs: NOW_MS + 9_000 });
    region.asks(region.berlin, 9, NOW_MS + 9_000);
    knows(region.paris).holding = 4;
    region.look();
    expect([knows(region.paris).recall?.keep, [...sessionOf(region.berlin).denied]]).toEqual([0, []]);
    knows(region.paris).holding = 0;
    region.look();
    expect([...sessionOf(region.berlin).denied]).toEqual([[lamp, 9]]);
  });

  const lapsed: readonly [string, (region: Region) => void, boolean][] = [
    [
      'its time is over',
      (region) => {
        region.nowMs += recallMs;
      },
      true,
    ],
    [
      'its time is nearly over',
      (region) => {
        region.nowMs += recallMs - 1;
      },
      false,
    ],
    [
      'it was granted something since',
      (region) => {
        const items = [{ pool: lamp, n: 1 }];
        const to = sessionOf(region.paris).writer;
        region.ledger.append({ type: 'sent', to, items }, '', 'system', atFirst);
      },
      true,
    ],
    [
      'it gave it',
      (region) => {
        knows(region.paris).holding = 4;
      },
      true,
    ],
    [
      'it gave a part of it',
      (region) => {
        knows(region.paris).holding = 5;
      },
      false,
    ],
  ];

  test.each(lapsed)('[L3] until %s', (_, happen, isOver) => {
    const region = new Region();
    region.asks(region.berlin, 5);
    knows(region.paris).holding = 9;
    region.look();
    const first = knows(region.paris).recall;
    expect(first?.keep).toBe(4);
    happen(region);
    knows(region.berlin).ask = undefined;
    region.look();
    expect(knows(region.paris).recall).toBe(isOver ? undefined : first);
  });

  test('[L3] [R2] not of who is asked back for the parent already, or cannot be reached', () => {
    const region = new Region();
    region.asks(region.berlin, 5);
    knows(region.paris).holding = 9;
    region.paris.session = undefined;
    region.look();
    expect([knows(region.paris).recall, region.asked]).toEqual([undefined, [[lamp, 5, NOW_MS + 5_000]]]);
  });
});

describe('[L3] what nobody below has', () => {
  test('[L3] is asked of the parent, for as long as somebody waits for it', () => {
    const region = new Region(1);
    region.asks(region.berlin, 5);
    region.asks(region.paris, 3, NOW_MS + 8_000);
    region.look();
    expect(region.asked).toEqual([[lamp, 7, NOW_MS + 8_000]]);
    region.asked = [];
    region.waiting.set(lamp, { units: 2, untilMs: NOW_MS + 9_000 });
    region.look();
    expect(region.asked).toEqual([[lamp, 9, NOW_MS + 9_000]]);
    const short = new Region();
    short.asks(short.berlin, 5, NOW_MS + 1);
    short.look();
    expect(short.asked).toEqual([[lamp, 5, NOW_MS + resendMs]]);
  });

  test('[R4] where the parent said no, who asked is told, and for a moment nobody asks again', () => {
    const region = new Region();
    region.asks(region.berlin, 5);
    region.moves.denied(lamp, region.now);
    expect(region.moves.hasDue).toBe(true);
    region.run();
    expect([region.moves.hasDue, region.asked]).toEqual([false, []]);
    expect([...sessionOf(region.berlin).denied]).toEqual([[lamp, 5]]);
    expect([knows(region.berlin).ask, region.moves.wakeAtMs()]).toEqual([undefined, NEVER]);
    region.nowMs += resendMs - 1;
    region.asks(region.berlin, 5, NOW_MS + 9_000);
    region.look();
    expect(region.asked).toEqual([]);
    region.nowMs += 1;
    region.asks(region.berlin, 5, NOW_MS + 9_000);
    region.look();
    expect(region.asked).toHaveLength(1);
  });

  test('[R4] who waits here when the parent says no is asked for as soon as it may be', () => {
    const region = new Region();
    region.waiting.set(lamp, { units: 2, untilMs: NOW_MS + 9_000 });
    region.moves.denied(lamp, region.now);
    region.run();
    expect([region.asked, region.moves.wakeAtMs()]).toEqual([[], NOW_MS + resendMs]);
    region.nowMs += resendMs;
    region.run();
    expect([region.asked, region.moves.wakeAtMs()]).toEqual([[[lamp, 2, NOW_MS + 9_000]], NEVER]);
  });

  test('[R4] with no line up, who asked is told at once', () => {
    const region = new Region();
    region.isOpen = false;
    region.asks(region.berlin, 5);
    region.asks(region.paris, 4);
    region.paris.session = undefined;
    region.look();
    expect([region.asked, [...sessionOf(region.berlin).denied]]).toEqual([[], [[lamp, 5]]]);
    // Who cannot be told may come back.
    expect(knows(region.paris).ask).toBeDefined();
  });
});

describe('[L3] what the parent asks back', () => {
  test('[L3] is given from here at once, and the rest asked of those below, but not of the parent', () => {
    const region = new Region(6);
    knows(region.berlin).holding = 5;
    knows(region.paris).holding = -3;
    region.recalls.set(lamp, { keep: 2 });
    // Eleven in all here and below, of which two stay.
    expect(region.look()).toEqual(['6 lamp@berlin to root']);
    expect(region.hurried).toBe(1);
    expect(knows(region.berlin).recall?.keep).toBe(2);
    expect(region.asked).toEqual([]);
  });

  test('[L3] is nothing where no more is left than may stay', () => {
    const region = new Region(2);
    region.recalls.set(lamp, { keep: 2 });
    expect([region.look(), region.hurried]).toEqual([[], 0]);
    region.recalls.set(lamp, { keep: 7 });
    expect([region.look(), region.asked]).toEqual([[], []]);
  });

  test('[L3] that nobody has, is not asked of the parent, but what a child lacks besides is', () => {
    const region = new Region();
    region.isOpen = false;
    knows(region.berlin).holding = 4;
    region.berlin.session = undefined;
    region.recalls.set(lamp, { keep: 0 });
    region.isOpen = true;
    region.asks(region.paris, 3);
    region.look();
    expect(region.asked).toEqual([[lamp, 3, NOW_MS + 5_000]]);
  });

  test('[T4] comes after who waits here', () => {
    const region = new Region(6);
    region.waiting.set(lamp, { units: 4, untilMs: NOW_MS + 1 });
    region.recalls.set(lamp, { keep: 0 });
    expect(region.look()).toEqual(['2 lamp@berlin to root']);
  });
});

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
