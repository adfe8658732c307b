/** A link on which frames are lost, doubled and turned round (L2, L5). */
import { describe, expect, test } from 'vitest';
import type { Ack, StreamFrame } from '../wire/frames.ts';
import { receive, sell } from './commands.test-kit.ts';
import { given, only } from './link.test-kit.ts';
import { DEFAULT_LINK } from './settings.ts';
import { pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };

describe('[L2] loss, doubling, reordering', () => {
  test('[L2] a frame beyond the cursor is dropped and answered with the cursor', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 1 }));
    const lost = only<StreamFrame>(world.intercept('stream'));
    berlin.do(receive('d2', { lamp: 2 }));
    const second = only<StreamFrame>(world.intercept('stream'));
    world.deliver(second);
    expect(hq.replica.ledger.streams.get(berlin.self)?.row(lamp).received ?? 0).toBe(0);
    const { cursor } = only<Ack>(world.intercept('ack')).frame;
    expect(cursor).toBe(lost.frame.from);
  });

  test('[L2] a lost frame is sent again, from the cursor and not from the beginning', () => {
    const { world, hq, berlin } = shop({ lamp: 7 });
    berlin.do(sell('o1', { lamp: 1 }));
    const lost = only<StreamFrame>(world.intercept('stream'));
    berlin.do(sell('o2', { lamp: 1 }));
    world.calm();
    world.calmFor(2_000);
    expect(hq.row('lamp', 'berlin', berlin.self).used).toBe(2);
    expect(lost.frame.from).toBeGreaterThan(0);
  });

  test('[L2] frames that are doubled and turned round change nothing in the end', () => {
    const { world, hq, berlin } = shop();
    for (let i = 1; i <= 5; i += 1) berlin.do(receive(`d${i}`, { lamp: i }));
    const letters = world.intercept('stream');
    for (const letter of [...letters].reverse()) world.deliver(letter);
    for (const letter of [...letters, ...letters]) world.deliver(letter);
    world.calmFor(3_000);
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(15);
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
    expect(berlin.replica.uplink.hello().heads[0]?.seq).toBe(
      hq.replica.ledger.streams.get(berlin.self)?.head.seq,
    );
  });

  test('[L2] a resumed session sends only what the parent lacks', () => {
    const { world, berlin } = shop({ lamp: 50 });
    for (let i = 0; i < 20; i += 1) berlin.do(sell(`o${i}`, { lamp: 1 }));
    world.calm();
    berlin.cut();
    berlin.do(sell('offline', { lamp: 1 }));
    berlin.link();
    world.deliver(only(world.intercept('welcome')));
    const frame = only<StreamFrame>(world.intercept('stream')).frame;
    expect(frame.to - frame.from).toBe(1);
  });

  test('[L2] a parent that is silent is asked how far it came, and gets nothing twice', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 1 }));
    const slow = only<StreamFrame>(world.intercept('stream'));
    world.pass(1_000);
    berlin.turn();
    const question = only<StreamFrame>(world.intercept('stream'));
    expect(question.frame).toMatchObject({ from: slow.frame.to, to: slow.frame.to });
    expect(question.frame.entries).toHaveLength(0);
    world.deliver(slow);
    world.deliver(question);
    world.calm();
    expect(world.intercept('stream')).toEqual([]);
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(1);
  });

  test('[L5] a parent that is slow but moves on keeps nobody awake', () => {
    const { world, hq, berlin } = shop({}, { link: { ...DEFAULT_LINK, gatherMs: 0, streamBytesTarget: 1 } });
    for (let i = 1; i <= 4; i += 1) berlin.do(receive(`d${i}`, { lamp: 1 }));
    const letters = world.intercept('stream');
    for (const letter of letters.slice(0, 3)) {
      world.pass(900);
      world.deliver(letter);
      for (const ack of world.intercept('ack')) if (ack.from === hq.id) world.deliver(ack);
      expect(berlin.replica.wakeAtMs(world.now)).toBeGreaterThan(world.now.monotonicMs);
    }
  });

  test('[L2] what was lost last is found by asking, however often it is lost', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 1 }));
    for (let i = 0; i < 3; i += 1) {
      expect(world.intercept('stream').length).toBeGreaterThan(0);
      world.pass(20_000);
      berlin.turn();
      world.deliver(only<StreamFrame>(world.intercept('stream')));
      world.deliver(only<Ack>(world.intercept('ack').filter(({ from }) => from === hq.id)));
    }
    world.calm();
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(1);
  });

  test('[L2] news of settling that was lost is asked for', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 2 }, waits));
    world.calm();
    world.pass(500);
    berlin.turn();
    world.intercept('ack');
    const { head } = till.replica.ledger.self;
    expect(head.settled.seq).toBeLessThan(head.seq);
    world.calmFor(20_000, 1_000);
    expect(till.replica.ledger.self.head.settled.seq).toBe(head.seq);
    world.calmFor(60_000, 1_000);
    expect(till.replica.wakeAtMs(world.now)).toBeUndefined();
  });

  test('[L2] what the parent has is found out, although the ack that said so was lost and only a later cursor came', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 2 }, waits));
    world.calm();
    world.calmFor(60_000, 1_000);
    till.do(sell('t2', { lamp: 1 }, { override: { reason: 'in the hands', owedMax: 5 } }));
    for (const letter of world.intercept('stream')) world.deliver(letter);
    for (const letter of world.intercept('stream')) world.deliver(letter);
    expect(world.intercept('ack').some(({ from }) => from === hq.id)).toBe(true);
    berlin.do(sell('b1', { lamp: 1 }));
    world.calm();
    world.calmFor(10_000, 1_000);
    const { head } = till.replica.ledger.self;
    expect(berlin.replica.ledger.streams.get(till.self)?.head.relayed.seq).toBe(head.seq);
    expect(head.settled.seq).toBe(head.seq);
  });

  test('[L2] a busy link gathers, a quiet one sends at once', () => {
    const { world, berlin } = shop({ lamp: 40 }, { link: DEFAULT_LINK });
    world.calmFor(2_000, 100);
    berlin.do(sell('o1', { lamp: 1 }));
    expect(world.intercept('stream')).toHaveLength(1);
    for (let i = 2; i <= 9; i += 1) berlin.do(sell(`o${i}`, { lamp: 1 }));
    expect(world.intercept('stream')).toEqual([]);
    world.pass(DEFAULT_LINK.gatherMs);
    expect(berlin.replica.wakeAtMs(world.now)).toBeLessThanOrEqual(world.now.monotonicMs);
    berlin.turn();
    expect(only<StreamFrame>(world.intercept('stream')).frame.to).toBe(berlin.journal.entries.length);
  });

  test('[L3] what a parent asked back does not gather', () => {
    const { world, berlin, till } = shop({ lamp: 9 }, { link: DEFAULT_LINK });
    till.ask(sell('t1', { lamp: 4 }, waits));
    world.calmFor(2_000, 100);
    berlin.turn((self) => {
      const items = [{ pool: lamp, atLeast: 9, waitMs: 1_000 }];
      self.frame(till.id, { kind: 'asks', writer: till.self, parent: berlin.self, items }, world.now);
    });
    world.calmFor(2_000, 100);
    expect(till.free('lamp')).toBe(5);
    till.do(sell('t2', { lamp: 1 }));
    world.calm();
    const wanted = berlin.ask(sell('b1', { lamp: 3 }, waits));
    world.calm();
    expect(berlin.answers.get(wanted)).toMatchObject({ ok: true, waited: true });
  });

  test('[L2] cells that were lost are told again', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 3 }, waits));
    world.deliver(only(world.intercept('asks')));
    world.intercept('cells');
    world.calm();
    expect(given(berlin, till)[1]).toBe(0);
    world.calmFor(3_000);
    expect(given(berlin, till)[1]).toBe(given(berlin, till)[0]);
    expect(till.row('lamp').used).toBe(3);
  });
});
