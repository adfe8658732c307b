import { describe, expect, test } from 'vitest';
import type { Ack, Asks, Cells, Frame, Recalls, StreamFrame } from '../wire/frames.ts';
import { hold, receive, sell } from './commands.test-kit.ts';
import { given, only } from './link.test-kit.ts';
import { PARENT } from './out.ts';
import { DEFAULT_LINK } from './settings.ts';
import { pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };

describe('[L1] a session', () => {
  test('[L1] entries of descendants pass through unchanged, hash by hash', () => {
    const { world, hq, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 2 }, waits));
    world.calm();
    const own = till.journal.entries.map(({ hash }) => hash);
    const relayed = hq.journal.entries.filter(({ entry }) => entry.writer === till.self);
    expect(relayed.map(({ hash }) => hash)).toEqual(own);
  });

  test('[L1] [L7] a child that is called “parent” is a child', () => {
    const { world, hq } = shop({ lamp: 9 });
    const child = world.add('parent', 'store', hq);
    expect(child.ask(sell('p1', { lamp: 1 }, { ...waits, departsFrom: [] }))).toBe(1);
    world.calm();
    expect(child.answers.get(1)).toMatchObject({ ok: true });
    expect(hq.hangUps).toEqual([]);
    expect(hq.replica.ledger.streams.get(child.self)?.head.seq).toBe(child.replica.ledger.self.head.seq);
  });

  test('[L1] the parent answers with what it has and what is settled', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    berlin.cut();
    berlin.link();
    const { frame } = only(world.intercept('welcome'));
    const { seq, hash } = berlin.replica.ledger.self.head;
    expect(frame).toMatchObject({ kind: 'welcome', writer: hq.self });
    expect(frame.kind === 'welcome' && frame.has).toContainEqual({ writer: berlin.self, seq, hash });
    expect(frame.kind === 'welcome' && frame.settled).toContainEqual({ writer: berlin.self, seq, hash });
  });

  test.each(['cells', 'recalls', 'ack', 'denied'] as const)(
    '[L1] %s that names another parent or another writer is dropped',
    (kind) => {
      const { world, berlin, till } = shop({ lamp: 1 });
      const ticket = till.ask(sell('t1', { lamp: 9 }, waits));
      world.intercept('asks');
      const stranger = till.self.replace(/.$/, 'e') as typeof till.self;
      const seq = till.replica.ledger.self.head.seq + 50;
      const bodies = {
        cells: { from: 0, to: 9, cells: [{ pool: lamp, from: berlin.self, to: till.self, n: 9, seq: 3 }] },
        recalls: { items: [{ pool: lamp, keep: 0, given: 0 }] },
        ack: {
          cursor: 0,
          has: [{ writer: till.self, seq, hash: new Uint8Array(32) }],
          settled: [],
          fenced: [],
        },
        denied: { items: [{ pool: lamp, atLeast: 999 }] },
      };
      for (const names of [
        { writer: stranger, parent: berlin.self },
        { writer: till.self, parent: stranger },
      ]) {
        const before = till.self;
        till.hear(berlin.id, { kind, ...names, ...bodies[kind] } as Frame);
        expect(till.self).toBe(before);
        expect(till.free('lamp')).toBe(0);
        expect(till.replica.uplink.recalls.size).toBe(0);
        expect(till.answers.get(ticket)).toBeUndefined();
      }
    },
  );

  test('[L1] a cell that was sent to another writer is nobody else’s to take', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    world.comesToRest = false;
    const to = till.self.replace(/.$/, 'e') as typeof till.self;
    const cells = [{ pool: lamp, from: berlin.self, to, n: 9, seq: 3 }];
    till.hear(berlin.id, { kind: 'cells', writer: till.self, parent: berlin.self, from: 0, to: 9, cells });
    expect(till.free('lamp')).toBe(0);
  });

  test('[L1] asks and streams that name another writer are dropped', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const stranger = till.self.replace(/.$/, 'e') as typeof till.self;
    const items = [{ pool: lamp, atLeast: 9, waitMs: 1_000 }];
    berlin.hear(till.id, { kind: 'asks', writer: stranger, parent: berlin.self, items });
    berlin.hear(till.id, { kind: 'asks', writer: till.self, parent: stranger, items });
    expect(given(berlin, till)[0]).toBe(0);
    till.ask(sell('t1', { lamp: 1 }, waits));
    berlin.do(hold('h1', { lamp: 1 }));
    world.intercept('asks');
    world.calm();
    const before = berlin.journal.entries.length;
    const { bytes } = till.journal.readStream(0, 10_000);
    berlin.hear(till.id, { kind: 'stream', writer: stranger, base: 0, from: 0, to: 99, entries: bytes });
    expect(berlin.journal.entries.length).toBe(before);
  });
});

