/** What a parent tells its children, and when: L1, L2, L5, R2. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { receive, sell } from '../replica/commands.test-kit.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import { DEFAULT_LINK } from '../replica/settings.ts';
import type { Stream } from '../replica/stream.ts';
import { type Node, pool, shop, World } from '../replica/world.test-kit.ts';
import { type Frame, type FrameKind, HEADS_MAX, ITEMS_PER_FRAME, type StreamFrame } from '../wire/frames.ts';
import { Child, openSession, type Session } from './child.ts';
import { Forger } from './forger.test-kit.ts';
import type { Hub } from './hub.ts';
import { hubFrames } from './hub-frames.ts';
import { levelsEveryMs, NEWS_EVERY_MS } from './pace.ts';

const lamp = pool('lamp');
const { resendMs } = DEFAULT_LINK;
const LEVELS_EVERY_MS = levelsEveryMs(DEFAULT_LINK);

/** An authority whose acks gather, and below it two shops and a till, who do not. */
function town() {
  const world = new World();
  const hq = world.add('hq', 'authority', undefined, { link: DEFAULT_LINK });
  const berlin = world.add('berlin', 'store', hq);
  const paris = world.add('paris', 'store', hq);
  const till = world.add('till', 'terminal', berlin);
  world.calmFor(5_000);
  return { world, hq, berlin, paris, till };
}

function only<K extends FrameKind>(kind: K, frames: readonly { readonly frame: Frame }[]) {
  return frames.flatMap(({ frame }) => (frame.kind === kind ? [frame as Extract<Frame, { kind: K }>] : []));
}

/** What it does goes up, and this comes back at once; the mail of the world is let go. */
function heard<K extends FrameKind>(
  kind: K,
  { world, hq, berlin }: ReturnType<typeof town>,
  act: () => void,
) {
  act();
  // Levels are hints: of one that got lost the next change tells.
  world.comesToRest = false;
  const out = world.intercept('stream').filter(({ from }) => from === berlin.id);
  const frames = out.flatMap((letter) => world.deliver(letter)?.frames ?? []);
  world.mail = [];
  expect(hq.hangUps).toEqual([]);
  return only(kind, frames);
}

const turn = <K extends FrameKind>(kind: K, node: Node) => only(kind, node.turn().frames);

const sessionOf = (parent: Node, child: Node) => parent.replica.hub.child(child.id).session;

/** A frame without entries: how far did you come? */
function question(hq: Node, berlin: Node, at = berlin.replica.ledger.durablePosition): StreamFrame {
  const session = sessionOf(hq, berlin);
  const base = session?.cursor ?? 0;
  return { kind: 'stream', writer: berlin.self, base, from: at, to: at, entries: new Uint8Array(0) };
}

