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
