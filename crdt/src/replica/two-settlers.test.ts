/** A region that is cut off acts on what it knows; above, a replica was found and given away meanwhile: F3, F3a, F5, L7. */
import { expect, test } from 'vitest';
import { isShutOutBy } from '../hub/relayed-fence.ts';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { reclaim, sell } from './commands.test-kit.ts';
import { country } from './country.test-kit.ts';
import { linkAgain, longCalm, moveTo } from './moves.test-kit.ts';
import { settlerFrom } from './settler.ts';
import { type Node, pool } from './world.test-kit.ts';

const lamp = pool('lamp');

const availableAt = (hq: Node) => hq.replica.hub.totals.levels?.get(lamp)?.available;

function sellAll(node: Node): number {
  const units = node.replica.canSell(lamp);
  return units > 0 && node.do(sell(`all-${node.id}`, { lamp: units })).ok ? units : 0;
}

/** The north, cut off, gave up the shop and its till, which are only switched off, and took back what the till had. */
function cutOffAndGivenUp() {
  const all = country();
  const { north, berlin, till, lost, units } = all;
  for (const node of [till, berlin]) {
    node.cut();
    node.isRunning = false;
  }
  north.cut();
  for (const node of [berlin, till]) north.turn((self, now) => self.retire(node.id, now));
  expect(north.do(reclaim('r1', lost, { lamp: units }))).toMatchObject({ ok: true });
  north.isRunning = false;
  return all;
}

test('[F3] [F3a] whom its settler shut out in the place of its parent, before it heard that it was given away, is shut out', () => {
  const { world, hq, north, south, paris, till, lost, units } = cutOffAndGivenUp();
  moveTo(world, till, paris);
  expect([till.self === lost, hq.fenceOf(lost)]).toEqual([true, undefined]);
  north.isRunning = true;
  north.turn((self) => self.moving.registryChanged());
  linkAgain(world, north);
  longCalm(world);
  expect([hq, south, paris, north].map((node) => node.fenceOf(lost))).toEqual(Array(4).fill('retired'));
  expect(till.self).not.toBe(lost);
  expect(sellAll(till) + sellAll(north)).toBe(units);
  longCalm(world);
  expect(availableAt(hq)).toBeGreaterThanOrEqual(0);
});

test.each(['given up there', 'put back'])(
  '[F3] [F3a] also where that parent has ended below somebody else meanwhile: %s',
  (how) => {
    const { world, hq, north, south, berlin, paris, till, lost, units } = cutOffAndGivenUp();
    moveTo(world, berlin, south);
    berlin.cut();
    if (how === 'put back') {
      berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
      linkAgain(world, berlin);
    } else {
      berlin.isRunning = false;
      south.turn((self, now) => self.retire(berlin.id, now));
    }
    longCalm(world);
    moveTo(world, till, paris);
    north.isRunning = true;
    north.turn((self) => self.moving.registryChanged());
    linkAgain(world, north);
    longCalm(world);
    expect([hq, south, paris, north].map((node) => node.fenceOf(lost))).toEqual(Array(4).fill('retired'));
    expect(sellAll(till) + sellAll(north)).toBe(units);
    longCalm(world);
    expect(availableAt(hq)).toBeGreaterThanOrEqual(0);
  },
);

/** Both the region that is cut off and the books believe to settle the till's first life, and take back what it had. */
function takenBackTwice() {
  const all = country();
  const { world, hq, north, south, berlin, till, lost, units } = all;
  till.cut();
  berlin.turn((self, now) => self.retire(till.id, now));
  world.calmFor(60_000);
  world.give(till, north);
  till.parent = north;
  till.turn((self, now) => self.becomeNewWriter('rollback', now));
  linkAgain(world, till);
  longCalm(world);
  berlin.cut();
  north.turn((self, now) => self.retire(berlin.id, now));
  world.calmFor(60_000);
  north.cut();
  north.isRunning = false;
  moveTo(world, berlin, south);
  north.isRunning = true;
  expect(north.do(reclaim('r-north', lost, { lamp: units }))).toMatchObject({ ok: true });
  expect(hq.do(reclaim('r-hq', lost, { lamp: units }))).toMatchObject({ ok: true });
  return all;
}

