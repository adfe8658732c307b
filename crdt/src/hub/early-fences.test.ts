/** Who was shut out below is shut out above when all has come that it had said by then: F3, F3a, L2. */
import { expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { Books, name } from '../replica/books.test-kit.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import { newHead } from '../replica/stream.ts';
import { Node, pool, shop } from '../replica/world.test-kit.ts';
import { EarlyFences } from './early-fences.ts';

/**
 * A till begins its life below the root, which never hears of it, and is given to a depot, which shuts it out. The
 * depot's shop hears of that while it is cut off; then the depot is given to the root.
 */
function shutOutElsewhere() {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const depot = world.add('depot', 'warehouse', berlin);
  const till = new Node(world, hastySettings('kiosk' as ReplicaId, 'terminal'), hq);
  world.nodes.set(till.id, till);
  till.turn((self, now) => self.beginLife(hq.self, now));
  berlin.cut();
  world.give(till, depot);
  till.parent = depot;
  till.link();
  world.calm();
  till.cut();
  till.isRunning = false;
  depot.turn((self, now) => self.retire(till.id, now));
  world.calm();
  expect([depot, berlin].map((node) => node.fenceOf(till.self))).toEqual(['retired', 'retired']);
  depot.cut();
  world.give(depot, hq);
  berlin.link();
  world.calm();
  const headAt = (node: Node) => node.replica.ledger.streams.get(till.self)?.head;
  // Of the till the shop's word is not enough here, and of the depot that shut it out it is.
  expect(headAt(hq)).toMatchObject({ seq: 1, fence: null });
  const fences = hq.journal.entries.filter(({ entry }) => entry.body.type === 'fenced');
  expect(fences.map(({ entry }) => entry.writer)).toEqual([depot.self]);
  /** By its new way the depot brings the rest of what the till said. */
  const arrive = () => {
    depot.parent = hq;
    depot.link();
    world.rejoin();
    return [headAt(hq)?.seq, headAt(hq)?.fence];
  };
  return { world, hq, berlin, arrive, fence: [headAt(depot)?.seq, headAt(depot)?.fence] };
}

test('[F3] [F3a] a till that was shut out at its parent is shut out above once its last entry has come (seed 4004172)', () => {
  const { arrive, fence } = shutOutElsewhere();
  expect(arrive()).toEqual(fence);
});

test('[F3a] [D4] and also where the commit fails with which it has come', () => {
  const { world, arrive, fence } = shutOutElsewhere();
  world.failsEachCommitOnce = true;
  expect(arrive()).toEqual(fence);
});

test('[F3a] [L2] and also where the root was started again meanwhile: it is said again behind what is lacking', () => {
  const { hq, berlin, arrive, fence } = shutOutElsewhere();
  berlin.cut();
  hq.restart();
  expect(arrive()).toEqual(fence);
});

test('[L7] a fence that its sayer may not say is judged once', () => {
  const books = new Books();
  const { ledger, shop: lost } = books;
  const early = new EarlyFences(ledger);
  const { seq, hash } = lost.head;
  expect(early.isEarly(name('liar'), { writer: lost.writer, seq: seq + 1, hash, reason: 'retired' })).toBe(
    true,
  );
  books.say(lost, { type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n: 1 }] });
  expect(early.due(lost)).toBeDefined();
  books.commit();
  early.keep();
  books.say(lost, { type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n: 1 }] });
  expect(early.due(lost)).toBeUndefined();
});

test('[L7] [L5] a liar who names any number of writers is noted for so many, and what is known of them may change', () => {
  const { ledger } = new Books();
  const early = new EarlyFences(ledger);
  const hash = new Uint8Array(32);
  const say = (i: number, seq: number) =>
    early.isEarly(name('liar'), { writer: name(`t${i}`), seq, hash, reason: 'retired' });
  for (let i = 0; i <= 10_000; i += 1) expect(say(i, 3)).toBe(true);
  say(0, 2);
  const seqOf = (i: number) => {
    const stream = ledger.addStream(name(`t${i}`), newHead('terminal', ledger.self.writer, null));
    stream.head.seq = 9;
    return early.due(stream)?.said.seq;
  };
  expect([0, 9_999, 10_000].map(seqOf)).toEqual([2, 3, undefined]);
});

/** What is waited for of one writer, which may be known here and come this far. */
function waiting() {
  const { ledger } = new Books();
  const early = new EarlyFences(ledger);
  const writer = name('till');
  const isEarly = (seq: number) =>
    early.isEarly(name('depot'), { writer, seq, hash: new Uint8Array(32), reason: 'retired' });
  const stream = (seq: number, isShutOut = false) => {
    const head = newHead('terminal', ledger.self.writer, null);
    head.seq = seq;
    if (isShutOut) head.fence = { seq, hash: head.hash, reason: 'retired' };
    return { writer, head };
  };
  return {
    isEarly,
    /** The ledger knows it so far. */
    known: (seq: number, isShutOut = false) => {
      const { head } = stream(seq, isShutOut);
      return ledger.addStream(writer, head);
    },
    keep: () => early.keep(),
    dueAt: (seq: number, isShutOut = false) =>
      early.due(stream(seq, isShutOut) as Parameters<EarlyFences['due']>[0])?.said.seq,
  };
}

test('[F3a] it is due from the entry on at which it was said, unless who said that is shut out by then', () => {
  const { isEarly, dueAt } = waiting();
  expect(isEarly(5)).toBe(true);
  expect([dueAt(4), dueAt(5), dueAt(6), dueAt(6, true)]).toEqual([undefined, 5, 5, undefined]);
});

test('[F3a] of who is shut out, or has come so far, nothing is early', () => {
  const { isEarly, known } = waiting();
  const { head } = known(4);
  expect([isEarly(4), isEarly(5)]).toEqual([false, true]);
  head.fence = { seq: 4, hash: head.hash, reason: 'retired' };
  expect(isEarly(5)).toBe(false);
});

test.each([
  ['unknown', undefined, 5],
  ['not so far yet', [4, false], 5],
  ['so far', [5, false], undefined],
  ['shut out before', [4, true], undefined],
] as const)('[F3a] after a turn, a writer that is %s here is waited for or not', (_, at, due) => {
  const { isEarly, known, keep, dueAt } = waiting();
  isEarly(5);
  if (at !== undefined) known(at[0], at[1]);
  keep();
  expect(dueAt(9)).toBe(due);
});
