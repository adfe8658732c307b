/** A replica that is given another parent: F3a, and the part of L1 that it needs. */
import { describe, expect, test } from 'vitest';
import { Forger } from '../hub/forger.test-kit.ts';
import { receive, reclaim, sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { ABOVE } from './stream.ts';
import { type Node, pool, shop, type World } from './world.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };

/** An authority, two shops below it, and a till in the first that was granted its units and sold some. */
function town() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const paris = world.add('paris', 'store', hq);
  till.ask(sell('t1', { lamp: 2 }, waits));
  world.calm();
  expect(till.free('lamp')).toBeGreaterThan(1);
  return { world, hq, berlin, paris, till };
}

/** Its operator stops it, names the new parent, and starts it again. */
function relink(world: World, node: Node, parent: Node) {
  node.cut();
  node.restart();
  node.parent = parent;
  const opened = node.link();
  world.rejoin();
  return opened;
}

const viaOf = (node: Node, of: Node) => node.replica.ledger.streams.get(of.self)?.head.via;
const holdingOf = (node: Node, child: Node) =>
  node.replica.hub.children.get(child.id)?.pools.get(lamp)?.holding ?? 0;

/** The shop grants while its till does not listen. */
function grantUnheard(world: World, berlin: Node, till: Node): number {
  till.cut();
  berlin.do(receive('d2', { lamp: 5 }));
  const items = [{ pool: lamp, n: 3 }];
  berlin.turn((self, now) => self.ledger.append({ type: 'sent', to: till.self, items }, '', 'system', now));
  world.calm();
  return till.free('lamp');
}