describe('[L3] asks and recalls', () => {
  test('[L3] an ask that comes twice, or late, is granted once', () => {
    const { world, berlin, till } = shop({ lamp: 100 });
    till.ask(sell('t1', { lamp: 3 }, waits));
    const ask = only<Asks>(world.intercept('asks'));
    world.deliver(ask);
    const [granted] = given(berlin, till);
    world.deliver(ask);
    world.deliver(ask);
    expect(given(berlin, till)[0]).toBe(granted);
    world.calm();
    world.deliver(ask);
    world.calm();
    expect(given(berlin, till)).toEqual([granted, granted]);
    expect(granted).toBeGreaterThanOrEqual(3);
  });

  test('[L3] an ask is repeated until it is answered', () => {
    const { world, till } = shop({ lamp: 100 });
    const ticket = till.ask(sell('t1', { lamp: 3 }, waits));
    const first = only<Asks>(world.intercept('asks')).frame;
    world.pass(500);
    till.turn();
    expect(world.intercept('asks')).toEqual([]);
    world.pass(600);
    till.turn();
    const again = only<Asks>(world.intercept('asks'));
    expect(again.frame.items[0]).toMatchObject({ pool: lamp, atLeast: first.items[0]?.atLeast });
    expect(again.frame.items[0]?.waitMs).toBeLessThan(first.items[0]?.waitMs ?? 0);
    world.deliver(again);
    world.calm();
    expect(till.answers.get(ticket)).toMatchObject({ ok: true });
  });

  /** A till that holds four lamps which its shop wants back. */
  function recalled() {
    const set = shop({ lamp: 4 });
    const { world, berlin, till } = set;
    const ticket = till.ask(hold('h1', { lamp: 4 }));
    expect(ticket).toBe(1);
    berlin.turn((self) => {
      const items = [{ pool: lamp, atLeast: 4, waitMs: 1_000 }];
      self.frame(till.id, { kind: 'asks', writer: till.self, parent: berlin.self, items }, world.now);
    });
    world.calm();
    expect(till.free('lamp')).toBe(4);
    // Whoever asked for them there has given up.
    world.pass(1_000);
    const wanted = berlin.ask(sell('b1', { lamp: 2 }, waits));
    const recall = only<Recalls>(world.intercept('recalls'));
    return { ...set, wanted, recall };
  }

  test('[L3] a recall is a request: the child sends what is free, and the parent goes on with it', () => {
    const { world, berlin, till, wanted, recall } = recalled();
    expect(recall.frame.items).toEqual([{ pool: lamp, keep: 2, given: 4 }]);
    world.deliver(recall);
    world.calm();
    expect(till.free('lamp')).toBe(2);
    expect(berlin.answers.get(wanted)).toMatchObject({ ok: true, waited: true });
  });

  test('[L3] a recall that comes twice is met once', () => {
    const { world, till, recall } = recalled();
    world.deliver(recall);
    world.deliver(recall);
    world.calm();
    world.deliver(recall);
    world.calm();
    expect(till.free('lamp')).toBe(2);
  });

  test('[L3] a recall lapses with the next grant', () => {
    const { world, berlin, till, recall } = recalled();
    const [sent] = given(berlin, till);
    const cells: Cells = {
      kind: 'cells',
      writer: till.self,
      parent: berlin.self,
      from: 0,
      to: till.replica.ledger.self.head.parentSeen,
      cells: [{ pool: lamp, from: berlin.self, to: till.self, n: sent + 1, seq: 99 }],
    };
    till.hear(berlin.id, cells);
    world.deliver(recall);
    expect(till.row('lamp').sent).toEqual([]);
    expect(till.free('lamp')).toBe(5);
  });

  test('[L3] what a hold has set aside is not given back', () => {
    const { world, till, recall } = recalled();
    till.do(hold('h2', { lamp: 3 }));
    world.deliver(recall);
    world.calm();
    expect(till.row('lamp').sent.map(({ n }) => n)).toEqual([1]);
  });
});

