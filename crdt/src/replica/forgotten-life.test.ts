/** What a life did that the books forgot when they were put back, and who was lost with it: F6. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { receive, reclaim } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import {
  accountOf,
  expectSum,
  grant,
  lamp,
  missing,
  notice,
  putBack,
  sellAt,
  twoShops,
} from './put-back.test-kit.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

describe('[F6] [F5] what the forgotten life did beyond its account', () => {
  /** The authority took rights back from a lost shop and granted them on; its books forget both. */
  function reclaimedAndForgotten() {
    const { world, hq, berlin, paris } = twoShops();
    const madrid = world.add('madrid', 'store', hq);
    sellAt(world, paris, 'p1', 1);
    grant(world, hq, paris, 3);
    paris.cut();
    const lost = paris.self;
    const image = hq.journal.image(hq.journal.commitCount);
    hq.turn((self, now) => self.retire(paris.id, now));
    const left = accountOf(hq, lost);
    return { world, hq, berlin, paris, madrid, lost, image, left };
  }

  test('[F6] rights reclaimed twice by a restored parent are used once', () => {
    const { world, hq, berlin, paris, madrid, lost, image, left } = reclaimedAndForgotten();
    expect(left).toBeGreaterThan(0);
    expect(hq.do(reclaim('r1', lost, { lamp: left }))).toMatchObject({ ok: true });
    // Everything that is free anywhere goes to Madrid.
    sellAt(world, madrid, 'm1', hq.free('lamp') + berlin.free('lamp') + madrid.free('lamp'));
    const before = putBack(hq, [berlin, madrid], image);
    notice(hq);
    berlin.link();
    madrid.link();
    world.calm();
    hq.turn((self, now) => self.retire(paris.id, now));
    world.calm();
    // The forgotten act is a debt of the life that did it.
    expect(accountOf(hq, before)).toBe(-left);
    expect(accountOf(hq, lost)).toBe(left);
    expect(hq.do(reclaim('r2', lost, { lamp: left }))).toMatchObject({ ok: true });
    world.calm();
    expect([accountOf(hq, before), hq.free('lamp')]).toEqual([0, 0]);
    expect(hq.replica.canSell(lamp)).toBe(0);
    expectSum(hq, 9);
  });

  test('[F6] what one life sent to cover a former one is not its own to lose again (seed 86)', () => {
    const { world, hq, berlin, paris, madrid, lost, image, left } = reclaimedAndForgotten();
    expect(hq.do(reclaim('r1', lost, { lamp: left }))).toMatchObject({ ok: true });
    sellAt(world, madrid, 'm1', hq.free('lamp') + berlin.free('lamp') + madrid.free('lamp'));
    const first = putBack(hq, [berlin, madrid], image);
    notice(hq);
    for (const node of [berlin, madrid]) node.link();
    world.calm();
    hq.turn((self, now) => self.retire(paris.id, now));
    expect(hq.do(reclaim('r2', lost, { lamp: left }))).toMatchObject({ ok: true });
    world.calm();
    expect(accountOf(hq, first)).toBe(0);
    const second = putBack(hq, [berlin, madrid], hq.journal);
    notice(hq);
    for (const node of [berlin, madrid]) node.link();
    world.calm();
    expect([accountOf(hq, first), accountOf(hq, second)]).toEqual([0, 0]);
    expectSum(hq, 9);
  });

  test('[F6] what a lost shop surrendered to a forgotten life stands in that life’s account alone (seed 264)', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    grant(world, hq, paris, 4);
    paris.turn((self, now) => {
      self.ledger.append({ type: 'sent', to: hq.self, items: [{ pool: lamp, n: 3 }] }, '', 'system', now);
    });
    const forgotten = putBack(hq, [berlin, paris], image);
    notice(hq);
    for (const node of [berlin, paris]) node.link();
    world.calm();
    hq.turn((self, now) => self.retire(paris.id, now));
    expect(accountOf(hq, forgotten)).toBe(3);
    expect(accountOf(hq, paris.self)).toBe(paris.free('lamp'));
    expectSum(hq, 9);
    expect(hq.do(reclaim('r1', paris.self, { lamp: paris.free('lamp') + 1 }))).toMatchObject({
      code: 'more_than_ordered',
    });
  });

  test('[F6] a debt of the forgotten life is not covered before every child has answered', () => {
    const { world, hq, berlin, paris, madrid, lost, image, left } = reclaimedAndForgotten();
    expect(hq.do(reclaim('r1', lost, { lamp: left }))).toMatchObject({ ok: true });
    sellAt(world, madrid, 'm1', hq.free('lamp') + berlin.free('lamp') + madrid.free('lamp'));
    const before = putBack(hq, [berlin, madrid], image);
    notice(hq);
    hq.turn((self, now) => self.retire(paris.id, now));
    madrid.link();
    world.calm();
    expect(hq.do(reclaim('r2', lost, { lamp: left }))).toMatchObject({ ok: true });
    // Berlin may have surrendered to that life what Madrid took of it.
    expect([missing(hq), hq.free('lamp')]).toEqual([['berlin'], left]);
    berlin.link();
    world.calm();
    expect([accountOf(hq, before), hq.free('lamp')]).toEqual([0, 0]);
  });

  test('[F6] a debt that a child tells of in the turn that ends that life is covered too, also after a restart', () => {
    for (const isRestarted of [false, true]) {
      const { world, hq, berlin, paris, madrid, lost, image, left } = reclaimedAndForgotten();
      expect(hq.do(reclaim('r1', lost, { lamp: left }))).toMatchObject({ ok: true });
      sellAt(world, madrid, 'm1', hq.free('lamp') + berlin.free('lamp') + madrid.free('lamp'));
      const before = putBack(hq, [berlin, madrid], image);
      // Nobody noticed: the stream of the child is the first that tells.
      const opened = madrid.link();
      expect(opened).toMatchObject({ ok: true });
      for (const node of [madrid, berlin]) {
        node.link();
        world.calm();
      }
      if (isRestarted) hq.restart();
      for (const node of [madrid, berlin]) node.link();
      world.calm();
      hq.turn((self, now) => self.retire(paris.id, now));
      expect(accountOf(hq, before)).toBe(-left);
      expect(hq.do(reclaim('r2', lost, { lamp: left }))).toMatchObject({ ok: true });
      world.calm();
      expect([accountOf(hq, before), hq.free('lamp')]).toEqual([0, 0]);
    }
  });

  test('[F6] a life that the books never heard of has an account all the same', () => {
    const { world, hq, berlin, paris, lost, image, left } = reclaimedAndForgotten();
    notice(hq);
    const second = hq.self;
    berlin.link();
    const madrid = world.nodes.get('madrid' as Node['id']) as Node;
    madrid.link();
    world.calm();
    expect(hq.do(reclaim('r1', lost, { lamp: left }))).toMatchObject({ ok: true });
    sellAt(world, madrid, 'm1', hq.free('lamp') + berlin.free('lamp') + madrid.free('lamp'));
    // Put back to before the second life began.
    putBack(hq, [berlin, madrid], image);
    notice(hq);
    berlin.link();
    madrid.link();
    world.calm();
    expect(hq.fenceOf(second)).toBe('rollback');
    hq.turn((self, now) => self.retire(paris.id, now));
    expect(accountOf(hq, second)).toBe(-left);
    expect(hq.do(reclaim('r2', lost, { lamp: left }))).toMatchObject({ ok: true });
    world.calm();
    expect([accountOf(hq, second), hq.free('lamp')]).toEqual([0, 0]);
    expectSum(hq, 9);
    // It stands in the books from then on.
    hq.restart();
    expect(accountOf(hq, second)).toBe(0);
  });
});

