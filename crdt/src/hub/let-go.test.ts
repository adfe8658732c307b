/** A child that has let go of what its restored parent has forgotten of it: F1a, F3, D7. */
import { expect, test } from 'vitest';
import { decodeEntry } from '../entry/codec.ts';
import type { WriterId } from '../ids.ts';
import { receive } from '../replica/commands.test-kit.ts';
import { type Node, shop, type World } from '../replica/world.test-kit.ts';
import { joinEntries, splitEntries } from '../wire/slices.ts';

/** From now on these entries of a writer come from nobody below, or not from this one: the authority has settled them. */
function letGo(world: World, life: WriterId, seqMax: number, by?: Node): void {
  const deliver = world.deliver.bind(world);
  const isKept = (bytes: Uint8Array) => {
    const { writer, seq } = decodeEntry(bytes);
    return writer !== life || seq > seqMax;
  };
  world.deliver = (letter) => {
    const { frame, from } = letter;
    if (frame.kind !== 'stream' || (by !== undefined && by.id !== from)) return deliver(letter);
    const entries = splitEntries(frame.entries).filter(isKept);
    return deliver({
      ...letter,
      frame: { ...frame, entries: joinEntries(entries.map((bytes) => ({ bytes }))) },
    });
  };
}

test('[T3] [D7] what a fenced child says behind a gap waits until its parent was told from above what lies between (seed 4008261)', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const depot = world.add('depot', 'warehouse', berlin);
  const { self } = depot;
  const image = berlin.journal.image();
  for (const id of ['d1', 'd2', 'd3']) depot.do(receive(id, { lamp: 1 }, 'depot'));
  world.calm();
  // The shop is put back, is cut off, and gives a depot up that was not lost.
  depot.cut();
  berlin.cut();
  berlin.restart(image);
  berlin.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  berlin.turn((replica, now) => replica.retire(depot.id, now));
  const seqAt = (node: Node) => node.replica.ledger.streams.get(self)?.head.seq;
  expect([seqAt(hq), seqAt(berlin), berlin.fenceOf(self)]).toEqual([4, 1, 'retired']);
  depot.do(receive('d4', { lamp: 1 }, 'depot'));
  letGo(world, self, 4);
  for (let hello = 0; hello < 3; hello += 1) {
    depot.link();
    world.calm();
  }
  expect(berlin.hangUps.at(-1)).toMatch(/jumps from entry 1 to 5/);
  berlin.link();
  world.rejoin();
  expect([hq, berlin].map(seqAt)).toEqual([seqAt(depot), seqAt(depot)]);
  expect(hq.row('lamp', 'depot', self).received).toBe(4);
  expect([berlin.journal.quarantined, hq.journal.quarantined]).toEqual([[], []]);
});

/** A depot left a shop for the root; the books forgot all that it had said, and it let go of what it had said to the shop. */
function forgottenHalf() {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const depot = world.add('depot', 'warehouse', berlin);
  const { self } = depot;
  const books = hq.journal.image();
  for (const id of ['d1', 'd2', 'd3']) depot.do(receive(id, { lamp: 1 }, 'depot'));
  world.calm();
  depot.cut();
  depot.parent = hq;
  world.give(depot, hq);
  depot.link();
  depot.do(receive('d4', { lamp: 1 }, 'depot'));
  world.rejoin();
  for (const child of [depot, berlin]) child.cut();
  letGo(world, self, 4, depot);
  hq.restart(books);
  hq.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  depot.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  const seqAt = (node: Node) => node.replica.ledger.streams.get(self)?.head.seq as number;
  expect([seqAt(hq), seqAt(berlin)]).toEqual([1, 4]);
  return { world, hq, berlin, depot, self, seqAt };
}

test('[T3] [D7] [F6] what a child said behind a gap at the root it says again when somebody else has filled that (seed 9408381)', () => {
  const { world, hq, berlin, depot, self, seqAt } = forgottenHalf();
  depot.link();
  world.rejoin();
  expect([seqAt(hq), hq.journal.quarantined.length > 0]).toEqual([1, true]);
  const { length } = hq.hangUps;
  berlin.link();
  world.rejoin();
  expect(seqAt(hq)).toBe(seqAt(depot));
  expect(hq.row('lamp', 'depot', self).received).toBe(4);
  expect(hq.hangUps.slice(length)).toEqual(['More of your past is known here: say hello again.']);
});

test('[T3] [D4] also where each commit fails once', () => {
  const { world, hq, berlin, depot, seqAt } = forgottenHalf();
  world.failsEachCommitOnce = true;
  for (const child of [depot, berlin]) {
    child.link();
    world.rejoin();
  }
  expect(seqAt(hq)).toBe(seqAt(depot));
});

test('[T3] [F6] where nobody fills it, nobody is hung up on', () => {
  const { world, hq, depot, seqAt } = forgottenHalf();
  world.comesToRest = false;
  depot.link();
  world.rejoin();
  world.calmFor(60_000);
  expect([seqAt(hq), hq.hangUps]).toEqual([1, []]);
});