describe('[L5] acks', () => {
  test('[L5] come at once on a link that was quiet, and gather on one that was not', () => {
    const set = town();
    const { world, hq, berlin } = set;
    expect(heard('ack', set, () => berlin.do(receive('d1', { lamp: 1 })))).toHaveLength(1);
    expect(heard('ack', set, () => berlin.do(receive('d2', { lamp: 1 })))).toEqual([]);
    // Levels go before.
    world.pass(LEVELS_EVERY_MS);
    expect(turn('ack', hq)).toEqual([]);
    expect(hq.replica.wakeAtMs(world.now)).toBe(world.now.monotonicMs + NEWS_EVERY_MS - LEVELS_EVERY_MS);
    world.pass(NEWS_EVERY_MS - LEVELS_EVERY_MS - 1);
    expect(heard('ack', set, () => berlin.do(receive('d3', { lamp: 1 })))).toEqual([]);
    world.pass(1);
    const { seq, hash } = berlin.replica.ledger.self.head;
    const point = { writer: berlin.self, seq, hash };
    expect(turn('ack', hq)).toEqual([
      {
        kind: 'ack',
        writer: berlin.self,
        parent: hq.self,
        cursor: berlin.replica.ledger.durablePosition,
        gap: false,
        has: [point],
        settled: [point],
        fenced: [],
      },
    ]);
    expect(turn('ack', hq)).toEqual([]);
    world.mail = [];
  });

  test('[L5] do not gather where a child that sends much may wait for its window', () => {
    const set = town();
    const { berlin } = set;
    heard('ack', set, () => berlin.do(receive('d1', { lamp: 1 })));
    const goods = (letter: string) =>
      Object.fromEntries(Array.from({ length: 480 }, (_, i) => [`${letter.repeat(60)}${i}`, 1]));
    expect(heard('ack', set, () => berlin.do(receive('d2', goods('a'))))).toEqual([]);
    expect(heard('ack', set, () => berlin.do(receive('d3', goods('b'))))).toHaveLength(1);
    expect(heard('ack', set, () => berlin.do(receive('d4', { lamp: 1 })))).toEqual([]);
  });

  test('[L5] nor where so much came at once as fills a window, be it that it is of no use any more', () => {
    const set = town();
    const { hq, berlin } = set;
    heard('ack', set, () => berlin.do(receive('d1', { lamp: 1 })));
    const { to } = question(hq, berlin);
    // Frames of the session before, which come late.
    const late = (bytes: number) => {
      const frame = { ...question(hq, berlin), base: to, from: to - 1, to, entries: new Uint8Array(bytes) };
      return only('ack', hq.hear(berlin.id, frame).frames);
    };
    expect(late(65_535)).toEqual([]);
    expect(late(1)).toHaveLength(1);
  });

  test('[L2] do not gather where a frame is missing, and say so once', () => {
    const set = town();
    const { world, hq, berlin } = set;
    heard('ack', set, () => berlin.do(receive('d1', { lamp: 1 })));
    const cursor = berlin.replica.ledger.durablePosition;
    berlin.do(receive('d2', { lamp: 1 }));
    world.intercept('stream');
    const gaps = heard('ack', set, () => berlin.do(receive('d3', { lamp: 1 })));
    expect(gaps).toMatchObject([{ cursor, gap: true, has: [] }]);
    world.pass(NEWS_EVERY_MS);
    hq.hear(berlin.id, question(hq, berlin, cursor));
    expect(only('ack', world.mail)).toMatchObject([{ cursor, gap: false }]);
    world.mail = [];
  });

  test('[L2] answer a question in full, at the pace of news: all that came by this child, and nothing else', () => {
    const set = town();
    const { world, hq, berlin, till } = set;
    heard('ack', set, () => berlin.do(receive('d1', { lamp: 1 })));
    // It is beyond the cursor, as after a frame that got lost.
    berlin.do(receive('d2', { lamp: 1 }));
    world.mail = [];
    expect(only('ack', hq.hear(berlin.id, question(hq, berlin)).frames)).toEqual([]);
    world.pass(NEWS_EVERY_MS);
    const [ack] = turn('ack', hq);
    expect(ack?.gap).toBe(true);
    expect(ack?.has.map(({ writer }) => writer).sort()).toEqual([berlin.self, till.self].sort());
    expect(ack?.settled.map(({ writer }) => writer).sort()).toEqual([berlin.self, till.self].sort());
    // Asked for once, it is told once.
    world.pass(NEWS_EVERY_MS);
    expect(turn('ack', hq)).toEqual([]);
    const cursor = sessionOf(hq, berlin)?.cursor ?? 0;
    const slice = berlin.journal.readStream(cursor, 9_999);
    const frame = { ...question(hq, berlin), from: cursor, to: slice.to, entries: slice.bytes };
    expect(only('ack', hq.hear(berlin.id, frame).frames)).toMatchObject([
      { gap: false, has: [{ writer: berlin.self }], settled: [{ writer: berlin.self }] },
    ]);
    world.mail = [];
  });

  test('[L2] of more than an ack can say, say as much as it can, and the rest next', () => {
    const { ledger, shop: berlin } = new Books();
    for (let i = 0; i < HEADS_MAX; i += 1)
      ledger.addStream(name(`t${i}`), { ...berlin.head, via: 'berlin' as ReplicaId });
    const { frames, session } = telling(ledger, (waiting) => {
      waiting.isAckDue = true;
      waiting.wantsAll = true;
    });
    expect(only('ack', frames).map(({ has }) => has.length)).toEqual([HEADS_MAX]);
    expect([[...session.has], session.isAckDue]).toEqual([[name(`t${HEADS_MAX - 1}`)], true]);
  });

  test('[L2] of more writers than that who came or were shut out meanwhile, say the rest next', () => {
    const { ledger, shop: berlin } = new Books();
    const fence = { seq: 1, hash: berlin.head.hash, reason: 'retired' } as const;
    const all = Array.from({ length: HEADS_MAX + 1 }, (_, i) => name(`t${i}`));
    for (const writer of all) ledger.addStream(writer, { ...berlin.head, via: 'paris' as ReplicaId, fence });
    ledger.changeHead(berlin, { fence });
    const { frames, session } = telling(ledger, (waiting) => {
      waiting.isAckDue = true;
      for (const writer of all) for (const set of [waiting.has, waiting.fenced]) set.add(writer);
    });
    const [ack] = only('ack', frames);
    expect([ack?.has.length, ack?.fenced.length, session.isAckDue]).toEqual([HEADS_MAX, HEADS_MAX, true]);
    // Its own fence is never among those that wait.
    expect(ack?.fenced[0]?.writer).toBe(berlin.writer);
    expect([...session.has, ...session.fenced]).toEqual(all.slice(-1).concat(all.slice(-2)));
  });

  test('[L1] say it of writers that came by another way, which the child named or was told of (seed 21008290)', () => {
    const { ledger, shop: berlin } = new Books();
    for (const of of ['named', 'strange'])
      ledger.addStream(name(of), { ...berlin.head, via: 'paris' as ReplicaId });
    const { frames } = telling(ledger, (session) => {
      session.isAckDue = true;
      session.wantsAll = true;
      session.named.set(name('named'), 0);
    });
    expect(only('ack', frames).map(({ has }) => has.map(({ writer }) => writer))).toEqual([
      [berlin.writer, name('named')],
    ]);
  });
});

