/** What was done at a place before its doer went elsewhere is known there in the end: F3a, T9, F5. */
import { expect, test } from 'vitest';
import { Forger } from '../hub/forger.test-kit.ts';
import { type ReplicaId, writerId } from '../ids.ts';
import { count, receive, sell } from './commands.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import { ABOVE } from './stream.ts';
import { Node, pool, shop } from './world.test-kit.ts';

function unheardTill() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const desk = new Node(world, hastySettings('desk' as ReplicaId, 'terminal'), berlin);
  world.nodes.set(desk.id, desk);
  desk.turn((self, now) => self.beginLife(berlin.self, now));
  return { world, hq, berlin, till, desk };
}

function relink(node: Node, parent: Node) {
  node.cut();
  node.parent = parent;
  const opened = node.link();
  node.world.rejoin();
  return opened;
}

const viaOf = (node: Node, of: Node) => node.replica.ledger.streams.get(of.self)?.head.via;

test('[F3a] [T9] a shop hears what a till sold there that left before it ever spoke to it', () => {
  const { world, hq, berlin, desk } = unheardTill();
  const region = world.add('region', 'region', hq);
  world.give(berlin, region);
  relink(berlin, region);
  desk.do(sell('d1', { lamp: 2 }, { override: { reason: 'in the customer’s hands', owedMax: 9 } }));
  expect(desk.row('lamp').departed).toBe(2);
  world.give(desk, hq);
  relink(desk, hq);
  expect(berlin.row('lamp', 'berlin', desk.self).departed).toBe(2);
  expect(berlin.do(count('c1', { lamp: 7 }))).toMatchObject({
    ok: true,
    entry: { body: { lines: [{ more: 0, less: 0 }] } },
  });
});

test('[F3a] [T9] what the parent itself sold from a shelf is no past of its child, and the link comes to rest', () => {
  const { hq, berlin } = shop({ lamp: 9 });
  hq.do(sell('o1', { lamp: 1 }, { override: { reason: 'in the customer’s hands', owedMax: 9 } }));
  expect(hq.row('lamp').departed).toBe(1);
  expect(relink(berlin, hq)).toMatchObject({ ok: true });
  expect([berlin.hangUps, berlin.replica.ledger.streams.has(hq.self)]).toEqual([[], false]);
});

test('[F3a] a shop brings what its new parent’s parent said while it hung on that shop, and is not hung up on (seed 318)', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const depot = world.add('depot', 'warehouse', berlin);
  const paris = world.add('paris', 'store', hq);
  world.give(depot, hq);
  relink(depot, hq);
  world.give(paris, depot);
  relink(paris, depot);
  world.give(berlin, paris);
  expect(relink(berlin, paris)).toMatchObject({ ok: true });
  expect(berlin.do(sell('b1', { lamp: 1 }))).toMatchObject({ ok: true });
  world.calm();
  expect([berlin.replica.uplink.isOpen, viaOf(paris, depot)]).toEqual([true, ABOVE]);
  expect(hq.row('lamp', 'berlin', berlin.self).used).toBe(1);
});

test('[F3a] a shop hears of its own parent from below, where that stands by now, before it has left it (seed 325)', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const region = world.add('region', 'region', hq);
  const depot = world.add('depot', 'warehouse', hq);
  world.give(berlin, region);
  relink(berlin, region);
  world.give(depot, berlin);
  relink(depot, berlin);
  // The shop is to hang on the authority again, and has not been there when its parent comes to stand below it.
  world.give(berlin, hq);
  world.give(region, depot);
  expect(berlin.replica.ledger.self.head.parent).toBe(region.self);
  relink(region, depot);
  expect([viaOf(depot, region), viaOf(berlin, region)]).toEqual(['region', 'depot']);
  expect(depot.replica.uplink.isOpen).toBe(true);
  relink(berlin, hq);
  expect(viaOf(hq, region)).toBe('berlin');
});

/** A till that ended one life and went from one shop to another; the first alone knows of a life before that. */
function forgottenLife() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  const lost = writerId(till.id, 1, '9'.repeat(32));
  till.turn((self, now) => self.becomeNewWriter('rollback', now));
  world.give(till, paris);
  relink(till, paris);
  const tell = () => {
    const shopSays = new Forger(berlin);
    const begin = { writer: lost, seq: 1, prevHash: new Uint8Array(32) };
    const life = shopSays.entry({ type: 'life', kind: 'terminal', parent: hq.self }, begin);
    const lines = [{ pool: pool('lamp', till.id), n: 1 }];
    const next = shopSays.entry(
      { type: 'received', cause: 'delivery', lines },
      {
        writer: lost,
        seq: 2,
      },
    );
    const mine = shopSays.entry({ type: 'checkpoint', digest: '00'.repeat(8), pools: 0 }, own(berlin));
    shopSays.send(shopSays.frame([life, next, mine]));
    world.rejoin();
  };
  return { world, hq, berlin, paris, till, lost, tell };
}