test('[F3] what two took back of one life is used once: the books shut out the second before it may use it', () => {
  const { world, hq, north, units } = takenBackTwice();
  const before = north.self;
  expect(sellAll(hq)).toBe(units);
  north.turn((self) => self.moving.registryChanged());
  north.link();
  // Every frame may be lost or late (L2), such as the first recalls.
  let early = 0;
  for (let i = 0; i < 400 && early === 0; i += 1) {
    world.intercept('recalls');
    const letter = world.mail.shift();
    if (letter !== undefined) world.deliver(letter);
    else {
      world.pass(100);
      for (const node of world.nodes.values()) node.turn();
    }
    early = sellAll(north);
  }
  longCalm(world);
  expect([early, hq.fenceOf(before), north.self === before]).toEqual([0, 'rights', false]);
  expect(availableAt(hq)).toBeGreaterThanOrEqual(0);
});

test.each([
  ['for that', 'rights'],
  ['before, as one that is gone', 'retired'],
])(
  '[F3] nor where the link ends before it is told that it was shut out %s: a welcome says nothing of what is settled behind that',
  (_, reason) => {
    const { world, hq, north, units } = takenBackTwice();
    if (reason === 'retired') hq.turn((self, now) => self.retire(north.id, now));
    const before = north.self;
    expect(sellAll(hq)).toBe(units);
    north.turn((self) => self.moving.registryChanged());
    north.link();
    const isHeard = () =>
      hq.fenceOf(before) !== undefined && hq.row('lamp', 'berlin', before).reclaimed.length > 0;
    for (let i = 0; i < 400 && !isHeard(); i += 1) {
      world.mail = world.mail.filter(
        ({ to, frame }) => to !== north.id || !['ack', 'recalls'].includes(frame.kind),
      );
      const letter = world.mail.shift();
      if (letter !== undefined) world.deliver(letter);
      else {
        world.pass(100);
        for (const node of world.nodes.values()) node.turn();
      }
    }
    expect(hq.fenceOf(before)).toBe(reason);
    north.cut();
    north.link();
    const [welcome] = world.intercept('welcome');
    if (welcome === undefined) throw new Error('Nobody is welcomed.');
    world.deliver(welcome);
    expect(sellAll(north)).toBe(0);
    longCalm(world);
    expect([availableAt(hq), north.self === before]).toEqual([expect.any(Number), false]);
    expect(availableAt(hq)).toBeGreaterThanOrEqual(0);
  },
);

test('[F6] [F3] a welcome says no less of who was retired than is settled: that would be taken for books put back (seed 19009195)', () => {
  const { world, hq, north, berlin, till, lost } = country();
  till.cut();
  till.isRunning = false;
  berlin.turn((self, now) => self.retire(till.id, now));
  world.calm();
  till.isRunning = true;
  till.do(sell('late', { lamp: 1 }));
  linkAgain(world, till);
  longCalm(world);
  const settledAt = (node: Node) => node.replica.ledger.streams.get(lost)?.head.settled.seq;
  const { seq, fence } = hq.replica.ledger.streams.get(lost)?.head ?? {};
  expect(seq).toBeGreaterThan(fence?.seq ?? 0);
  expect(settledAt(north)).toBe(seq);
  north.cut();
  north.link();
  const [welcome] = world.intercept('welcome');
  if (welcome === undefined) throw new Error('Nobody is welcomed.');
  world.deliver(welcome);
  expect(settledAt(north)).toBe(seq);
});