test('[F3] who is shut out is told at once to the child below which it is reached, though nobody there says anything', () => {
  const { world, hq, till } = shop({ lamp: 1 });
  world.calmFor(60_000);
  const stream = hq.replica.ledger.streams.get(till.self) as Stream;
  const [first] = only('ack', hq.turn((self, now) => self.hub.fence(stream, 'rights', now)).frames);
  expect(first?.fenced).toMatchObject([{ writer: till.self, reason: 'rights' }]);
  world.calm();
  expect(till.self).not.toBe(stream.writer);
});

test('[F3] a settled point of who is shut out is told with its fence, or not yet', () => {
  const { ledger, shop: berlin } = new Books();
  const settled = { seq: 1, hash: berlin.head.hash };
  const fence = { ...settled, reason: 'retired' } as const;
  for (let i = 0; i < HEADS_MAX; i += 1)
    ledger.addStream(name(`t${i}`), { ...berlin.head, via: 'berlin' as ReplicaId, settled, fence });
  const { frames, session } = telling(ledger, (waiting) => {
    waiting.isAckDue = true;
    for (let i = 0; i < HEADS_MAX; i += 1) waiting.settled.add(name(`t${i}`));
  });
  const [ack] = only('ack', frames);
  const told = (points: readonly { readonly writer: WriterId }[] = []) => points.map(({ writer }) => writer);
  expect(told(ack?.fenced)).toEqual(told(ack?.settled));
  // One place is that of the child itself, be it shut out or not.
  expect([ack?.settled.length, session.settled.size, session.isAckDue]).toEqual([HEADS_MAX - 1, 1, true]);
});

/** What leaves to Berlin alone, of which a test says what it waits for. */
function telling(
  ledger: Books['ledger'],
  expecting: (session: Session) => void,
  levels?: Hub['totals']['levels'],
) {
  const child = new Child('berlin' as ReplicaId);
  const hello = { writer: name('berlin'), wantsLevels: levels !== undefined, heads: [] };
  const session = openSession(hello, ledger.self.writer, 0);
  child.session = session;
  expecting(session);
  const totals = { changed: new Set(levels?.keys()), levels };
  const hub = { children: new Map([[child.replica, child]]), totals } as unknown as Hub;
  return { session, frames: hubFrames(hub, ledger, hastySettings('hq' as ReplicaId, 'authority'), atFirst) };
}

