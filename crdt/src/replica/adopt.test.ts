/** A replica with children whose database file is put back: F1a. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import type { StockFrame } from '../wire/frames.ts';
import { receive, sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { PARENT } from './out.ts';
import { type Letter, type Node, pool, shop, type World } from './world.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };

/** The journal as it was after the first entries that fit. */
function imageBefore(node: Node, isAfter: (type: string) => boolean) {
  const at = node.journal.entries.findIndex(
    ({ entry }) => entry.writer === node.self && isAfter(entry.body.type),
  );
  let commits = node.journal.commitCount;
  while (node.journal.image(commits).entries.length > at) commits -= 1;
  return node.journal.image(commits);
}

/** As `restore` does it: an earlier image, and a new writer. */
function restore({ world, node, child }: { world: World; node: Node; child: Node }, image: Node['journal']) {
  const before = node.self;
  child.cut();
  node.cut();
  node.restart(image);
  node.turn((self, now) => self.becomeNewWriter('rollback', now));
  node.link();
  world.calm();
  child.link();
  world.calm();
  return before;
}

/** A till that was granted its units, sold some, and has more to sell. */
function shopWithBusyTill() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, waits));
  world.calm();
  const units = till.free('lamp');
  expect(units).toBeGreaterThan(1);
  return { world, hq, berlin, till, units };
}

test('[T8] a restored replica refuses no sale for want of stock before it knows what it sold', () => {
  const { world, berlin, till } = shop({ lamp: 9 });
  till.cut();
  berlin.do(sell('s2', { lamp: 2 }));
  world.calm();
  berlin.cut();
  berlin.restart(imageBefore(berlin, (type) => type === 'sold'));
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  expect(berlin.do(sell('s2', { lamp: 2 }))).toMatchObject({ ok: false, code: 'former_lives_unknown' });
  berlin.link();
  world.calm();
  expect(berlin.do(sell('s2', { lamp: 2 }))).toMatchObject({ ok: true, replayed: true });
  expect(berlin.do(sell('s3', { lamp: 2 }))).toMatchObject({ ok: false, code: 'insufficient_stock' });
});

