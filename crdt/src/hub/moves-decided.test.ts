/** What a parent decides for one pool that somebody asks for, by what it knows: L3, R4, T4. */
import { describe, expect, test } from 'vitest';
import { atFirst } from '../replica/books.test-kit.ts';
import { pool } from '../replica/world.test-kit.ts';
import { QUANTITY_MAX } from '../tally/row.ts';
import { knows, link, NOW_MS, policy, Region, sessionOf } from './region.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const NEVER = Number.POSITIVE_INFINITY;
const { resendMs } = link;
const { debtAskMs, recallMs } = policy;

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

  test.each(['has not named its parent yet', 'was shut out'])(
    '[L1] [L3] takes nothing from others where it %s',
    (why) => {
      const region = new Region(3);
      const { shop } = region;
      if (why === 'was shut out') region.ledger.fence(shop, 'retired', atFirst);
      else region.ledger.changeHead(shop, { parent: region.root });
      region.asks(region.berlin, 3);
      region.asks(region.paris, 3);
      expect(region.look()).toEqual(['3 lamp@berlin to paris']);
      // It is not told that there is nothing either.
      expect(sessionOf(region.berlin).denied.size).toBe(0);
    },
  );

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

  test('[L3] and in vain twice, of that one ever more seldom: others are asked meanwhile, or who waits is told no', () => {
    const region = new Region();
    region.isOpen = false;
    knows(region.paris).holding = 9;
    const heard: string[] = [];
    const ask = () => {
      region.asks(region.berlin, 5, region.nowMs + 60_000);
      region.look();
      const isAsked = sessionOf(region.paris).recalls.delete(lamp);
      const isDenied = sessionOf(region.berlin).denied.delete(lamp);
      heard.push(isAsked ? 'asked' : isDenied ? 'no' : 'waits');
      region.nowMs += recallMs;
    };
    // A frame may be lost: once more at once. Then two pauses, then four, and sixteen at the most.
    for (let i = 0; i < 44; i += 1) ask();
    const asked = heard.flatMap((said, i) => (said === 'asked' ? [i] : []));
    expect(asked).toEqual([0, 1, 4, 9, 18, 35]);
    expect(new Set(heard)).toEqual(new Set(['asked', 'no']));
    // What it holds changes: it is worth asking again.
    knows(region.paris).holding = 8;
    ask();
    expect(heard.at(-1)).toBe('asked');
  });

  test('[L3] in vain twice, what is waited for here is looked at when the pause is over', () => {
    const region = new Region();
    knows(region.paris).holding = 9;
    region.waiting.set(lamp, { units: 2, untilMs: NOW_MS + 60_000 });
    region.look();
    region.nowMs += recallMs;
    region.look();
    expect(region.asked).toEqual([]);
    region.nowMs += recallMs;
    region.look();
    // The parent is asked instead.
    expect(region.asked).toEqual([[lamp, 2, NOW_MS + 60_000]]);
    expect(region.moves.wakeAtMs()).toBe(region.nowMs + 2 * recallMs);
  });

  test('[L3] in vain twice, and once nobody waits here any more, it is not looked at for that', () => {
    const region = new Region();
    knows(region.paris).holding = 9;
    region.waiting.set(lamp, { units: 2, untilMs: NOW_MS + 60_000 });
    region.look();
    region.nowMs += recallMs;
    region.look();
    region.nowMs += recallMs;
    region.waiting.delete(lamp);
    region.look();
    expect([knows(region.paris).recall, region.moves.wakeAtMs()]).toEqual([undefined, NEVER]);
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