describe('[L1] what is settled', () => {
  test('[L1] is told a moment later, to the child it came from', () => {
    const { world, hq, berlin, till } = town();
    hq.turn((self, now) => self.hub.settled(till.self, now));
    expect(world.mail).toEqual([]);
    expect(hq.replica.wakeAtMs(world.now)).toBe(world.now.monotonicMs + NEWS_EVERY_MS);
    world.pass(NEWS_EVERY_MS);
    const { settled } = hq.replica.ledger.streams.get(till.self)?.head ?? {};
    expect(hq.turn().frames).toMatchObject([
      { to: berlin.id, frame: { kind: 'ack', has: [], settled: [{ writer: till.self, ...settled }] } },
    ]);
    expect(hq.replica.wakeAtMs(world.now)).toBe(undefined);
  });

  test('[L1] is not told of whom nothing is settled yet', () => {
    const { world, hq, berlin, till } = town();
    berlin.cut();
    const kiosk = world.add('kiosk', 'terminal', berlin);
    const { frames } = berlin.hear(kiosk.id, question(berlin, kiosk));
    expect(only('ack', frames)).toMatchObject([{ has: [{ writer: kiosk.self }], settled: [] }]);
    world.mail = [];
    const [known] = only('ack', berlin.hear(till.id, question(berlin, till)).frames);
    expect(known?.settled).toMatchObject([{ writer: till.self }]);
    expect(hq.replica.ledger.streams.has(kiosk.self)).toBe(false);
  });

  test('[D4] nor of whom nothing is known any more, as the turn failed with which it came', () => {
    const { world, berlin, till } = shop();
    const next = name('till', 2);
    berlin.replica.hub.settled(till.self, world.now);
    const { head } = till.replica.ledger.self;
    berlin.replica.ledger.addStream(next, { ...head, parent: berlin.self, via: till.id });
    berlin.replica.hub.settled(next, world.now);
    berlin.replica.endTurn(world.now);
    berlin.replica.putBack();
    world.pass(NEWS_EVERY_MS);
    expect(only('ack', berlin.turn().frames)).toMatchObject([{ settled: [{ writer: till.self }] }]);
  });
});

test('[F1] whoever has a session with a life that ended hears nothing of the next one in it', () => {
  const { world, berlin, till } = shop({ lamp: 9 });
  const { frames, hangUps } = berlin.turn((self, now) => {
    self.frame(till.id, question(berlin, till), now);
    self.becomeNewWriter('rollback', now);
  });
  expect(frames.filter(({ to }) => to === till.id)).toEqual([]);
  expect(hangUps.map(({ peer }) => peer)).toContain(till.id);
  world.rejoin();
});

describe('[F1] whoever was shut out', () => {
  test('[F1] is told at once, and until it goes on as somebody else', () => {
    const set = town();
    const { world, hq, berlin } = set;
    heard('ack', set, () => berlin.do(receive('d1', { lamp: 1 })));
    new Forger(berlin).say({ type: 'repaid', lines: [{ pool: lamp, n: 5 }] });
    expect(only('ack', world.mail)).toMatchObject([{ fenced: [{ writer: berlin.self }] }]);
    world.mail = [];
    expect(hq.fenceOf(berlin.self)).toBeDefined();
    for (let i = 0; i < 3; i += 1) {
      world.pass(resendMs - 1);
      expect(turn('ack', hq)).toEqual([]);
      expect(hq.replica.wakeAtMs(world.now)).toBe(world.now.monotonicMs + 1);
      world.pass(1);
      expect(turn('ack', hq)).toMatchObject([{ fenced: [{ writer: berlin.self }] }]);
    }
  });
});

describe('[L2] grants', () => {
  test('[L2] are told again when nobody says that they came, and no longer once somebody does', () => {
    const { world, berlin, till } = town();
    berlin.do(receive('d1', { lamp: 9 }));
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 60_000 }));
    const [asks] = world.intercept('asks');
    world.mail = [];
    const [first] = only('cells', world.deliver(asks as never)?.frames ?? []);
    world.pass(resendMs - 1);
    expect(turn('cells', berlin)).toEqual([]);
    world.pass(1);
    expect(berlin.replica.wakeAtMs(world.now)).toBe(world.now.monotonicMs);
    expect(turn('cells', berlin)).toEqual([first]);
    const { writer, parent, to } = first as NonNullable<typeof first>;
    berlin.hear(till.id, { kind: 'seen', writer, parent, seq: to });
    world.mail = [];
    world.pass(5 * resendMs);
    expect(turn('cells', berlin)).toEqual([]);
  });
});