describe('[F1a] the children of a restored parent', () => {
  test('[F1a] are adopted by its new writer, and keep what they hold', () => {
    const { world, hq, berlin, till, units } = shopWithBusyTill();
    const image = imageBefore(berlin, (type) => type === 'sent');
    const old = restore({ world, node: berlin, child: till }, image);
    expect(berlin.self).not.toBe(old);
    expect(till.replica.ledger.self.head.parent).toBe(berlin.self);
    expect(till.free('lamp')).toBe(units);
    expect(till.do(sell('t2', { lamp: units }))).toMatchObject({ ok: true });
    world.calm();
    expect(hq.row('lamp', 'berlin', till.self).used).toBe(2 + units);
    expect([hq.fenceOf(old), hq.fenceOf(till.self)]).toEqual(['superseded', undefined]);
  });

  test('[F1a] what the old writer held stays with it, less what its children took', () => {
    const { world, hq, berlin, till, units } = shopWithBusyTill();
    const image = imageBefore(berlin, (type) => type === 'sent');
    const old = restore({ world, node: berlin, child: till }, image);
    expect(berlin.free('lamp')).toBe(0);
    for (const node of [hq, berlin]) {
      const { ledger } = node.replica;
      const stream = ledger.streams.get(old);
      expect(stream && exposure(ledger, stream, lamp)).toBe(9 - 2 - units);
    }
  });

  test('[F1a] a grant that nobody but the till took is not the old writer’s to lose twice', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    berlin.cut();
    till.ask(sell('t1', { lamp: 2 }, waits));
    world.calm();
    const units = till.free('lamp');
    // The grant never left the shop: its own word of it is gone with the image, the till’s is not.
    const old = restore(
      { world, node: berlin, child: till },
      imageBefore(berlin, (type) => type === 'sent'),
    );
    const stream = hq.replica.ledger.streams.get(old);
    expect(hq.row('lamp', 'berlin', old).sent).toEqual([]);
    expect(stream && exposure(hq.replica.ledger, stream, lamp)).toBe(9 - 2 - units);
  });

  test('[F1a] a parent restored with unsent grants: one on its way still reaches the till', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 2 }, waits));
    for (const letter of world.intercept('asks')) world.deliver(letter);
    world.intercept('cells');
    world.calm();
    const granted = berlin.row('lamp').sent[0]?.n ?? 0;
    expect([granted > 0, till.row('lamp').took]).toEqual([true, []]);
    const { journal } = berlin;
    const old = restore({ world, node: berlin, child: till }, journal.image(journal.commitCount));
    expect(till.row('lamp').took).toMatchObject([{ writer: old, n: granted }]);
  });

  test('[F1a] what a child surrendered to the old writer is not the new one’s to use', () => {
    const { world, berlin, till, units } = shopWithBusyTill();
    const old = berlin.self as WriterId;
    const image = imageBefore(berlin, (type) => type === 'sent');
    // The surrender is on its way while the image is put back.
    berlin.ask(sell('b1', { lamp: 9 - 2 }, waits));
    for (const letter of world.intercept('recalls')) world.deliver(letter);
    expect(till.row('lamp').sent).toMatchObject([{ writer: old }]);
    restore({ world, node: berlin, child: till }, image);
    expect(berlin.row('lamp').took).toEqual([]);
    const { ledger } = berlin.replica;
    const stream = ledger.streams.get(old);
    expect(stream && exposure(ledger, stream, lamp)).toBe(9 - 2 - till.free('lamp'));
    expect(till.free('lamp')).toBeLessThan(units);
  });

  test('[F1a] what they said meanwhile comes back from above, for they may have pruned it', () => {
    const { world, hq, berlin, till } = shopWithBusyTill();
    till.do(sell('t2', { lamp: 1 }));
    world.calm();
    const seq = till.replica.ledger.self.head.seq;
    const image = imageBefore(berlin, (type) => type === 'sent');
    till.cut();
    berlin.cut();
    berlin.restart(image);
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    expect(berlin.replica.ledger.streams.get(till.self)?.head.seq).toBeLessThan(seq);
    berlin.link();
    world.calm();
    // The till is still away.
    expect(berlin.replica.ledger.streams.get(till.self)?.head.seq).toBe(seq);
    expect(hq.fenceOf(till.self)).toBeUndefined();
  });

  test('[F1a] whom they shut out meanwhile is shut out for their parent too (seed 90208)', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    const clerk = world.add('clerk', 'terminal', till);
    clerk.ask(sell('c1', { lamp: 1 }, waits));
    world.calm();
    const image = berlin.journal.image();
    till.turn((self, now) => self.retire(clerk.id, now));
    world.calm();
    expect(berlin.fenceOf(clerk.self)).toBe('retired');
    restore({ world, node: berlin, child: till }, image);
    expect(berlin.fenceOf(clerk.self)).toBe('retired');
    // What it had left is nobody's to count on.
    const tillHas = till.free('lamp');
    expect(berlin.replica.hub.children.get(till.id)?.pools.get(lamp)?.holding).toBe(tillHas);
  });

  test('[F1a] [L2] where the end of that is lost on its way, the link begins again', () => {
    const { world, berlin, till } = shopWithBusyTill();
    till.cut();
    berlin.cut();
    berlin.restart(imageBefore(berlin, (type) => type === 'sent'));
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.link();
    // Only the welcome comes through.
    for (const letter of world.intercept('welcome')) world.deliver(letter as Letter);
    expect(world.intercept('former').length).toBeGreaterThan(0);
    expect(berlin.do(receive('d2', { lamp: 1 }))).toMatchObject({ code: 'former_lives_unknown' });
    world.calmFor(6_000);
    expect(berlin.hangUps.join()).toContain('gap');
    berlin.link();
    world.calm();
    expect(berlin.do(receive('d3', { lamp: 1 }))).toMatchObject({ ok: true });
  });
});

test('[F1a] a surrender that is heard in the turn in which a life ends is not the next one’s to use', () => {
  const { world, berlin, till } = shopWithBusyTill();
  const old = berlin.self;
  const items = [{ pool: lamp, n: 1 }];
  till.turn((self, now) => self.ledger.append({ type: 'sent', to: old, items }, '', 'system', now));
  const [letter] = world.intercept('stream');
  if (letter === undefined) throw new Error('nothing was sent');
  berlin.turn((self, now) => {
    self.frame(till.id, letter.frame as StockFrame, now);
    self.becomeNewWriter('rollback', now);
  });
  expect([berlin.self === old, berlin.row('lamp').took]).toEqual([false, []]);
  const stream = berlin.replica.ledger.streams.get(old);
  expect(stream && exposure(berlin.replica.ledger, stream, lamp)).toBeGreaterThan(0);
});

test('[T8] what former lives did is told again where the turn that took it in failed', () => {
  const { world, berlin, till } = shop({ lamp: 9 });
  till.cut();
  berlin.do(sell('s2', { lamp: 2 }));
  world.calm();
  berlin.cut();
  berlin.restart(imageBefore(berlin, (type) => type === 'sold'));
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  berlin.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  for (const { frame } of world.intercept('former'))
    berlin.replica.frame(PARENT, frame as StockFrame, world.now);
  berlin.replica.endTurn(world.now);
  berlin.replica.putBack();
  world.rejoin();
  expect(berlin.hangUps).toEqual(['What former lives did came with a gap.']);
  expect(berlin.do(sell('s2', { lamp: 2 }))).toMatchObject({ ok: true, replayed: true });
});