test.each(['a sale', 'a surrender that is taken', 'an override'])(
  '[F3] [F5] nor is who took back the rest shut out for what that life did behind its fence: %s',
  (late) => {
    const { world, hq, north, berlin, paris, till, lost, units } = country();
    till.cut();
    till.isRunning = false;
    berlin.turn((self, now) => self.retire(till.id, now));
    north.cut();
    expect(berlin.do(reclaim('r1', lost, { lamp: 1 }))).toMatchObject({ ok: true });
    world.calm();
    berlin.cut();
    berlin.isRunning = false;
    north.turn((self, now) => self.retire(berlin.id, now));
    world.calm();
    north.isRunning = false;
    moveTo(world, till, paris);
    if (late === 'a sale') till.do(sell('t2', { lamp: 2 }));
    else if (late === 'an override')
      till.do(sell('t2', { lamp: units + 2 }, { override: { reason: 'in hand', owedMax: 9 } }));
    else
      till.turn((self, now) => {
        const items = [{ pool: lamp, n: 2 }];
        self.ledger.append({ type: 'sent', to: paris.self, items }, '', 'system', now);
      });
    longCalm(world);
    north.isRunning = true;
    const before = north.self;
    expect(north.do(reclaim('r2', lost, { lamp: units - 1 }))).toMatchObject({ ok: true });
    north.turn((self) => self.moving.registryChanged());
    linkAgain(world, north);
    longCalm(world);
    expect([hq.fenceOf(before), north.self]).toEqual([undefined, before]);
  },
);

test('[F3] who takes back what is left, beside another one who took a part of it, goes on as it is', () => {
  const { world, hq, north, berlin, till, lost, units } = country();
  till.cut();
  berlin.turn((self, now) => self.retire(till.id, now));
  expect(berlin.do(reclaim('r1', lost, { lamp: 1 }))).toMatchObject({ ok: true });
  world.calm();
  berlin.cut();
  hq.turn((self, now) => self.retire(berlin.id, now));
  north.turn((self, now) => self.retire(berlin.id, now));
  world.calm();
  const before = north.self;
  expect(north.do(reclaim('r2', lost, { lamp: units - 1 }))).toMatchObject({ ok: true });
  longCalm(world);
  expect([north.self, hq.fenceOf(before), north.replica.canSell(lamp) >= units - 1]).toEqual([
    before,
    undefined,
    true,
  ]);
});

test('[F3] [F3a] whom a shop gave up when it was shut out itself is shut out, by whatever way that is heard (seed 19009499)', () => {
  const { world, hq, north, south, berlin, paris, till, lost, units } = country();
  till.cut();
  till.isRunning = false;
  berlin.cut();
  north.turn((self, now) => self.retire(berlin.id, now));
  world.calm();
  berlin.turn((self, now) => self.retire(till.id, now));
  expect(berlin.do(reclaim('r1', lost, { lamp: units }))).toMatchObject({ ok: true });
  berlin.isRunning = false;
  moveTo(world, till, paris);
  expect(hq.fenceOf(lost)).toBeUndefined();
  // What it took back there is in its account, wherever it is found.
  moveTo(world, berlin, south);
  longCalm(world);
  expect([hq, paris].map((node) => node.fenceOf(lost))).toEqual(['retired', 'retired']);
  expect([till.self === lost, till.free('lamp')]).toEqual([false, 0]);
});

test('[L7] who stands above the next life of a parent, in another part of the tree, settles nothing that stays behind', () => {
  const books = new Books();
  const { ledger } = books;
  const rome = books.add(name('rome'), 'rome');
  const paris = books.add(name('paris'), 'berlin', books.shop.writer);
  const till = books.add(name('till'), 'berlin', paris.writer);
  ledger.fence(paris, 'superseded', atFirst);
  ledger.changeHead(paris, { via: 'rome' as ReplicaId });
  books.add(name('paris', 2), 'rome', rome.writer);
  expect(isShutOutBy(ledger, till, rome.writer, () => null)).toBe(false);
  expect(settlerFrom(ledger, till)).toBe('here');
});

test.each([1, 2])(
  '[F5] the parent’s newest life decides where it is settled, whichever was heard of first (%i)',
  (first) => {
    const books = new Books();
    const rome = books.add(name('rome'), 'rome');
    const paris = books.add(name('paris'), 'berlin', books.shop.writer);
    const till = books.add(name('till'), 'berlin', paris.writer);
    books.ledger.fence(till, 'retired', atFirst);
    books.ledger.fence(paris, 'superseded', atFirst);
    const lives = [
      () => books.add(name('paris', 2), 'rome', rome.writer),
      () => books.add(name('paris', 3), 'berlin', books.shop.writer),
    ];
    for (const add of first === 1 ? lives : lives.reverse()) add();
    expect(settlerFrom(books.ledger, till)).toBe('below');
  },
);