test('[L3] what is asked back is told once, and not at all where that lapsed meanwhile', () => {
  const { berlin, till } = town();
  const known = berlin.replica.hub.child(till.id);
  const recall = { keep: 2, given: 5, untilMs: Number.POSITIVE_INFINITY };
  const tell = (...pools: string[]) => {
    for (const sku of pools) known.session?.recalls.add(pool(sku));
    return turn('recalls', berlin);
  };
  known.pool(lamp).recall = recall;
  expect(tell('lamp', 'bulb')).toEqual([
    { kind: 'recalls', writer: till.self, parent: berlin.self, items: [{ pool: lamp, keep: 2, given: 5 }] },
  ]);
  expect(tell()).toEqual([]);
  known.pool(lamp).recall = undefined;
});

describe('levels', () => {
  test('[R2] are told of what changed, gathered for a moment, with the last word of each', () => {
    const set = town();
    const { world, hq, berlin, paris } = set;
    const level = (n: number) => ({ pool: lamp, onHand: n, available: n });
    const first = heard('levels', set, () => berlin.do(receive('d1', { lamp: 1 })));
    // Both shops are told.
    expect(first).toMatchObject([{ items: [level(1)] }, { items: [level(1)] }]);
    expect(first[0]?.asOfMs).toBe(world.now.wallMs);
    expect(heard('levels', set, () => berlin.do(receive('d2', { lamp: 2 })))).toEqual([]);
    expect(heard('levels', set, () => berlin.do(receive('d3', { lamp: 3 })))).toEqual([]);
    world.pass(LEVELS_EVERY_MS);
    const { frames } = hq.turn();
    expect(frames.filter(({ frame }) => frame.kind === 'levels').map(({ to }) => to)).toEqual([
      berlin.id,
      paris.id,
    ]);
    expect(only('levels', frames)[0]?.items).toEqual([level(6)]);
    world.pass(LEVELS_EVERY_MS);
    expect(turn('levels', hq)).toEqual([]);
    world.mail = [];
  });

  test('[L1] of all pools are told to who begins to listen, and none to who does not want them', () => {
    const set = town();
    const { world, hq, berlin, paris } = set;
    berlin.do(receive('d1', { lamp: 1, bulb: 2 }));
    world.calmFor(2_000);
    paris.cut();
    paris.link();
    expect(world.intercept('levels')).toMatchObject([
      { to: paris.id, frame: { items: [{ pool: lamp }, { pool: pool('bulb') }] } },
    ]);
    paris.cut();
    paris.link({ wantsLevels: false });
    world.calm();
    expect(heard('levels', set, () => berlin.do(receive('d2', { lamp: 1 })))).toHaveLength(1);
    expect(hq.replica.hub.child(paris.id).session?.levels.size).toBe(0);
  });
});

test.each([
  [ITEMS_PER_FRAME, [ITEMS_PER_FRAME]],
  [ITEMS_PER_FRAME + 1, [ITEMS_PER_FRAME, 1]],
])('[L1] levels of %i pools are told in frames of as many as one may name', (pools, sizes) => {
  const level = { onHand: 1, available: 1 };
  const levels = new Map(Array.from({ length: pools }, (_, i) => [pool(`p${i}`), level]));
  const { frames } = telling(new Books().ledger, () => {}, levels);
  expect(only('levels', frames).map(({ items }) => items.length)).toEqual(sizes);
});

test('[R4] a child that asked in vain is told once, what and how much', () => {
  const { world, berlin, till } = town();
  berlin.cut();
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 60_000 }));
  const [asks] = world.intercept('asks');
  const frames = world.deliver(asks as never)?.frames ?? [];
  expect(only('denied', frames)).toMatchObject([
    { writer: till.self, parent: berlin.self, items: [{ pool: lamp, atLeast: 2 }] },
  ]);
  world.mail = [];
  world.pass(resendMs);
  expect(turn('denied', berlin)).toEqual([]);
  world.comesToRest = false;
});

test('[L2] a link that begins anew where nothing happened costs a hello, a welcome and a word that all is seen', () => {
  const { world, till } = town();
  till.cut();
  till.link();
  const kinds: FrameKind[] = [];
  for (let letter = world.mail.shift(); letter !== undefined; letter = world.mail.shift()) {
    kinds.push(letter.frame.kind);
    world.deliver(letter);
  }
  expect(kinds).toEqual(['welcome']);
});