describe('[L4] taking in', () => {
  test('[L4] a turn that fails moves neither rows nor cursor, and acks nothing', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 5 }));
    const letter = only<StreamFrame>(world.intercept('stream'));
    hq.replica.frame(berlin.id, letter.frame, world.now);
    expect(hq.replica.endTurn(world.now)).toBeDefined();
    hq.replica.putBack();
    const out = hq.turn();
    const acks = out.frames.flatMap(({ frame }) => (frame.kind === 'ack' ? [frame] : []));
    expect(acks.flatMap(({ has }) => has).filter(({ seq }) => seq > letter.frame.from)).toEqual([]);
    expect(hq.replica.ledger.streams.get(berlin.self)?.row(lamp).received).toBe(0);
    world.mail = [];
    world.deliver(letter);
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(5);
    const { head } = berlin.replica.ledger.self;
    const ack = only<Ack>(world.intercept('ack')).frame;
    expect(ack.has).toEqual([{ writer: berlin.self, seq: head.seq, hash: head.hash }]);
  });

  test('[L4] entries, heads and the ack leave one commit', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 5 }));
    const before = hq.journal.commitCount;
    world.deliver(only(world.intercept('stream')));
    expect(hq.journal.commitCount).toBe(before + 1);
  });
});

test('[L5] bytes in flight are bounded', () => {
  const inFlightBytesMax = 2_000;
  const { world, hq, berlin } = shop(
    {},
    { link: { resendMs: 1_000, gatherMs: 0, inFlightBytesMax, streamBytesTarget: 500 } },
  );
  berlin.cut();
  for (let i = 0; i < 100; i += 1) berlin.do(receive(`d${i}`, { lamp: 1 }));
  berlin.link();
  world.deliver(only(world.intercept('welcome')));
  berlin.turn();
  const sent = world.mail.flatMap(({ frame }) => (frame.kind === 'stream' ? [frame.entries.length] : []));
  expect(sent.reduce((sum, size) => sum + size, 0)).toBeLessThan(inFlightBytesMax + 500);
  world.calm(1_000);
  expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(100);
});

test('[L5] what the window held back leaves with the next ack: a backlog has gathered long enough', () => {
  const { world, hq, berlin } = shop(
    {},
    { link: { ...DEFAULT_LINK, inFlightBytesMax: 70_000, streamBytesTarget: 10_000 } },
  );
  berlin.cut();
  for (let i = 0; i < 1_000; i += 1) berlin.do(receive(`d${i}`, { lamp: 1 }));
  berlin.link();
  // No time passes.
  world.calm();
  expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(1_000);
});

describe('[L7] frames that are not theirs to send', () => {
  test.each([
    { kind: 'stream', base: 0, from: 0, to: 0, entries: new Uint8Array(0) },
    { kind: 'asks', items: [] },
    { kind: 'seen', seq: 1 },
  ] as const)('[L7] a parent that sends $kind is hung up on', (body) => {
    const { berlin, till } = shop();
    const out = till.hear(berlin.id, { writer: till.self, parent: berlin.self, ...body } as Frame);
    // The host's log says which of its links that is.
    const message = `A parent does not send ${body.kind}.`;
    expect(out.hangUps).toEqual([{ peer: PARENT, message }]);
    expect(till.replica.uplink.isOpen).toBe(false);
  });

  test.each([
    { kind: 'ack', cursor: 0, has: [], settled: [], fenced: [] },
    { kind: 'cells', from: 0, to: 1, cells: [] },
    { kind: 'recalls', items: [] },
    { kind: 'denied', items: [] },
    { kind: 'former', entries: new Uint8Array(0), last: true },
  ] as const)('[L7] a child that sends $kind is hung up on', (body) => {
    const { berlin, till } = shop();
    berlin.hear(till.id, { writer: till.self, parent: berlin.self, ...body } as Frame);
    expect(berlin.hangUps).toEqual([`A child does not send ${body.kind}.`]);
    expect(berlin.replica.hub.child(till.id).session).toBeUndefined();
  });
});
