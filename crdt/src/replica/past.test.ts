import { describe, expect, test } from 'vitest';
import { Forger } from '../hub/forger.test-kit.ts';
import { incarnationOf, type WriterId } from '../ids.ts';
import type { Ack, Cells, Former } from '../wire/frames.ts';
import { cancel, receive, reclaim, sell } from './commands.test-kit.ts';
import { PARENT } from './out.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');

/** The process starts again on an image that is so many commits older than what it did since. */
function rollBack(node: Node, commits: number): void {
  node.cut();
  node.restart(node.journal.image(node.journal.commitCount - commits));
}

function expectNewLife(node: Node, before: string): void {
  expect(node.self).not.toBe(before);
  expect(incarnationOf(node.self)).toBe(2);
  expect(node.replica.ledger.streams.get(before as Node['self'])?.head.fence).not.toBeNull();
  expect(node.free('lamp')).toBe(0);
  // It does not even say that there is none: its former life may have sold this very order.
  expect(node.do(sell('after', { lamp: 1 }))).toMatchObject({ ok: false, code: 'former_lives_unknown' });
}

describe('[F1] a replica that is the past goes on as a new writer without rights', () => {
  test('[F1] when its parent’s welcome is ahead of it', () => {
    const { world, berlin } = shop({ lamp: 9 });
    const before = berlin.self;
    berlin.do(sell('o1', { lamp: 4 }));
    world.calm();
    rollBack(berlin, 1);
    expect(berlin.free('lamp')).toBe(9);
    berlin.link();
    world.calm();
    expectNewLife(berlin, before);
  });

  test('[F1] when its parent has another hash at a seq that both know', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const before = berlin.self;
    berlin.do(sell('o1', { lamp: 4 }));
    world.calm();
    rollBack(berlin, 1);
    // The image sells again before it hears of its parent: the same seq, another entry.
    berlin.do(sell('o2', { lamp: 3 }));
    berlin.do(sell('o3', { lamp: 1 }));
    berlin.link();
    world.calm();
    expectNewLife(berlin, before);
    expect(hq.row('lamp', 'berlin', before as Node['self']).used).toBe(4);
  });

  test('[F1] when an ack comes with a hash that is not its own', () => {
    const { berlin, till } = shop();
    const before = till.self;
    const has = [
      { writer: till.self, seq: till.replica.ledger.self.head.seq, hash: new Uint8Array(32).fill(1) },
    ];
    till.hear(berlin.id, {
      kind: 'ack',
      writer: till.self,
      parent: berlin.self,
      gap: false,
      cursor: 0,
      has,
      settled: [],
      fenced: [],
    });
    expectNewLife(till, before);
  });

  test('[F1] when it was fenced', () => {
    const { world, berlin, till } = shop({ lamp: 5 });
    const before = till.self;
    new Forger(till).say({ type: 'repaid', lines: [{ pool: lamp, n: 1 }] });
    world.calm();
    expect(berlin.fenceOf(before)).toBe('rights');
    expectNewLife(till, before);
  });

  test('[F1] when a child has seen more of its chain than it wrote', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const before = berlin.self;
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    world.calm();
    berlin.cut();
    till.cut();
    // The grant, and what came of it, are not in the image.
    const granted = berlin.journal.entries.findIndex(({ entry }) => entry.body.type === 'sent');
    let commits = berlin.journal.commitCount;
    while (berlin.journal.image(commits).entries.length > granted) commits -= 1;
    berlin.restart(berlin.journal.image(commits));
    expect(berlin.free('lamp')).toBe(9);
    till.link();
    expectNewLife(berlin, before);
  });

  test('[F1] [L1] when a child had seen more of its chain, and was restored itself since (seed 4005218)', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const before = berlin.self;
    const commits = berlin.journal.commitCount;
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    world.calm();
    const seen = till.replica.ledger.self.head.parentSeen;
    till.cut();
    berlin.cut();
    berlin.restart(berlin.journal.image(commits));
    const { seq } = berlin.replica.ledger.self.head;
    expect(seq).toBeLessThan(seen);
    till.turn((self, now) => self.becomeNewWriter('rollback', now));
    // Told no sooner than by an entry, it would write a second one of that seq: the fence of the till's former life.
    till.link();
    expectNewLife(berlin, before);
    expect(berlin.replica.ledger.streams.get(before)?.head.seq).toBe(seq);
  });

  test('[F1] [L2] a child takes no grant beyond a gap: its hello could not say so to a parent that is the past (seed 7002827)', () => {
    const { world, berlin, till } = shop({ lamp: 9, cup: 9 });
    const commits = berlin.journal.commitCount;
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    for (const letter of world.intercept('asks')) world.deliver(letter);
    expect(world.intercept('cells')).toHaveLength(1);
    const ticket = till.ask(sell('t2', { cup: 1 }, { waitMs: 5_000 }));
    world.calm();
    till.cut();
    berlin.cut();
    berlin.restart(berlin.journal.image(commits));
    till.link();
    // Before it hears more of the till than its hello it sells what its image has.
    const sold = berlin.do(sell('b1', { cup: 9 })).ok ? 9 : 0;
    world.calm();
    expect(sold + (till.answers.get(ticket)?.ok ? 1 : 0)).toBe(9);
  });

  test('[F1] when a child took what it does not remember sending', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const before = berlin.self;
    // It was started again, on a disk that may be an earlier one.
    rollBack(berlin, 0);
    berlin.link();
    till.link();
    world.calm();
    const { seq } = berlin.replica.ledger.self.head;
    new Forger(till).say({ type: 'took', from: berlin.self, items: [{ pool: lamp, seq: seq + 1, n: 2 }] });
    expectNewLife(berlin, before);
  });

  test('[F1][L7] but a life that began in this run knows that it forgot nothing', () => {
    const { berlin, till } = shop({ lamp: 9 });
    const before = berlin.self;
    const { seq } = berlin.replica.ledger.self.head;
    till.cut();
    till.link({ parentSeen: { writer: before, seq: seq + 7 } });
    expect(berlin.self).toBe(before);
    new Forger(till).say({ type: 'took', from: before, items: [{ pool: lamp, seq: seq + 7, n: 2 }] });
    expect(berlin.self).toBe(before);
    expect(berlin.fenceOf(till.self)).toBe('false-took');
  });

  test('[F1] found out by a child, it says hello to its parent anew (seed 5102)', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    rollBack(berlin, 0);
    berlin.link();
    till.link();
    world.calm();
    const { seq } = berlin.replica.ledger.self.head;
    new Forger(till).say({ type: 'took', from: berlin.self, items: [{ pool: lamp, seq: seq + 1, n: 2 }] });
    // Without a word to the parent, the link would stay up in the name of the life that ended.
    expect(berlin.hangUps).toContain('This writer ends; a new one says hello.');
    berlin.link();
    world.calm();
    expect(hq.replica.ledger.streams.get(berlin.self)?.head.seq).toBe(berlin.replica.ledger.self.head.seq);
  });

  test('[F1] its parent fences the former life, which keeps what it may have sold', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const before = berlin.self;
    berlin.do(sell('o1', { lamp: 4 }));
    world.calm();
    rollBack(berlin, 1);
    berlin.link();
    world.calm();
    expect(berlin.replica.uplink.isOpen).toBe(false);
    berlin.link();
    world.calm();
    expect(hq.fenceOf(before)).toBeDefined();
    expect(hq.row('lamp', 'berlin', before)).toMatchObject({ received: 9, used: 4 });
    expect(hq.free('lamp')).toBe(0);
  });

  test('[F1] what was granted to the life that ends comes twice in that very turn: the next takes none of it (seed 146)', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const before = till.self;
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    for (const letter of world.intercept('asks')) world.deliver(letter);
    const [letter] = world.intercept('cells');
    const cells = letter?.frame as Cells;
    const { seq, hash } = till.replica.ledger.self.head;
    const fence = { writer: before, seq, hash, reason: 'retired' } as const;
    const names = { writer: before, parent: berlin.self };
    const ack: Ack = { kind: 'ack', ...names, cursor: 0, gap: false, has: [], settled: [], fenced: [fence] };
    till.turn((self, now) => {
      self.frame(PARENT, cells, now);
      self.frame(PARENT, ack, now);
      self.frame(PARENT, { ...cells, to: cells.to + 1 }, now);
    });
    expect(till.self).not.toBe(before);
    expect(till.row('lamp', 'berlin', before).took).toMatchObject([{ writer: berlin.self }]);
    expect(till.row('lamp').took).toEqual([]);
    expect(till.replica.ledger.self.head.parentSeen).toBe(cells.to);
  });

  test('[F1] an older life than the newest that is known, or another of the same count, is refused a session', () => {
    const { world, hq, berlin } = shop();
    const old = berlin.hello();
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.link();
    world.calm();
    berlin.cut();
    const twin = `berlin.2.${'f'.repeat(32)}` as WriterId;
    for (const hello of [old, { ...old, writer: twin }]) {
      let opened: unknown;
      hq.turn((self, now) => {
        opened = self.childUp(hello, { protocol: 1, channels: [] }, now);
      });
      const message = `${hello.writer} is not the newest life of berlin: start it as a new writer`;
      expect(opened).toEqual({ ok: false, code: 'replica_fenced', message });
    }
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
    berlin.link();
  });
});

