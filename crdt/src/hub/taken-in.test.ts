/** What a parent makes of each thing that a child may say, and of what it may not: T2, T3, T6, L7. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { WriterId } from '../ids.ts';
import { receive, sell } from '../replica/commands.test-kit.ts';
import { pool, shop } from '../replica/world.test-kit.ts';
import { Forger } from './forger.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };
const ghost = `ghost.1.${'9'.repeat(32)}` as WriterId;

function received(...at: readonly string[]): EntryBody {
  return {
    type: 'received',
    cause: 'delivery',
    lines: at.map((place) => ({ pool: pool('lamp', place), n: 1 })),
  };
}

function moved(
  type: 'shipped' | 'returned' | 'cancelled',
  orderId: string,
  n: number,
  at = 'berlin',
): EntryBody {
  return { type, orderId, reason: 'x', lines: [{ lineId: '1', pool: pool('lamp', at), n }] } as never;
}

describe('[L7] what a child may say', () => {
  const truths: readonly [string, (from: WriterId) => EntryBody][] = [
    ['goods at a place that nobody here knows', () => received('atlantis')],
    ['a shipment for an order that is not known here', () => moved('shipped', 'o9', 3)],
    ['a return for an order that is not known here', () => moved('returned', 'o9', 3)],
    ['a shipment of all that an order sold', () => moved('shipped', 'o1', 2)],
    [
      'units for a grandchild that has not been heard of',
      () => ({
        type: 'sent',
        to: ghost,
        items: [{ pool: lamp, n: 1 }],
      }),
    ],
  ];

  test.each(truths)('[L7] %s', (_, say) => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 2 }, { departsFrom: [] }));
    world.calm();
    new Forger(berlin).say(say(hq.self));
    expect([hq.fenceOf(berlin.self), hq.hangUps]).toEqual([undefined, []]);
  });

  const lies: readonly [string, string, (self: WriterId) => EntryBody][] = [
    ['goods at two places of which one is another’s', 'foreign-pool', () => received('berlin', 'hq')],
    ['a shipment from another’s place', 'foreign-pool', () => moved('shipped', 'o9', 1, 'hq')],
    ['a return to another’s place', 'foreign-pool', () => moved('returned', 'o9', 1, 'hq')],
    ['a shipment beyond what an order sold', 'departed', () => moved('shipped', 'o1', 3)],
    ['a return beyond what an order sold', 'departed', () => moved('returned', 'o1', 3)],
    ['a cancellation beyond what an order sold', 'departed', () => moved('cancelled', 'o1', 3)],
    [
      'a loss at another’s place',
      'foreign-pool',
      () => ({
        type: 'lost',
        cause: 'damage',
        reason: 'x',
        lines: [{ pool: pool('lamp', 'hq'), less: 1, owed: 1 }],
      }),
    ],
    [
      'rights back from somebody never heard of',
      'rights',
      () => ({ type: 'reclaimed', writer: ghost, items: [{ pool: lamp, n: 1 }] }),
    ],
    [
      'rights back from itself',
      'rights',
      (self) => ({ type: 'reclaimed', writer: self, items: [{ pool: lamp, n: 1 }] }),
    ],
  ];

  test.each(lies)('[L7] and may not: %s (%s)', (_, reason, say) => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 2 }, { departsFrom: [] }));
    world.calm();
    new Forger(berlin).say(say(berlin.self));
    expect(hq.fenceOf(berlin.self)).toBe(reason);
  });
});

describe('[L7] a took', () => {
  /** A till that was granted some lamps, and the cell that says so. */
  function granted() {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 1 }, waits));
    world.calm();
    const cell = berlin.row('lamp').sent.find(({ writer }) => writer === till.self);
    return { world, hq, berlin, till, n: cell?.n ?? 0, seq: cell?.seq ?? 0 };
  }
  const took = (from: WriterId, seq: number, n: number): EntryBody => ({
    type: 'took',
    from,
    items: [{ pool: lamp, seq, n }],
  });

  test('[L7] of what was sent, again, or of less by an older entry, is the truth', () => {
    const { berlin, till, n, seq } = granted();
    new Forger(till).say(took(berlin.self, seq, n), took(berlin.self, seq - 1, n - 1));
    expect(berlin.fenceOf(till.self)).toBeUndefined();
  });

  test('[L7] of another amount than the entry that it names says is none', () => {
    const { berlin, till, n, seq } = granted();
    new Forger(till).say(took(berlin.self, seq, n - 1));
    expect(berlin.fenceOf(till.self)).toBe('false-took');
  });

  test('[L7] by an entry that this life, begun in this run, never wrote, is none', () => {
    const { berlin, till, n, seq } = granted();
    new Forger(till).say(took(berlin.self, seq + 500, n));
    expect(berlin.fenceOf(till.self)).toBe('false-took');
    expect(berlin.replica.ledger.self.head.fence).toBeNull();
  });

  test('[F1] by an entry that is not on this disk: this replica is the past, and the child no liar', () => {
    const { berlin, till, n, seq } = granted();
    const before = berlin.self;
    till.cut();
    berlin.cut();
    berlin.restart();
    till.link();
    new Forger(till).say(took(before, seq + 500, n));
    expect(berlin.fenceOf(till.self)).toBeUndefined();
    expect(berlin.self).not.toBe(before);
  });

  test('[L7] from a writer that only the root could know of is left to the root', () => {
    const { world, hq, berlin, till } = granted();
    const liar = till.self;
    new Forger(till).say(took(ghost, 1, 5));
    expect(berlin.fenceOf(liar)).toBeUndefined();
    world.calm();
    expect(hq.fenceOf(liar)).toBe('false-took');
  });
});

