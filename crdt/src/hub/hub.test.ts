/** The parent's side of its links: who may begin a session, what ends with one, and what a frame may move. */
import { describe, expect, test } from 'vitest';
import type { LineId, LocationId, OrderId, ReplicaId, WriterId } from '../ids.ts';
import type { Command, Sell } from '../replica/command.ts';
import { cancel, receive, sell } from '../replica/commands.test-kit.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import { DEFAULT_LINK, DEFAULT_POLICY } from '../replica/settings.ts';
import { ABOVE } from '../replica/stream.ts';
import { type Letter, Node, pool, shop, World } from '../replica/world.test-kit.ts';
import type { StreamFrame } from '../wire/frames.ts';
import { NEWS_EVERY_MS } from './pace.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };
const sessionOf = (parent: Node, child: Node) => parent.replica.hub.child(child.id).session;

/** Rome begins its life, and has said nothing to anybody yet. */
function newcomer(world: World, parent: Node): Node {
  const rome = new Node(world, hastySettings('rome' as ReplicaId, 'store'), parent);
  world.nodes.set(rome.id, rome);
  rome.turn((self, now) => self.beginLife(parent.self, now));
  return rome;
}

describe('[L1] the way to a replica', () => {
  test('[L1] is the child through which its words came, or itself', () => {
    const { hq, berlin, till } = shop();
    const { hub } = hq.replica;
    expect([hub.routeTo(berlin.id), hub.routeTo(till.id)]).toEqual([berlin.id, berlin.id]);
    berlin.cut();
    expect(hub.routeTo(berlin.id)).toBe(berlin.id);
  });

  test('[F3a] is none to strangers, to oneself, and to who was given away', () => {
    const { world, hq, berlin, till } = shop();
    const paris = world.add('paris', 'store', hq);
    const { hub } = berlin.replica;
    expect([hub.routeTo('nobody' as ReplicaId), hub.routeTo(berlin.id)]).toEqual([undefined, undefined]);
    till.cut();
    world.give(till, paris);
    till.restart();
    till.parent = paris;
    till.link();
    world.calm();
    expect(berlin.replica.ledger.streams.get(till.self)?.head.via).toBe(ABOVE);
    expect(hub.routeTo(till.id)).toBe(undefined);
  });

  test('[L1] is a child that was heard of by nothing but its hello', () => {
    const { world, hq, berlin } = shop();
    const rome = newcomer(world, hq);
    rome.link();
    expect(hq.replica.hub.routeTo(rome.id)).toBe(rome.id);
    expect(berlin.replica.hub.routeTo(rome.id)).toBe(undefined);
  });
});

/** The frame in which a shop gives units back of its own accord. */
function sentUp(world: World, from: Node, to: Node, n: number): StreamFrame {
  const body = { type: 'sent', to: to.self, items: [{ pool: lamp, n }] } as const;
  from.turn((self, now) => self.ledger.append(body, '', 'system', now));
  const letters = world.intercept('stream').filter((letter) => letter.from === from.id);
  return (letters[0] as Letter & { frame: StreamFrame }).frame;
}