describe('[T8] a restored replica', () => {
  /** A shop whose image lacks its last order and delivery, before its parent told it of them. */
  function restored() {
    const set = shop({ lamp: 9 });
    const { world, berlin } = set;
    berlin.do(sell('o1', { lamp: 4 }, { departsFrom: [] }));
    berlin.do(receive('d1', { lamp: 6 }));
    world.calm();
    rollBack(berlin, 2);
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    return set;
  }

  test.each([
    ['receives', () => receive('d2', { lamp: 1 })],
    ['cancels', () => cancel('c1', 'o1')],
    ['reclaims', () => reclaim('r1', `till.1.${'a'.repeat(32)}` as Node['self'], { lamp: 1 })],
  ])('[T8] %s nothing before it knows what its former lives did', (_, command) => {
    const { berlin } = restored();
    expect(berlin.do(command())).toMatchObject({ ok: false, code: 'former_lives_unknown' });
    // Nor after another restart.
    berlin.restart();
    expect(berlin.do(command())).toMatchObject({ ok: false, code: 'former_lives_unknown' });
  });

  test('[T8] is told by its parent, and then repeats give the first answer', () => {
    const { world, berlin } = restored();
    berlin.link();
    world.calm();
    expect(berlin.do(receive('d1', { lamp: 6 }))).toMatchObject({ ok: true, replayed: true });
    expect(berlin.do(receive('d2', { lamp: 2 }))).toMatchObject({ ok: true, replayed: false });
    expect(berlin.free('lamp')).toBe(2);
  });

  test('[T8] goes on waiting while the last of it is on its way', () => {
    const { world, berlin } = restored();
    berlin.link();
    for (const letter of world.intercept('welcome')) world.deliver(letter);
    const former = world.intercept('former');
    expect(former.map(({ frame }) => (frame as Former).last)).toEqual([false, true]);
    world.deliver(former[0] as (typeof former)[number]);
    expect(berlin.do(receive('d2', { lamp: 2 }))).toMatchObject({ ok: false, code: 'former_lives_unknown' });
    world.deliver(former[1] as (typeof former)[number]);
    expect(berlin.do(receive('d2', { lamp: 2 }))).toMatchObject({ ok: true });
  });

  test('[T8] the last of it does no good where what came before it was lost', () => {
    const { world, berlin } = restored();
    berlin.link();
    for (const letter of world.intercept('welcome')) world.deliver(letter);
    const [, last] = world.intercept('former');
    world.deliver(last as NonNullable<typeof last>);
    expect(berlin.do(receive('d1', { lamp: 6 }))).toMatchObject({ ok: false, code: 'former_lives_unknown' });
  });
});
