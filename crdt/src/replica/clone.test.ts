/** Two machines that believe they are one replica: F2. One node stands for both; it runs now this journal, now that. */

import { describe, expect, test } from 'vitest';
import { decodeEntry } from '../entry/codec.ts';
import { type ReplicaId, type WriterId, writerId } from '../ids.ts';
import type { StockFrame } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { historiesOf } from './branches.ts';
import { cancel, receive, sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import type { MemoryJournal } from './memory-journal.test-kit.ts';
import { PARENT } from './out.ts';
import type { ReplicaSettings } from './settings.ts';
import type { Stream } from './stream.ts';
import { type Node, pool, shop, type World } from './world.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };

/** A till with some lamps, and a second machine made from a copy of its disk. */
function shopWithClone(units = 9, settings: Partial<ReplicaSettings> = {}) {
  const { world, hq, berlin, till } = shop({ lamp: units }, settings);
  till.ask(sell('t1', { lamp: 1 }, waits));
  world.calm();
  expect(till.free('lamp')).toBeGreaterThanOrEqual(4);
  return { world, hq, berlin, till, forked: till.self, twin: till.journal.image() };
}

function tells(entries: Uint8Array, docId: string): boolean {
  return [...splitEntries(entries)].some((bytes) => decodeEntry(bytes).docId === docId);
}

/** This machine goes off, and the other one is at the till. */
function change(node: Node, journal: MemoryJournal): MemoryJournal {
  const before = node.journal;
  node.cut();
  node.restart(journal);
  return before;
}

/** Hello as often as it takes: a writer that learns that it ended says it again as the next. */
function comeBack(world: World, node: Node): void {
  for (let i = 0; i < 4 && !node.replica.uplink.isOpen; i += 1) {
    const opened = node.link();
    if (!opened.ok) node.turn((self, now) => self.becomeNewWriter('superseded', now));
    world.calm();
  }
  expect(node.replica.uplink.isOpen).toBe(true);
}

function accountAt(node: Node, writer: WriterId): number {
  const { ledger } = node.replica;
  const stream = ledger.streams.get(writer);
  if (stream === undefined) throw new Error(`${writer} is not known at ${node.id}.`);
  return exposure(ledger, stream, lamp);
}

function branchesAt(node: Node, writer: WriterId) {
  const { ledger } = node.replica;
  const [, ...branches] = historiesOf(ledger, ledger.streams.get(writer) as never);
  return branches;
}

describe('[F2] two live copies of one writer', () => {
  test('[F2] are both shut out, and what both sold stands in the books under one account', () => {
    const { world, hq, berlin, till, forked, twin } = shopWithClone();
    const had = till.free('lamp');
    expect(till.do(sell('a1', { lamp: 3 }))).toMatchObject({ ok: true });
    world.calm();
    const first = change(till, twin);
    expect(till.do(sell('b1', { lamp: 2 }))).toMatchObject({ ok: true });
    comeBack(world, till);
    expect([hq.fenceOf(forked), berlin.fenceOf(forked)]).toEqual([expect.any(String), expect.any(String)]);
    expect(till.self).not.toBe(forked);
    for (const node of [hq, berlin]) {
      expect(branchesAt(node, forked).map((branch) => branch.row(lamp).used)).toEqual([2]);
      expect(accountAt(node, forked)).toBe(had - 3 - 2);
    }
    // The first machine hears of it, and goes on as a third writer.
    change(till, first);
    comeBack(world, till);
    expect(till.self).not.toBe(forked);
    expect(hq.replica.ledger.documentEntry('order', 'b1')?.body).toMatchObject({ type: 'sold' });
    expect(hq.replica.hub.totals.levels?.get(lamp)).toEqual({ onHand: 9 - 1 - 3 - 2, available: 3 });
  });

  test('[F2] what both sold beyond what they had is a debt that their settler covers', () => {
    const { world, hq, berlin, till, forked, twin } = shopWithClone();
    const had = till.free('lamp');
    expect(till.do(sell('a1', { lamp: had }))).toMatchObject({ ok: true });
    world.calm();
    change(till, twin);
    expect(till.do(sell('b1', { lamp: had }))).toMatchObject({ ok: true });
    const spare = berlin.free('lamp');
    comeBack(world, till);
    world.calmFor(5_000);
    const missing = Math.max(0, had - spare);
    expect([accountAt(hq, forked), accountAt(berlin, forked)]).toEqual([-missing, -missing]);
    berlin.do(receive('d2', { lamp: missing + 2 }));
    world.calmFor(30_000);
    expect([accountAt(hq, forked), accountAt(berlin, forked)]).toEqual([0, 0]);
    expect(hq.replica.hub.totals.levels?.get(lamp)?.available).toBe(2);
  });

  test('[F2] the other history is sent once, relayed, and known as settled', () => {
    const { world, hq, till, forked, twin } = shopWithClone();
    till.do(sell('a1', { lamp: 1 }));
    world.calm();
    change(till, twin);
    till.do(sell('b1', { lamp: 1 }));
    till.do(sell('b2', { lamp: 1 }));
    comeBack(world, till);
    world.calmFor(5_000);
    const own = till.replica.ledger.streams.get(forked);
    expect(own?.head.settled).toEqual({ seq: own?.head.seq, hash: own?.head.hash });
    const entries = hq.journal.entries.length;
    till.cut();
    comeBack(world, till);
    world.calmFor(5_000);
    expect(hq.journal.entries.length).toBe(entries);
    expect(world.mail).toEqual([]);
    expect(till.replica.wakeAtMs(world.now)).toBeUndefined();
  });

  test('[F2][L2] the end of the other history is missed where it got lost, and told again', () => {
    const { link } = hastySettings('any' as ReplicaId, 'store');
    const { world, till, forked, twin } = shopWithClone(9, { link: { ...link, streamBytesTarget: 100 } });
    for (const id of ['a1', 'a2', 'a3']) till.do(sell(id, { lamp: 1 }));
    world.calm();
    change(till, twin);
    till.do(sell('b1', { lamp: 1 }));
    till.link();
    world.calm();
    till.link();
    let lost = 0;
    for (let letter = world.mail.shift(); letter !== undefined; letter = world.mail.shift()) {
      const { frame } = letter;
      const isEnd = frame.kind === 'former' && frame.writer === forked && tells(frame.entries, 'a3');
      if (isEnd) lost += 1;
      else world.deliver(letter);
    }
    expect(lost).toBeGreaterThan(0);
    world.calmFor(20_000);
    comeBack(world, till);
    world.calmFor(5_000);
    expect(till.replica.ledger.documentEntry('order', 'a3')?.body).toMatchObject({ type: 'sold' });
    for (const { head } of till.replica.ledger.streams.values()) expect(head.settled.seq).toBe(head.seq);
  });

  test('[F2][L2] a long history that goes up slowly is waited for, and not begun again and again', () => {
    const { link } = hastySettings('any' as ReplicaId, 'store');
    const slow = { ...link, streamBytesTarget: 100, inFlightBytesMax: 100 };
    const { world, hq, berlin } = shop({ lamp: 1 }, { link: slow });
    berlin.cut();
    for (let i = 1; i <= 30; i += 1) berlin.do(receive(`d${i}`, { lamp: 1 }));
    // The copy shares all this with the other machine, and does not know that the parent has it.
    const twin = berlin.journal.image();
    comeBack(world, berlin);
    berlin.do(receive('a1', { lamp: 1 }));
    world.calm();
    change(berlin, twin);
    berlin.do(receive('b1', { lamp: 1 }));
    berlin.link();
    world.calm();
    berlin.link();
    // One entry a round trip of half a second: longer in all than a lost frame is waited for.
    for (let round = 0; round < 60; round += 1) {
      for (const letter of world.mail.splice(0)) world.deliver(letter);
      world.pass(250);
      for (const node of [hq, berlin]) node.turn();
    }
    expect(berlin.hangUps.filter((message) => message.includes('gap'))).toEqual([]);
    world.calmFor(5_000);
    expect(hq.replica.hub.totals.levels?.get(lamp)?.onHand).toBe(1 + 30 + 1 + 1);
    expect(berlin.do(receive('a1', { lamp: 1 }))).toMatchObject({ ok: true, replayed: true });
  });

  test('[F2] a restart of everybody finds both histories again', () => {
    const { world, hq, berlin, till, forked, twin } = shopWithClone();
    till.do(sell('a1', { lamp: 2 }));
    world.calm();
    change(till, twin);
    till.do(sell('b1', { lamp: 2 }));
    comeBack(world, till);
    const account = accountAt(hq, forked);
    for (const node of [till, berlin]) node.cut();
    for (const node of [hq, berlin, till]) node.restart();
    comeBack(world, berlin);
    comeBack(world, till);
    world.calmFor(5_000);
    expect([accountAt(hq, forked), accountAt(berlin, forked)]).toEqual([account, account]);
  });

  test('[F2][T8] a receipt that both copies wrote down counts once, and other receipts add', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    const forked = berlin.self;
    const twin = berlin.journal.image();
    berlin.do(receive('d2', { lamp: 4 }));
    world.calm();
    change(berlin, twin);
    berlin.do(receive('d2', { lamp: 4 }));
    berlin.do(receive('d3', { lamp: 2 }));
    comeBack(world, berlin);
    expect(hq.replica.hub.totals.levels?.get(lamp)?.onHand).toBe(5 + 4 + 2);
    expect(hq.replica.ledger.documentEntry('receipt', 'd3')).toBeDefined();
    expect(accountAt(hq, forked)).toBe(11);
    // T8: the new life knows what both did before it receives anything.
    expect(berlin.do(receive('d3', { lamp: 2 }))).toMatchObject({ ok: true, replayed: true });
  });

  test('[F2][T8] what was told to a life that has just ended does not let the next one receive', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    comeBack(world, berlin);
    berlin.do(receive('d1', { lamp: 2 }));
    const twin = berlin.journal.image();
    berlin.do(receive('d2', { lamp: 4 }));
    world.calm();
    change(berlin, twin);
    berlin.do(sell('b1', { lamp: 1 }));
    berlin.link();
    const frames = world.intercept('welcome', 'former').map(({ frame }) => frame);
    expect(frames.map(({ kind }) => kind)).toEqual(['welcome', 'former']);
    // One turn hears both: the welcome ends the life, and what it was told of its own past comes to an end.
    berlin.turn((self, now) => {
      for (const frame of frames) {
        if (frame.kind === 'welcome') self.linkUp(frame, now);
        else self.frame(PARENT, frame as StockFrame, now);
      }
    });
    expect(berlin.do(receive('d2', { lamp: 4 }))).toMatchObject({ ok: false });
    comeBack(world, berlin);
    expect(berlin.do(receive('d2', { lamp: 4 }))).toMatchObject({ ok: true, replayed: true });
    expect(hq.replica.hub.totals.levels?.get(lamp)?.onHand).toBe(5 + 2 + 4 - 1);
  });

  test('[F2][T8] a receipt counts once, also where what was said behind a fence came before the word of a later life', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    const twin = berlin.journal.image();
    berlin.do(sell('a1', { lamp: 1 }));
    world.calm();
    berlin.cut();
    berlin.do(receive('d2', { lamp: 4 }));
    const first = change(berlin, twin);
    berlin.link();
    world.calm();
    // Its next life is let in and told of its past, but none of its own words arrive.
    berlin.link();
    for (const letter of world.intercept('welcome', 'former')) world.deliver(letter);
    world.intercept('stream');
    expect(berlin.do(receive('d2', { lamp: 4 }))).toMatchObject({ ok: true });
    const second = change(berlin, first);
    comeBack(world, berlin);
    change(berlin, second);
    comeBack(world, berlin);
    world.calmFor(5_000);
    expect(hq.replica.hub.totals.levels?.get(lamp)).toEqual({ onHand: 5 + 4 - 1, available: 5 + 4 - 1 });
  });

  test('[F2][T8] an order that both copies cancelled is reinstated once', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    berlin.do(sell('o1', { lamp: 3 }, { departsFrom: [] }));
    world.calm();
    const twin = berlin.journal.image();
    berlin.do(cancel('c1', 'o1'));
    world.calm();
    change(berlin, twin);
    berlin.do(cancel('c2', 'o1'));
    comeBack(world, berlin);
    expect(hq.replica.hub.totals.levels?.get(lamp)).toEqual({ onHand: 5, available: 5 });
    expect(hq.replica.ledger.lineProgress('o1' as never, '1' as never).cancelled).toBe(3);
  });

  test('[F2] what both copies of a parent sent to one child is the greater amount', () => {
    const { world, hq, berlin, till } = shop({ lamp: 12 });
    const forked = berlin.self;
    const twin = berlin.journal.image();
    till.ask(sell('t1', { lamp: 3 }, waits));
    world.calm();
    const taken = till.row('lamp').took.find(({ writer }) => writer === forked)?.n ?? 0;
    expect(taken).toBeGreaterThanOrEqual(3);
    till.cut();
    change(berlin, twin);
    // The other copy does not know that the till has them, and sells on.
    berlin.do(sell('b1', { lamp: 2 }));
    comeBack(world, berlin);
    expect(accountAt(hq, forked)).toBe(12 - taken - 2);
    comeBack(world, till);
    world.calmFor(5_000);
    expect(hq.replica.hub.totals.levels?.get(lamp)?.available).toBe(12 - 3 - 2);
  });

  test('[F2] the machine that is connected stays, and the other one is told why it may not', () => {
    const { world, berlin, till, forked } = shopWithClone();
    till.turn((self, now) => self.becomeNewWriter('superseded', now));
    comeBack(world, till);
    const current = till.self;
    const hello = till.hello();
    const [, ...others] = hello.heads;
    const twin = writerId(till.id, 3, 'f'.repeat(32));
    const point = { writer: twin, seq: 1, hash: new Uint8Array(32).fill(7) };
    const helloOfTwin = { writer: twin, heads: [point, ...others.filter(({ writer }) => writer === forked)] };
    expect(till.link(helloOfTwin)).toEqual({
      ok: false,
      code: 'identity_in_use',
      message:
        'Another machine is connected as till. Two machines must not share one identity: ' +
        'switch one of them off, or enrol it under a name of its own.',
    });
    expect(berlin.fenceOf(current)).toBeUndefined();
    // Whoever knows the life that it follows is the same machine, or has its disk.
    expect(till.link({ writer: twin, heads: [point, ...hello.heads] })).toMatchObject({ ok: true });
    expect(berlin.fenceOf(current)).toBe('superseded');
  });

  test('[F2] of machines that come one after the other, each brings all that it did', () => {
    const { world, hq, till, forked, twin } = shopWithClone();
    const had = till.free('lamp');
    till.cut();
    till.do(sell('a1', { lamp: 1 }));
    const first = change(till, twin);
    till.do(sell('b1', { lamp: 1 }));
    till.do(sell('b2', { lamp: 1 }));
    comeBack(world, till);
    const second = change(till, first);
    till.do(sell('a2', { lamp: 1 }));
    comeBack(world, till);
    change(till, second);
    comeBack(world, till);
    world.calmFor(5_000);
    expect(accountAt(hq, forked)).toBe(had - 4);
    for (const id of ['a1', 'a2', 'b1', 'b2'])
      expect(hq.replica.ledger.documentEntry('order', id)?.body).toMatchObject({ type: 'sold' });
  });
});

test('[F2] [F5] of a life that two machines of its parent shut out at different points, the books’ point counts (seeds 80429, 3241)', () => {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const lost = till.self;
  const fenceAt = (node: Node) => node.replica.ledger.streams.get(lost)?.head.fence?.seq;
  const { seq } = till.replica.ledger.self.head;
  world.calm();
  till.cut();
  // The shop's books and the authority's say otherwise, as after a clone of the shop was found.
  const fence = (node: Node, at: number) =>
    node.turn(({ ledger }) => {
      const stream = ledger.streams.get(lost) as Stream;
      const hash = ledger.hashOf(stream, at) as Uint8Array;
      ledger.changeHead(stream, { fence: { seq: at, hash, reason: 'superseded' } });
    });
  fence(berlin, seq - 1);
  fence(hq, seq);
  berlin.cut();
  berlin.link();
  world.calm();
  expect([fenceAt(hq), fenceAt(berlin)]).toEqual([seq, seq]);
});