describe('a session', () => {
  test('[L1] is not begun by a replica below itself', () => {
    const { hq } = shop();
    const hello = hq.hello();
    hq.turn((self, now) => {
      expect(self.childUp(hello, { protocol: 1, channels: [] }, now)).toEqual({
        ok: false,
        code: 'forbidden',
        message: 'hq cannot be its own child',
      });
    });
  });

  test('[L1] is ended by its own end, and not by that of one before it', () => {
    const { hq, berlin } = shop();
    const former = berlin.self.replace(/.$/, 'e') as typeof berlin.self;
    hq.turn((self) => self.childDown(berlin.id, former));
    expect(sessionOf(hq, berlin)).toBeDefined();
    hq.turn((self) => self.childDown('nobody' as ReplicaId));
    // Its end may be told twice, by whoever notices.
    for (let times = 0; times < 2; times += 1) {
      hq.turn((self) => self.childDown(berlin.id, berlin.self));
      expect(sessionOf(hq, berlin)).toBe(undefined);
    }
  });

  test('[L1] may end in the turn that takes in its last words', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 1 }));
    const { frame } = world.intercept('stream')[0] as Letter & { frame: StreamFrame };
    hq.turn((self, now) => {
      self.frame(berlin.id, frame, now);
      self.childDown(berlin.id, berlin.self);
    });
    expect([hq.row('lamp', 'berlin', berlin.self).received, sessionOf(hq, berlin)]).toEqual([1, undefined]);
    berlin.cut();
    berlin.link();
  });

  test('[L1] in which nothing was heard yet but an ask grants nothing before its words have come, and then at once', () => {
    const { world, hq, berlin } = shop({ lamp: 3 });
    const rome = newcomer(world, hq);
    rome.link();
    world.deliver(world.intercept('welcome')[0] as Letter);
    // Its first words come late, and its ask does not.
    const words = world.intercept('stream');
    hq.hear(berlin.id, sentUp(world, berlin, hq, 3));
    const items = [{ pool: lamp, atLeast: 2, waitMs: 1_000 }];
    hq.hear(rome.id, { kind: 'asks', writer: rome.self, parent: hq.self, items });
    expect(hq.row('lamp').sent.some(({ writer }) => writer === rome.self)).toBe(false);
    for (const letter of words) world.deliver(letter);
    expect(hq.row('lamp').sent).toContainEqual({ writer: rome.self, n: 2, seq: expect.any(Number) });
    rome.cut();
    rome.link();
    world.calm();
    expect(rome.free('lamp')).toBe(2);
  });

  test('[L3] takes with it what was asked in it, either way', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    const ask = (atLeast: number) => {
      const items = [{ pool: lamp, atLeast, waitMs: 1_000 }];
      berlin.hear(till.id, { kind: 'asks', writer: till.self, parent: berlin.self, items });
    };
    ask(4);
    world.calm();
    world.pass(2_000);
    berlin.ask(sell('b1', { lamp: 2 }, waits));
    const known = berlin.replica.hub.child(till.id).pool(lamp);
    expect(known.recall).toMatchObject({ keep: 2, given: 4 });
    known.ask = { atLeast: 9, untilMs: world.now.monotonicMs + 1_000, least: 5 };
    till.cut();
    expect([known.ask, known.recall]).toEqual([undefined, undefined]);
  });

  test('[R2] that begins anew has promised nothing, and asked nothing back', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    till.ask(sell('t1', { lamp: 4 }, waits));
    world.deliver(world.intercept('asks')[0] as Letter);
    const known = berlin.replica.hub.child(till.id).pool(lamp);
    expect(known.promised).toBe(4);
    known.recall = { keep: 1, given: 4, untilMs: Number.POSITIVE_INFINITY };
    till.link();
    expect([known.promised, known.recall]).toEqual([0, undefined]);
  });
});

describe('[L2] a frame of the stream', () => {
  function sent() {
    const { world, hq, berlin } = shop({ lamp: 3 });
    berlin.do(receive('d1', { lamp: 1 }));
    const { frame } = world.intercept('stream')[0] as Letter & { frame: StreamFrame };
    const before = hq.journal.entries.length;
    const taken = (change: Partial<StreamFrame>) => {
      hq.hear(berlin.id, { ...frame, ...change });
      return hq.journal.entries.length - before;
    };
    return { frame, taken, hq, berlin };
  }

  test('[L2] that ends before it begins, or begins before its session, is dropped', () => {
    const { frame, taken } = sent();
    expect(taken({ to: frame.from - 1 })).toBe(0);
    expect(taken({ base: frame.from + 1 })).toBe(0);
    expect(taken({})).toBe(1);
  });

  test('[L2] that comes again moves no cursor back', () => {
    const { frame, taken, hq, berlin } = sent();
    taken({});
    const { cursor } = sessionOf(hq, berlin) ?? {};
    expect(cursor).toBe(frame.to);
    expect(taken({ to: frame.to - 1, from: frame.from - 1 })).toBe(1);
    expect(sessionOf(hq, berlin)?.cursor).toBe(cursor);
  });
});