describe('[F6] [F3] a replica that was lost when the books forgot its last life', () => {
  test('[F6] [F3] has an account of that life too, once others have told of it (seed 441)', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    const image = hq.journal.image(hq.journal.commitCount);
    const items = [{ pool: lamp, n: 4 }];
    berlin.turn((self, now) => self.ledger.append({ type: 'sent', to: till.self, items }, '', 'system', now));
    till.cut();
    till.link();
    world.calm();
    expect(till.free('lamp')).toBe(4);
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    for (const node of [berlin, till]) node.link();
    world.calm();
    const lost = berlin.self;
    till.turn((self, now) =>
      self.ledger.append({ type: 'sent', to: lost, items: [{ pool: lamp, n: 3 }] }, '', 'system', now),
    );
    world.calm();
    expect(berlin.free('lamp')).toBe(3);
    putBack(hq, [berlin, till], image);
    notice(hq);
    berlin.isRunning = false;
    const giveUp = () => hq.turn((self, now) => self.retire(berlin.id, now));
    giveUp();
    world.give(till, hq);
    till.parent = hq;
    till.link();
    world.rejoin();
    // The act may be repeated when more turns up; until then that life might still speak for itself.
    expect(hq.replica.ledger.streams.has(lost)).toBe(false);
    giveUp();
    expect(accountOf(hq, lost)).toBe(3);
    expectSum(hq, 9);
    expect(hq.do(reclaim('r1', lost, { lamp: 3 }))).toMatchObject({ ok: true });
    hq.restart();
    expect(accountOf(hq, lost)).toBe(0);
    expectSum(hq, 9);
  });
});