describe('[F3a] a till that is given another parent', () => {
  test('[F3a] keeps its rights and its chain, and sells by the new way', () => {
    const { world, hq, berlin, paris, till } = town();
    const { self } = till;
    const units = till.free('lamp');
    world.give(till, paris);
    expect(relink(world, till, paris)).toMatchObject({ ok: true });
    expect([till.self, till.free('lamp')]).toEqual([self, units]);
    expect(till.replica.ledger.self.head.parent).toBe(paris.self);
    expect(till.do(sell('t2', { lamp: units }))).toMatchObject({ ok: true });
    world.calm();
    expect(hq.row('lamp', 'berlin', till.self).used).toBe(2 + units);
    expect([viaOf(hq, till), viaOf(paris, till), viaOf(berlin, till)]).toEqual(['paris', 'till', ABOVE]);
    expect([hq, paris, berlin].map((node) => node.fenceOf(till.self))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('[F3a] counts at its new parent and no longer at the old, and a turn that fails moves nothing', () => {
    const { world, hq, berlin, paris, till } = town();
    const units = till.free('lamp');
    const atBerlin = holdingOf(hq, berlin);
    world.give(till, paris);
    expect(holdingOf(berlin, till)).toBe(0);
    relink(world, till, paris);
    expect([holdingOf(hq, berlin), holdingOf(hq, paris), holdingOf(paris, till)]).toEqual([
      atBerlin - units,
      units,
      units,
    ]);
    world.give(till, berlin);
    till.cut();
    till.restart();
    till.parent = berlin;
    till.link();
    for (const kind of ['welcome', 'stream'] as const)
      for (const letter of world.intercept(kind)) world.deliver(letter);
    const [up] = world.intercept('stream');
    if (up === undefined) throw new Error('the shop sent nothing up');
    hq.replica.frame(up.from, up.frame as never, world.now);
    hq.replica.endTurn(world.now);
    hq.replica.putBack();
    expect([viaOf(hq, till), holdingOf(hq, berlin), holdingOf(hq, paris)]).toEqual([
      'paris',
      atBerlin - units,
      units,
    ]);
    world.deliver(up);
    world.calm();
    expect([viaOf(hq, till), holdingOf(hq, berlin), holdingOf(hq, paris)]).toEqual(['berlin', atBerlin, 0]);
  });

  test('[F3a] is refused by its old parent, which says where it belongs', () => {
    const { world, berlin, paris, till } = town();
    world.give(till, paris);
    expect(berlin.hangUps).toContain('This replica was given another parent.');
    expect(till.link()).toEqual({
      ok: false,
      code: 'forbidden',
      message: 'till belongs under paris: link it there',
    });
  });

  test('[F3a] [L3] asks its new parent for what it lacks, not for what the old one had sent in all', () => {
    const { world, hq, paris, till } = town();
    till.ask(sell('t2', { lamp: 9 }, waits));
    world.intercept('asks');
    expect(till.replica.uplink.asks.get(lamp)?.atLeast).toBeGreaterThan(9);
    world.give(till, paris);
    relink(world, till, paris);
    const asked = till.replica.uplink.asks.get(lamp)?.atLeast ?? 0;
    expect(asked).toBeLessThanOrEqual(9);
    expect(hq.fenceOf(till.self)).toBeUndefined();
  });

  test('[F3a] may be given back before it ever came', () => {
    const { world, hq, berlin, paris, till } = town();
    const holding = holdingOf(berlin, till);
    world.give(till, paris);
    world.give(till, berlin);
    expect(holdingOf(berlin, till)).toBe(holding);
    expect(relink(world, till, berlin)).toMatchObject({ ok: true });
    till.do(sell('t2', { lamp: 1 }));
    world.calm();
    expect([viaOf(hq, till), hq.row('lamp', 'berlin', till.self).used]).toEqual(['berlin', 3]);
  });

  test('[F3a] its new parent is told its chain from above, for it may have pruned it', () => {
    const { world, paris, till } = town();
    expect(paris.replica.ledger.streams.has(till.self)).toBe(false);
    world.give(till, paris);
    expect(paris.replica.ledger.streams.get(till.self)?.head.seq).toBe(till.replica.ledger.self.head.seq);
    expect(viaOf(paris, till)).toBe('till');
    relink(world, till, paris);
    const told = paris.history.filter((line) => line === 'till:life');
    expect([told, paris.hangUps]).toEqual([['till:life'], []]);
  });

  test('[F3a] [T9] its old parent, which counts what stands there, hears the last that it did there', () => {
    const { world, berlin, paris, till } = town();
    till.cut();
    till.do(sell('t2', { lamp: 1 }));
    world.give(till, paris);
    relink(world, till, paris);
    expect(berlin.row('lamp', 'berlin', till.self).used).toBe(3);
    expect([viaOf(berlin, till), holdingOf(berlin, till)]).toEqual([ABOVE, 0]);
  });
});

describe('[F3a] [L1] units that were on their way', () => {
  test('[F3a] [L1] a till that moved with a grant in flight gets it by the tree', () => {
    const { world, hq, berlin, paris, till } = town();
    const units = grantUnheard(world, berlin, till);
    world.give(till, paris);
    relink(world, till, paris);
    world.calmFor(2_000);
    expect(till.free('lamp')).toBe(units + 3);
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
    // It was told until it was taken, and no longer.
    world.calmFor(2_000);
    const before = hq.journal.entries.length;
    world.calmFor(200_000, 20_000);
    expect([world.intercept('cells'), hq.journal.entries.length]).toEqual([[], before]);
  });

  test('[F3a] [L1] a grant written after the move, by a parent that had not heard of it, arrives and shuts nobody out', () => {
    const { world, hq, berlin, paris, till } = town();
    till.cut();
    berlin.cut();
    berlin.do(receive('d2', { lamp: 5 }));
    const items = [{ pool: lamp, n: 3 }];
    berlin.turn((self, now) => self.ledger.append({ type: 'sent', to: till.self, items }, '', 'system', now));
    const units = till.free('lamp');
    world.give(till, paris);
    relink(world, till, paris);
    till.do(sell('t2', { lamp: 1 }));
    world.calm();
    berlin.link();
    world.calmFor(2_000);
    expect([hq.fenceOf(berlin.self), till.free('lamp')]).toEqual([undefined, units + 2]);
  });

  test('[F3a] [L1] a surrender in flight reaches the old parent from above', () => {
    const { world, berlin, paris, till } = town();
    till.cut();
    const before = berlin.free('lamp');
    const items = [{ pool: lamp, n: 2 }];
    till.turn((self, now) => self.ledger.append({ type: 'sent', to: berlin.self, items }, '', 'system', now));
    world.give(till, paris);
    relink(world, till, paris);
    world.calmFor(2_000);
    expect(berlin.free('lamp')).toBe(before + 2);
    expect(berlin.row('lamp').took).toMatchObject([{ writer: till.self, n: 2 }]);
  });

  test('[F3a] [L1] what is on its way while the till goes and comes back is taken once', () => {
    const { world, hq, berlin, paris, till } = town();
    const total = () => [hq, berlin, paris, till].reduce((sum, node) => sum + node.free('lamp'), 0);
    const before = total() + 5;
    grantUnheard(world, berlin, till);
    till.turn((self, now) =>
      self.ledger.append({ type: 'sent', to: berlin.self, items: [{ pool: lamp, n: 1 }] }, '', 'system', now),
    );
    world.give(till, paris);
    relink(world, till, paris);
    world.give(till, berlin);
    relink(world, till, berlin);
    world.calmFor(3_000);
    expect(total()).toBe(before);
    expect([till.row('lamp').took.length, berlin.row('lamp').took.length]).toEqual([1, 1]);
  });

  test('[F3a] [L1] a store moves with its till, and both are reached by the new way', () => {
    const { world, hq, berlin, paris, till } = town();
    const inFlight = grantUnheard(world, berlin, till);
    world.give(berlin, paris);
    relink(world, berlin, paris);
    till.link();
    world.calmFor(2_000);
    expect([viaOf(hq, berlin), viaOf(hq, till), viaOf(paris, till)]).toEqual(['paris', 'paris', 'berlin']);
    expect(till.free('lamp')).toBe(inFlight + 3);
    till.do(sell('t2', { lamp: 1 }));
    world.calm();
    expect(hq.row('lamp', 'berlin', till.self).used).toBe(3);
  });
});

describe('[F3a] with an old or a new parent that is lost', () => {
  test('[F3a] the old parent is dead for ever: what only it had heard of the till comes by the new way', () => {
    const { world, hq, berlin, paris, till } = town();
    berlin.cut();
    till.do(sell('t2', { lamp: 1 }));
    world.calm();
    expect(hq.row('lamp', 'berlin', till.self).used).toBe(2);
    berlin.isRunning = false;
    till.replica.linkDown(world.now);
    world.give(till, paris);
    relink(world, till, paris);
    expect(hq.row('lamp', 'berlin', till.self).used).toBe(3);
    hq.turn((self, now) => self.retire(berlin.id, now));
    const lost = hq.replica.ledger.streams.get(berlin.self);
    const left = lost === undefined ? 0 : exposure(hq.replica.ledger, lost, lamp);
    expect(left).toBe(berlin.free('lamp'));
    expect(hq.do(reclaim('r1', berlin.self, { lamp: left }))).toMatchObject({ ok: true });
  });

  test('[F3a] [F3] a till that moved with a grant in flight and is lost: its last parent takes back all of it', () => {
    const { world, hq, berlin, paris, till } = town();
    const units = grantUnheard(world, berlin, till);
    world.give(till, paris);
    relink(world, till, paris);
    till.isRunning = false;
    world.intercept('cells');
    paris.turn((self) => self.childDown(till.id));
    world.calmFor(3_000);
    paris.turn((self, now) => self.retire(till.id, now));
    world.calmFor(3_000);
    for (const { replica } of [paris, hq]) {
      const lost = replica.ledger.streams.get(till.self);
      expect(lost && exposure(replica.ledger, lost, lamp)).toBe(units + 3);
    }
    expect(berlin.turn((self, now) => self.retire(till.id, now)).frames).toBeDefined();
    expect(berlin.fenceOf(till.self)).toBeUndefined();
    expect(paris.do(reclaim('r1', till.self, { lamp: units + 3 }))).toMatchObject({ ok: true });
  });

  test('[F3a] [F5] a life that ended under the old parent is settled by who stands above both', () => {
    const { world, hq, berlin, paris, till } = town();
    const { self } = till;
    const units = till.free('lamp');
    till.turn((replica, now) => replica.becomeNewWriter('rollback', now));
    till.cut();
    till.link();
    world.calm();
    world.give(till, paris);
    relink(world, till, paris);
    expect(berlin.do(reclaim('r1', self, { lamp: 1 }))).toMatchObject({ ok: false, code: 'forbidden' });
    expect(paris.do(reclaim('r2', self, { lamp: 1 }))).toMatchObject({ ok: false, code: 'forbidden' });
    expect(hq.do(reclaim('r3', self, { lamp: units }))).toMatchObject({ ok: true });
  });
});

test('[F3a] [F1] a till that is restored before it ever came: its old life is shut out by the new way', () => {
  const { world, hq, paris, till } = town();
  const { self } = till;
  world.give(till, paris);
  till.turn((replica, now) => replica.becomeNewWriter('rollback', now));
  relink(world, till, paris);
  expect([hq, paris].map((node) => node.fenceOf(self))).toEqual(['superseded', 'superseded']);
  expect([hq.replica.ledger.streams.get(self)?.head.via, viaOf(hq, till)]).toEqual(['paris', 'paris']);
  expect(holdingOf(paris, till)).toBe(0);
});

describe('[F3a] [L7] whoever was given away', () => {
  const received = { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 500 }] } as const;

  test('[F3a] [L7] is not spoken for by its old parent, behind whose words nothing waits', () => {
    const { world, hq, berlin, paris, till } = town();
    world.give(till, paris);
    relink(world, till, paris);
    const { seq } = till.replica.ledger.self.head;
    const lie = new Forger(till).entry(received);
    const honest = new Forger(berlin);
    const mine = honest.entry({ type: 'checkpoint', digest: '00'.repeat(8), pools: 0 });
    honest.send(honest.frame([lie, mine]));
    expect(hq.replica.ledger.streams.get(till.self)?.head).toMatchObject({ seq, fence: null });
    expect(hq.replica.ledger.streams.get(berlin.self)?.head.seq).toBe(mine.entry.seq);
  });

  test('[F3a] [L7] is not spoken for by a stranger, whose session ends', () => {
    const { world, hq, paris, till } = town();
    const { seq } = till.replica.ledger.self.head;
    const lie = new Forger(till).entry(received);
    const stranger = new Forger(paris);
    stranger.send(stranger.frame([lie]));
    expect(hq.hangUps.at(-1)).toMatch(/does not speak through paris/);
    expect(hq.replica.ledger.streams.get(till.self)?.head.seq).toBe(seq);
    world.calm();
  });
});