describe('[L2] word that grants came', () => {
  /** Three grants of the shop; its till has taken none of them. */
  function granted() {
    const { world, berlin, till } = shop({ lamp: 9 });
    world.calmFor(1_000);
    world.comesToRest = false;
    for (const n of [1, 2, 3]) {
      const items = [{ pool: lamp, n }];
      berlin.turn((self, now) => {
        self.ledger.append({ type: 'sent', to: till.self, items }, '', 'system', now);
        sessionOf(berlin, till)?.cells.add(lamp);
      });
    }
    world.mail = [];
    const session = sessionOf(berlin, till) as NonNullable<ReturnType<typeof sessionOf>>;
    const seen = (seq: number) => {
      const out = berlin.hear(till.id, { kind: 'seen', writer: till.self, parent: berlin.self, seq });
      world.mail = [];
      return out.frames.filter(({ frame }) => frame.kind === 'cells').length;
    };
    return { berlin, till, session, seen, head: berlin.replica.ledger.self.head.seq };
  }

  test('[L2] moves on as far as it says, back to where it stands, and never beyond what was said to it', () => {
    const { session, seen, head } = granted();
    expect(seen(head - 1)).toBe(0);
    expect(session.cellsSeenTo).toBe(head - 1);
    // It says no more than before, although more was sent: something got lost.
    expect(seen(head - 1)).toBe(1);
    // It takes nothing beyond a gap: whoever stands further back is told from there.
    expect(seen(head - 2)).toBe(1);
    expect(session.cellsSeenTo).toBe(head - 2);
    expect(seen(head + 1)).toBe(0);
    expect(session.cellsSeenTo).toBe(head - 2);
    expect(seen(head)).toBe(0);
    expect([session.cellsSeenTo, seen(head)]).toEqual([head, 0]);
  });

  test('[L2] is waited for so long, and no word of another writer or to another parent counts', () => {
    const { berlin, till, session, head } = granted();
    const { world } = berlin;
    const told = () => berlin.turn().frames.filter(({ frame }) => frame.kind === 'cells').length;
    const dueMs = world.now.monotonicMs + DEFAULT_LINK.resendMs;
    const other = (writer: WriterId) => writer.replace(/.$/, 'e') as WriterId;
    for (const [writer, parent] of [
      [other(till.self), berlin.self],
      [till.self, other(berlin.self)],
    ] as const)
      berlin.hear(till.id, { kind: 'seen', writer, parent, seq: head });
    expect(session.cellsSeenTo).toBeLessThan(session.cellsSentTo);
    expect([berlin.replica.hub.wakeAtMs(), told()]).toEqual([dueMs, 0]);
    world.pass(DEFAULT_LINK.resendMs);
    expect(told()).toBe(1);
  });

  test('[L2] of what was not told yet is no word of it', () => {
    const { session, seen, head } = granted();
    session.cellsSentTo = head - 2;
    seen(head);
    expect(session.cellsSeenTo).toBe(head - 2);
  });
});

describe('[L3] word of a shop’s shelf', () => {
  const KIOSK = 'kiosk' as LocationId;
  const shelf = pool('lamp', 'kiosk');

  function sellThere(id: string, change: Partial<Sell> = {}): Sell {
    const { lines, ...order } = sell(id, { lamp: 1 }, change);
    return { ...order, lines: lines.map((line) => ({ ...line, locationId: KIOSK })) };
  }

  /** A kiosk below Berlin with one lamp on its own shelf. */
  function kioskWithOne() {
    const { world, hq, berlin, till } = shop();
    const kiosk = world.add('kiosk', 'store', berlin);
    kiosk.do(receive('d1', { lamp: 1 }, 'kiosk'));
    world.calm();
    return { world, hq, berlin, till, kiosk };
  }

  const order = { orderId: 'k1' as OrderId, actor: 'cashier:7' };
  const back: readonly [string, Sell, Command][] = [
    ['an order was cancelled', sellThere('k1', { departsFrom: [] }), cancel('c1', 'k1')],
    [
      'goods were brought back',
      sellThere('k1', { departsFrom: [KIOSK] }),
      { type: 'return', id: 'r1', ...order, lines: [{ lineId: '1' as LineId, pool: shelf, n: 1 }] },
    ],
    [
      'more was found',
      sellThere('k1', { departsFrom: [KIOSK] }),
      { type: 'count', id: 'c1', actor: 'keeper:1', reason: 'stocktake', lines: [{ pool: shelf, found: 1 }] },
    ],
  ];

  test.each(back)('[L3] on which %s is of use at once to who waits above', (_, first, then) => {
    const { world, berlin, kiosk } = kioskWithOne();
    expect(kiosk.do(first)).toMatchObject({ ok: true });
    world.calm();
    const ticket = berlin.ask(sellThere('b1', { ...waits, departsFrom: [] }));
    // Whoever stands above is not heard.
    world.intercept('asks');
    world.calm();
    expect(berlin.waiting.has(ticket)).toBe(true);
    expect(kiosk.do(then)).toMatchObject({ ok: true });
    world.calm();
    expect(berlin.answers.get(ticket)).toMatchObject({ ok: true, waited: true });
  });

  const gone: readonly [string, Command][] = [
    [
      'a lamp was lost',
      {
        type: 'lose',
        id: 'l1',
        actor: 'keeper:1',
        cause: 'shrinkage',
        reason: 'gone',
        lines: [{ pool: shelf, n: 1 }],
      },
    ],
    [
      'a lamp was not found',
      { type: 'count', id: 'c1', actor: 'keeper:1', reason: 'stocktake', lines: [{ pool: shelf, found: 0 }] },
    ],
  ];

  test.each(gone)('[L3] from which %s is told at once to who hopes for it elsewhere', (_, command) => {
    const { world, berlin, till, kiosk } = kioskWithOne();
    berlin.cut();
    const ticket = till.ask(sellThere('t1', { ...waits, departsFrom: [] }));
    world.deliver(world.intercept('asks')[0] as Letter);
    expect(world.intercept('recalls')).toHaveLength(1);
    expect(kiosk.do(command)).toMatchObject({ ok: true });
    world.calm();
    expect(till.answers.get(ticket)).toMatchObject({ ok: false, code: 'insufficient_stock' });
  });
});