describe('[L7] by another way', () => {
  test('[L7] what is known already does no harm, and nothing else is taken', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    const paris = world.add('paris', 'store', hq);
    paris.do(receive('p1', { lamp: 3 }, 'paris'));
    world.calm();
    const throughBerlin = new Forger(berlin);
    const known = paris.journal.entries.filter(({ entry }) => entry.writer === paris.self);
    throughBerlin.send(throughBerlin.frame(known));
    expect(hq.hangUps).toEqual([]);
    for (const afterSeq of [1, undefined]) {
      const asParis = new Forger(paris, afterSeq);
      throughBerlin.send(throughBerlin.frame([asParis.entry(received('paris'))]));
      expect(hq.hangUps.at(-1)).toBe(`${paris.self} does not speak through berlin`);
      hq.hangUps.length = 0;
      berlin.link();
      world.calm();
    }
    expect(hq.row('lamp', 'paris', paris.self).received).toBe(3);
    // What was pruned here is known by its place alone.
    hq.journal.hashAt = () => undefined;
    throughBerlin.send(throughBerlin.frame(known));
    expect([hq.hangUps, hq.fenceOf(paris.self), hq.fenceOf(berlin.self)]).toEqual([[], undefined, undefined]);
  });
});

describe('[T3] again', () => {
  test('[T3] [D7] what was pruned here is settled: nobody is shut out for saying it once more', () => {
    const { hq, berlin } = shop({ lamp: 5 });
    const [first] = berlin.journal.entries;
    const forger = new Forger(berlin);
    hq.journal.hashAt = () => undefined;
    forger.send(forger.frame(first === undefined ? [] : [first]));
    expect([hq.fenceOf(berlin.self), hq.hangUps]).toEqual([undefined, []]);
  });

  test('[L4] what is kept is a copy: the buffer of the frame goes back to its socket', () => {
    const { hq, berlin } = shop({ lamp: 5 });
    const forger = new Forger(berlin);
    const said = forger.entry(received('berlin'));
    const frame = forger.frame([said]);
    hq.turn((self, now) => {
      self.frame(berlin.id, frame, now);
      frame.entries.fill(0);
    });
    expect(hq.journal.entries.at(-1)?.bytes).toEqual(said.bytes);
  });

  test('[T3] a hole in what a writer says behind its fence is kept aside, and ends no session', () => {
    const { hq, berlin } = shop({ lamp: 5 });
    const forger = new Forger(berlin);
    const wrong = forger.entry({ type: 'repaid', lines: [{ pool: lamp, n: 1 }] });
    forger.entry(received('berlin'));
    forger.send(forger.frame([wrong, forger.entry(received('berlin'))]));
    expect(hq.fenceOf(berlin.self)).toBe('rights');
    expect([hq.journal.quarantined.length, hq.hangUps]).toEqual([1, []]);
    // And so is what comes alone, of which nothing else is to be written down.
    forger.entry(received('berlin'));
    forger.send(forger.frame([forger.entry(received('berlin'))]));
    expect([hq.journal.quarantined.length, hq.hangUps]).toEqual([2, []]);
  });

  test('[T2] a life begins with its first entry, and after nothing', () => {
    for (const change of [{ seq: 2 }, { prevHash: new Uint8Array(32).fill(1) }, {}]) {
      const { hq, berlin } = shop();
      const forger = new Forger(berlin);
      const life: EntryBody = { type: 'life', kind: 'terminal', parent: berlin.self };
      const writer = `till.7.${'9'.repeat(32)}` as WriterId;
      const head = { writer, seq: 1, prevHash: new Uint8Array(32), ...change };
      forger.send(forger.frame([forger.entry(life, head)]));
      const isWell = Object.keys(change).length === 0;
      expect(hq.replica.ledger.streams.has(writer)).toBe(isWell);
      expect(hq.hangUps.some((words) => words.includes('does not begin with its life'))).toBe(!isWell);
    }
  });
});

describe('[T6] [F3] a fence that a child tells of', () => {
  const fenced = (writer: WriterId, seq: number): EntryBody => ({
    type: 'fenced',
    writer,
    seq,
    hash: new Uint8Array(32),
    reason: 'retired',
  });

  test('[F3] counts for a writer below it, up to where the parent heard of it', () => {
    const { world, hq, berlin, till } = shop({ lamp: 5 });
    const second = world.add('till-2', 'terminal', berlin);
    const { seq } = till.replica.ledger.self.head;
    new Forger(berlin).say(fenced(till.self, seq), fenced(second.self, 99));
    expect([hq.fenceOf(till.self), hq.fenceOf(second.self)]).toEqual(['retired', undefined]);
  });

  test('[L7] does not count for a sibling, for this replica, or in the mouth of a grandchild', () => {
    const { world, hq, berlin, till } = shop({ lamp: 5 });
    const paris = world.add('paris', 'store', hq);
    const second = world.add('till-2', 'terminal', berlin);
    new Forger(berlin).say(fenced(paris.self, 1), fenced(hq.self, 1), fenced(ghost, 1));
    const asTill = new Forger(till);
    const throughBerlin = new Forger(berlin);
    throughBerlin.send(throughBerlin.frame([asTill.entry(fenced(second.self, 1))]));
    for (const { self } of [paris, hq, second]) expect(hq.fenceOf(self)).toBeUndefined();
  });
});