const own = ({ self, replica }: Node) => {
  const { seq, hash } = replica.ledger.self.head;
  return { writer: self, seq: seq + 1, prevHash: hash };
};
const strange = (node: Node) =>
  node.hangUps.filter((message) => !/say hello again|another parent/.test(message));

test('[F3a] [F5] what an old parent alone heard of a life that ended is kept, beside the life that goes on elsewhere', () => {
  const { hq, berlin, paris, till, lost, tell } = forgottenLife();
  const { self } = berlin;
  tell();
  expect(strange(hq)).toEqual([]);
  expect(hq.replica.ledger.streams.get(lost)?.head).toMatchObject({ seq: 2, via: 'paris' });
  expect([hq.fenceOf(lost), hq.fenceOf(till.self), hq.fenceOf(self)]).toEqual([
    'superseded',
    undefined,
    'rows-differ',
  ]);
  expect(relink(till, paris)).toMatchObject({ ok: true });
});

test('[F3a] [F5] on its way up it passes those who know nothing of either, and nothing behind it waits', () => {
  const { world, hq, berlin, till, lost, tell } = forgottenLife();
  const region = world.add('region', 'region', hq);
  world.give(berlin, region);
  relink(berlin, region);
  expect(region.replica.ledger.streams.has(till.self)).toBe(false);
  tell();
  expect([strange(region), strange(hq)]).toEqual([[], []]);
  expect(region.replica.ledger.streams.get(lost)?.head).toMatchObject({ seq: 2, via: ABOVE });
  expect(hq.replica.ledger.streams.get(lost)?.head).toMatchObject({ seq: 2, via: 'paris' });
  expect(hq.fenceOf(lost)).toBe('superseded');
});

test('[F3a] [L7] a life that goes on elsewhere begins by the way where it lives, and nothing behind it waits', () => {
  const { world, hq, berlin, paris, till } = forgottenLife();
  const next = writerId(till.id, 3, '8'.repeat(32));
  const shopSays = new Forger(berlin);
  const life = shopSays.entry(
    { type: 'life', kind: 'terminal', parent: hq.self },
    { writer: next, seq: 1, prevHash: new Uint8Array(32) },
  );
  const more = shopSays.entry(
    { type: 'checkpoint', digest: '00'.repeat(8), pools: 0 },
    { writer: next, seq: 2 },
  );
  const mine = own(berlin);
  shopSays.send(shopSays.frame([life, more, shopSays.entry({ type: 'reparented', parent: hq.self }, mine)]));
  world.rejoin();
  expect([strange(hq), hq.replica.ledger.streams.has(next)]).toEqual([[], false]);
  expect(hq.replica.ledger.streams.get(mine.writer)?.head.seq).toBe(mine.seq);
  expect(relink(till, paris)).toMatchObject({ ok: true });
});

test('[F3a] a life of which its old parent tells first goes with all lives of its replica where that speaks (seed 80130)', () => {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  const { self: before } = till;
  berlin.cut();
  till.turn((self, now) => self.becomeNewWriter('rollback', now));
  till.link();
  world.calm();
  world.give(till, paris);
  berlin.link();
  world.calm();
  const ways = () => [before, till.self].map((life) => hq.replica.ledger.streams.get(life)?.head.via);
  expect(ways()).toEqual(['berlin', 'berlin']);
  relink(till, paris);
  expect(ways()).toEqual(['paris', 'paris']);
});

test('[F3a] a life that ended below a parent that went elsewhere itself has ended for all above (seed 404)', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  const region = world.add('region', 'region', hq);
  const desk = world.add('desk', 'terminal', region);
  const { self: before } = desk;
  region.cut();
  desk.turn((self, now) => self.becomeNewWriter('rollback', now));
  desk.link();
  world.calm();
  world.give(region, berlin);
  world.give(desk, paris);
  relink(region, berlin);
  expect(hq.replica.ledger.streams.get(region.self)?.head.via).toBe('berlin');
  expect([hq.replica.ledger.streams.has(desk.self), hq.fenceOf(before)]).toEqual([true, 'superseded']);
  relink(desk, paris);
  expect(viaOf(hq, desk)).toBe('paris');
});