describe('[R2] a region', () => {
  test('[R2] where nothing happens sleeps', () => {
    const world = new World();
    const hq = world.add('hq', 'authority');
    const eu = world.add('eu', 'region', hq, { policy: DEFAULT_POLICY });
    world.add('berlin', 'store', eu);
    world.calmFor(5_000);
    eu.turn();
    expect(eu.replica.wakeAtMs(world.now)).toBeUndefined();
  });

  test('[L5] wakes for the acks that gather', () => {
    const world = new World();
    const hq = world.add('hq', 'authority');
    const eu = world.add('eu', 'region', hq, { link: DEFAULT_LINK });
    const berlin = world.add('berlin', 'store', eu);
    world.calmFor(5_000);
    const acks = (id: string) => {
      berlin.do(receive(id, { lamp: 1 }));
      const letters = world.intercept('stream').filter(({ from }) => from === berlin.id);
      return letters
        .flatMap((letter) => world.deliver(letter)?.frames ?? [])
        .filter(({ frame }) => frame.kind === 'ack');
    };
    expect([acks('d1').length, acks('d2').length]).toEqual([1, 0]);
    expect(eu.replica.hub.wakeAtMs()).toBe(world.now.monotonicMs + NEWS_EVERY_MS);
  });
});

test('[L3] new stock below is told above at once, however busy the link is', () => {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const eu = world.add('eu', 'region', hq, { link: DEFAULT_LINK });
  const berlin = world.add('berlin', 'store', eu);
  world.calmFor(3_000);
  const relayed = (act: () => void) => {
    act();
    for (const letter of world.intercept('stream')) world.deliver(letter);
    return world.mail.filter(({ from, frame }) => from === eu.id && frame.kind === 'stream').length;
  };
  expect(relayed(() => berlin.do(receive('d1', { lamp: 9 })))).toBe(1);
  world.mail = [];
  expect(relayed(() => berlin.do(sell('o1', { lamp: 1 })))).toBe(0);
  expect(relayed(() => berlin.do(receive('d2', { lamp: 1 })))).toBe(1);
});

describe('[L1] words', () => {
  const stranger = (node: Node) => node.self.replace(/.$/, 'e') as typeof node.self;

  test('[L1] of a writer that has no session here, or to another parent, are not heard', () => {
    const { berlin, till } = shop({ lamp: 9 });
    const { hub } = berlin.replica;
    const before = berlin.journal.entries.length;
    const { cellsSeenTo } = sessionOf(berlin, till) ?? {};
    const items = [{ pool: lamp, atLeast: 4, waitMs: 1_000 }];
    const others = [
      { writer: stranger(till), parent: berlin.self },
      { writer: till.self, parent: stranger(berlin) },
    ];
    for (const names of others) {
      expect(berlin.hear(till.id, { kind: 'asks', ...names, items }).frames).toEqual([]);
      expect(berlin.hear(till.id, { kind: 'seen', ...names, seq: 1 }).frames).toEqual([]);
    }
    // Frames of a link that is gone, or of whom nobody knows.
    till.cut();
    const names = { writer: till.self, parent: berlin.self };
    for (const from of [till.id, 'nobody' as ReplicaId])
      berlin.turn((self, now) => {
        self.frame(from, { kind: 'asks', ...names, items }, now);
        self.frame(from, { kind: 'seen', ...names, seq: 1 }, now);
        const entries = new Uint8Array(0);
        self.frame(from, { kind: 'stream', writer: till.self, base: 0, from: 0, to: 0, entries }, now);
      });
    expect([berlin.journal.entries.length, hub.children.has('nobody' as ReplicaId)]).toEqual([before, false]);
    till.link();
    expect(sessionOf(berlin, till)?.cellsSeenTo).toBe(cellsSeenTo);
  });

  test('[L1] that something is settled go to whom it came from, if it listens', () => {
    const { world, hq, berlin, till } = shop();
    world.calmFor(5_000);
    berlin.turn((self, now) => {
      for (const writer of [stranger(till), hq.self, berlin.self]) self.hub.settled(writer, now);
    });
    expect(berlin.replica.hub.wakeAtMs()).toBe(undefined);
    berlin.turn((self, now) => self.hub.settled(till.self, now));
    const dueMs = berlin.replica.hub.wakeAtMs() ?? 0;
    expect(dueMs).toBeGreaterThan(world.now.monotonicMs);
    world.pass(1);
    // More of it does not put it off.
    berlin.turn((self, now) => self.hub.settled(till.self, now));
    expect(berlin.replica.hub.wakeAtMs()).toBe(dueMs);
    till.cut();
    berlin.turn((self, now) => self.hub.settled(till.self, now));
    expect(berlin.replica.hub.wakeAtMs()).toBe(undefined);
  });
});