test('[F6] [F3] a child whose every life the books forgot is given up by its name (seed 1010015)', () => {
  const { world, hq, berlin, till } = shop();
  const image = hq.journal.image(1);
  const mine = pool('lamp', 'till');
  const delivery = { type: 'receive', id: 'd1', actor: 'keeper:1', cause: 'delivery' } as const;
  expect(till.do({ ...delivery, lines: [{ pool: mine, n: 9 }] })).toMatchObject({ ok: true });
  const items = [{ pool: mine, n: 3 }];
  const lost = berlin.self;
  till.turn((self, now) => self.ledger.append({ type: 'sent', to: lost, items }, '', 'system', now));
  world.calm();
  expect(berlin.free('lamp', 'till')).toBe(3);
  putBack(hq, [berlin, till], image);
  notice(hq);
  berlin.isRunning = false;
  const giveUp = (replica: string) => hq.turn((self, now) => self.retire(replica as ReplicaId, now));
  const left = () => {
    const stream = hq.replica.ledger.streams.get(lost);
    return stream && exposure(hq.replica.ledger, stream, mine);
  };
  world.give(till, hq);
  giveUp('berlin');
  // Nobody has told of it yet: the act is repeated when more turns up.
  expect(left()).toBeUndefined();
  till.parent = hq;
  till.link();
  world.rejoin();
  expect(left()).toBeUndefined();
  giveUp('berlin');
  giveUp('rome');
  expect([hq.fenceOf(lost), left()]).toEqual(['retired', 3]);
  const reclaimed = { type: 'reclaim', id: 'r1', actor: 'operator:1', writer: lost, items } as const;
  expect(hq.do(reclaimed)).toMatchObject({ ok: true });
  hq.restart();
  expect([left(), hq.free('lamp', 'till'), till.free('lamp', 'till')]).toEqual([0, 3, 6]);
});

test('[F6] [T8] a receipt that the books forgot comes again from its keeper, once', () => {
  const { world, hq, berlin, paris } = twoShops();
  const image = hq.journal.image(hq.journal.commitCount);
  berlin.do(receive('d2', { lamp: 4 }));
  world.calm();
  putBack(hq, [berlin, paris], image);
  notice(hq);
  berlin.link();
  paris.link();
  world.calm();
  expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(13);
  expect(hq.replica.hub.totals.levels?.get(lamp)).toMatchObject({ onHand: 13, available: 13 });
  expect(berlin.do(receive('d2', { lamp: 4 }))).toMatchObject({ ok: true, replayed: true });
  expectSum(hq, 13);
});