test('[F3a] a life that never spoke below its new parent is shut out by that for all above (seed 3323)', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const desk = world.add('desk', 'terminal', hq);
  const image = desk.journal.image(desk.journal.commitCount);
  desk.turn((self, now) => self.becomeNewWriter('rollback', now));
  desk.link();
  world.calm();
  const { self: lost } = desk;
  world.give(desk, berlin);
  // An image from before that life, which does not know it, is started below the shop.
  desk.cut();
  desk.restart(image);
  desk.parent = berlin;
  for (let hello = 0; hello < 3; hello += 1) {
    if (desk.link().ok === false) desk.turn((self, now) => self.becomeNewWriter('superseded', now));
    world.rejoin();
  }
  expect(desk.replica.ledger.self.head.parent).toBe(berlin.self);
  expect([berlin.fenceOf(lost), hq.fenceOf(lost)]).toEqual(['superseded', 'superseded']);
});

test('[F3a] [L2] what came from above is passed on, although the word that this was all of it was lost (seed 1953)', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const kiosk = world.add('kiosk', 'store', berlin);
  const desk = world.add('desk', 'terminal', hq);
  berlin.cut();
  world.give(desk, kiosk);
  berlin.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  for (const letter of world.intercept('former'))
    if (letter.frame.kind === 'former' && !letter.frame.last) world.deliver(letter);
  world.calm();
  expect([berlin, kiosk].map((node) => node.replica.ledger.streams.has(desk.self))).toEqual([true, false]);
  // It waits for the rest, and begins its link again.
  world.calmFor(10_000);
  world.rejoin();
  expect(kiosk.replica.ledger.streams.has(desk.self)).toBe(true);
  relink(desk, kiosk);
  expect(viaOf(hq, desk)).toBe('berlin');
});

test('[F3a] [L2] what a child surrendered before it left is taken, though its parent was started again while it was told of that (seed 9003352)', () => {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calm();
  till.cut();
  berlin.cut();
  const items = [{ pool: pool('lamp'), n: 2 }];
  till.turn(({ ledger }, now) => ledger.append({ type: 'sent', to: berlin.self, items }, '', 'system', now));
  const units = berlin.free('lamp');
  world.give(till, paris);
  relink(till, paris);
  world.give(till, berlin);
  // The word that this was all is on its way when the shop goes down, and cells are lost.
  berlin.link();
  world.intercept('cells');
  for (const letter of world.intercept('welcome', 'former'))
    if (letter.frame.kind !== 'former' || !letter.frame.last) world.deliver(letter);
  world.mail = [];
  expect(berlin.row('lamp', 'berlin', till.self).sent).toMatchObject([{ writer: berlin.self, n: 2 }]);
  berlin.cut();
  berlin.restart();
  till.cut();
  till.parent = berlin;
  berlin.link();
  till.link();
  for (const letter of world.intercept('welcome', 'former', 'stream')) world.deliver(letter);
  for (const letter of world.intercept('stream')) world.deliver(letter);
  world.intercept('cells');
  world.rejoin();
  expect(viaOf(hq, till)).toBe('berlin');
  expect([berlin.row('lamp').took, berlin.free('lamp')]).toMatchObject([
    [{ writer: till.self, n: 2 }],
    units + 2,
  ]);
});

test('[F5] [F3a] no replica settles its own former life, though that one’s parent hangs on it by now (seed 4000757)', () => {
  const { world, hq, berlin } = shop();
  const depot = world.add('depot', 'warehouse', hq);
  world.give(berlin, depot);
  relink(berlin, depot);
  const before = berlin.self;
  berlin.do(sell('b1', { lamp: 2 }, { override: { reason: 'in the customer’s hands', owedMax: 9 } }));
  world.calm();
  berlin.cut();
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  world.give(berlin, hq);
  relink(berlin, hq);
  world.give(depot, berlin);
  relink(depot, berlin);
  berlin.do(receive('d1', { lamp: 5 }));
  world.calmFor(hq.settings.policy.debtAskMs + 5_000);
  // Whoever stands above both covers the debt, once.
  expect(berlin.row('lamp').sent.filter(({ writer }) => writer === before)).toEqual([]);
  expect(hq.row('lamp', 'berlin', hq.self).sent).toMatchObject([{ writer: before, n: 2 }]);
});
