/** What a replica did in a former life, and an old parent alone has heard, comes from below where that hangs by now: F5, F3a. */
import { expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { LocationId } from '../ids.ts';
import type { Sell } from '../replica/command.ts';
import { receive, sell } from '../replica/commands.test-kit.ts';
import { type Node, pool, shop, type World } from '../replica/world.test-kit.ts';
import { Forger } from './forger.test-kit.ts';

/** One lamp of another shop's shelf, into the customer's hands. */
function handOverIn(location: string): Sell {
  const inHand = { override: { reason: 'in the customer’s hands', owedMax: 9 } };
  const { lines, ...order } = sell('p1', { lamp: 1 }, { ...inHand, departsFrom: [location as LocationId] });
  return { ...order, lines: lines.map((line) => ({ ...line, locationId: location as LocationId })) };
}

function relink(world: World, node: Node, parent: Node): void {
  node.cut();
  node.parent = parent;
  node.link();
  world.rejoin();
}

/** A shop sold below a depot that is cut off, was put back to before that, and hangs on the root by now. */
function forgottenSale() {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const depot = world.add('depot', 'warehouse', hq);
  const kiosk = world.add('kiosk', 'store', berlin);
  kiosk.cut();
  world.give(berlin, depot);
  relink(world, berlin, depot);
  const { self } = berlin;
  depot.cut();
  const image = berlin.journal.image();
  expect(berlin.do(sell('b1', { lamp: 2 }))).toMatchObject({ ok: true });
  berlin.do(receive('d2', { lamp: 1 }));
  world.calm();
  berlin.cut();
  world.give(berlin, hq);
  berlin.restart(image);
  berlin.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  relink(world, berlin, hq);
  const usedAt = (node: Node) => node.row('lamp', 'berlin', self).used;
  expect([depot, berlin, hq].map(usedAt)).toEqual([2, 0, 0]);
  return { world, hq, berlin, depot, kiosk, all: () => [berlin, hq].map(usedAt) };
}

test('[F5] [F3a] where the old parent hangs on that replica itself, it says what it has heard', () => {
  const { world, berlin, depot, all } = forgottenSale();
  world.give(depot, berlin);
  relink(world, depot, berlin);
  expect(all()).toEqual([2, 2]);
  expect(berlin.hangUps.filter((message) => /speak/.test(message))).toEqual([]);
});

test('[F5] [F3a] where it hangs on a child of that, which is linked already, nobody is hung up on (seed 4007217)', () => {
  const { world, berlin, depot, kiosk, all } = forgottenSale();
  kiosk.link();
  world.calm();
  world.give(depot, kiosk);
  relink(world, depot, kiosk);
  expect(all()).toEqual([2, 2]);
  expect(berlin.hangUps.filter((message) => /speak/.test(message))).toEqual([]);
});

test('[F5] [F3a] where the old parent comes back to the root after that replica, it hears it from there (seed 9001301)', () => {
  const { world, depot, all } = forgottenSale();
  depot.link();
  world.rejoin();
  expect(all()).toEqual([2, 2]);
});

/** Berlin handed lamps over in Paris, is put back to before, and so are the books, once it had begun its next life. */
function forgottenTwice() {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  // Everybody's place is registered.
  world.give(paris, hq);
  const [books, image, { self }] = [hq.journal.image(), berlin.journal.image(), berlin];
  paris.do(receive('d2', { lamp: 5 }, 'paris'));
  expect(berlin.do(handOverIn('paris'))).toMatchObject({ ok: true });
  world.rejoin();
  for (const shop of [berlin, paris]) shop.cut();
  berlin.restart(image);
  berlin.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  hq.restart(books);
  hq.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  const seqAt = (node: Node) => node.replica.ledger.streams.get(self)?.head.seq;
  expect(seqAt(paris)).toBeGreaterThan(seqAt(berlin) as number);
  return { world, hq, berlin, paris, all: () => [paris, hq, berlin].map(seqAt) };
}

test('[F5] [F6] where both were put back, who counted there comes after it', () => {
  const { world, berlin, paris, all } = forgottenTwice();
  const seq = all()[0];
  berlin.link();
  world.rejoin();
  paris.link();
  world.rejoin();
  expect(all()).toEqual([seq, seq, seq]);
});

test('[F5] [F6] or before it, while the life that ended is alive in the books', () => {
  const { world, berlin, paris, all } = forgottenTwice();
  const seq = all()[0];
  paris.link();
  world.rejoin();
  berlin.link();
  world.rejoin();
  expect(all()).toEqual([seq, seq, seq]);
});

test('[F5] [D4] and also where each commit fails once', () => {
  const { world, berlin, paris, all } = forgottenTwice();
  const seq = all()[0];
  world.failsEachCommitOnce = true;
  paris.link();
  world.rejoin();
  berlin.link();
  world.rejoin();
  expect(all()).toEqual([seq, seq, seq]);
});

test('[L7] what the root did in a former life nobody below has heard, and who says so is hung up on', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const { self } = hq;
  hq.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  world.rejoin();
  const { seq, hash } = hq.replica.ledger.streams.get(self)?.head ?? { seq: 0, hash: new Uint8Array(32) };
  const found: EntryBody = { type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n: 500 }] };
  const forger = new Forger(berlin);
  forger.send(forger.frame([forger.entry(found, { writer: self, seq: seq + 1, prevHash: hash })]));
  expect(hq.row('lamp', 'berlin', self).received).toBe(0);
  expect(hq.hangUps.at(-1)).toBe(`${self} does not speak through berlin`);
});
