/** One replica run by several processes on one journal: what one of them wrote, the others fold as their own. */
import { describe, expect, test } from 'vitest';
import { Forger } from '../hub/forger.test-kit.ts';
import type { HoldId, ReplicaId } from '../ids.ts';
import { absorbed, caughtUp, headOf, process } from './absorb.test-kit.ts';
import { absorb } from './absorb.ts';
import { extend, hold, receive, sell } from './commands.test-kit.ts';
import type { JournalView } from './journal-view.ts';
import { differentMemory } from './memory.test-kit.ts';
import { addLost } from './recovery.ts';
import type { Replica } from './replica.ts';
import { newHead } from './stream.ts';
import { differentSums } from './sums.test-kit.ts';
import { pool, shop, World } from './world.test-kit.ts';

const lamp = pool('lamp');

function unasked(): never {
  throw new Error('Nobody fetched that.');
}

/** A journal that has to fetch before it answers, and was asked to fetch nothing. */
const unfetched: JournalView = {
  findDocument: () => undefined,
  lineProgress: () => undefined,
  entryAt: unasked,
  hashAt: unasked,
  readStream: unasked,
  readWriter: unasked,
  positionBefore: unasked,
};

/** A till sold, was cloned, sold twice over, and was shut out: its parent holds a branch and a fence. */
function forkedShop() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
  world.calm();
  const twin = till.journal.image();
  till.do(sell('a1', { lamp: 1 }));
  world.calm();
  till.cut();
  till.restart(twin);
  for (const id of ['b1', 'b2']) till.do(sell(id, { lamp: 1 }));
  for (let i = 0; i < 4 && !till.replica.uplink.isOpen; i += 1) {
    till.link();
    world.calm();
  }
  expect(hq.replica.ledger.branches.size).toBe(1);
  return { world, hq, berlin, till };
}

/** A shop shut out its till, which had sold meanwhile what the shop has sold too, and tells of it late. */
function lateShop() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
  world.calm();
  const ended = till.self;
  till.cut();
  till.do(sell('o1', { lamp: 1 }));
  berlin.do(sell('o1', { lamp: 1 }));
  berlin.turn((self, now) => self.retire(till.id, now));
  world.calm();
  for (let i = 0; i < 4 && !till.replica.uplink.isOpen; i += 1) {
    till.link();
    world.calm();
  }
  expect(hq.fenceOf(ended)).toBe('retired');
  expect(hq.row('lamp', 'berlin', ended).used).toBe(1);
  return { hq, ended };
}

describe('[T2] another process of the same replica', () => {
  test.each([1, 7, 1_000])(
    '[T2] that folds what was written, %i entries at a time, has the same memory',
    (at) => {
      const { hq } = forkedShop();
      const follower = process(hq);
      expect(follower.ledger.hasLife).toBe(false);
      const { entries } = hq.journal;
      while (follower.ledger.position < entries.length) {
        const part = caughtUp(hq, follower.ledger.position);
        absorb(follower, { ...part, runs: part.runs.slice(0, at) });
        expect(follower.ledger.endTurn()).toBeUndefined();
      }
      expect(follower.ledger.self.writer).toBe(hq.self);
      expect(follower.ledger.durablePosition).toBe(entries.length);
      expect(differentMemory(follower.ledger, hq.journal)).toEqual([]);
      expect(differentSums(follower)).toEqual([]);
      expect(follower.ledger.branches.size).toBe(1);
      // It was not this process that read its life from a disk.
      expect([follower.ledger.isFromDisk, hq.replica.ledger.isFromDisk]).toEqual([false, false]);
      hq.restart();
      expect(hq.replica.ledger.isFromDisk).toBe(true);
      hq.turn((self, now) => self.becomeNewWriter('rollback', now));
      expect(hq.replica.ledger.isFromDisk).toBe(false);
    },
  );

  test('[F3] learns from the entries alone whom the other shut out, where and why, and what that leaves', () => {
    const { hq, berlin, till } = forkedShop();
    hq.turn((self, now) => self.retire(berlin.id, now));
    const follower = process(hq);
    absorb(follower, caughtUp(hq, 0, false));
    const fenceOf = (replica: Replica) => replica.ledger.streams.get(berlin.self)?.head.fence;
    expect(fenceOf(hq.replica)).toMatchObject({ reason: 'retired' });
    expect(fenceOf(follower)).toEqual(fenceOf(hq.replica));
    // Whom a child shut out is said by the child.
    const shutOut = [...hq.replica.ledger.streams.values()].find(
      ({ writer, head }) => head.fence?.reason === 'superseded' && writer !== till.self,
    );
    expect(shutOut).toBeDefined();
    expect(follower.ledger.streams.get(shutOut?.writer as never)?.head.fence).toEqual(shutOut?.head.fence);
    expect(differentSums(follower)).toEqual([]);
    // Where the two histories of the till part is where its branch begins.
    const branchOf = ({ ledger }: Replica) => [...ledger.branches].map(({ head }) => head.fence);
    expect(branchOf(follower)).toEqual(branchOf(hq.replica));
  });

  test('[F1] learns from the entries alone that the other began a new life, and where the one before ended', () => {
    const { hq } = shop({ lamp: 4 });
    const before = hq.self;
    hq.turn((self, now) => self.becomeNewWriter('rollback', now));
    const follower = process(hq);
    absorb(follower, caughtUp(hq, 0, false));
    expect(follower.ledger.self.writer).toBe(hq.self);
    const fenceOf = ({ ledger }: Replica) => ledger.streams.get(before)?.head.fence;
    expect(fenceOf(follower)).toMatchObject({ reason: 'rollback' });
    expect(fenceOf(follower)).toEqual(fenceOf(hq.replica));
  });

  test.each([1, 1_000])(
    '[T8] what a writer said after a fence that a child decided counts as it did there, %i entries at a time',
    (at) => {
      const { hq, ended } = lateShop();
      const follower = absorbed(hq, at);
      expect(follower.ledger.streams.get(ended)?.row(lamp).used).toBe(1);
      expect(differentMemory(follower.ledger, hq.journal)).toEqual([]);
      expect(differentSums(follower)).toEqual([]);
    },
  );

  test('[F6] [T8] learns of an account without entries before what came late of that life, page by page', () => {
    const { world, hq, berlin } = shop();
    const before = hq.journal.image();
    const paris = world.add('paris', 'store', hq);
    paris.do(receive('d1', { lamp: 5 }, 'paris'));
    world.calm();
    const lost = paris.self;
    for (const node of [paris, berlin]) node.cut();
    hq.restart(before.image());
    hq.turn(({ ledger }) => void addLost(ledger, lost, newHead('store', hq.self, paris.id), 'rollback'));
    berlin.link();
    berlin.do(receive('d1', { lamp: 5 }));
    world.calm();
    // It comes all the same, and has lived on since.
    paris.link();
    world.rejoin();
    const follower = process(hq);
    const { runs, heads } = caughtUp(hq, 0);
    const accounts = heads.filter(({ head }) => head.fence?.seq === 0);
    expect(accounts.map(({ writer }) => writer)).toEqual([lost]);
    for (const [i, run] of runs.entries()) {
      absorb(follower, { runs: [run], heads: i === runs.length - 1 ? heads : [], accounts });
    }
    expect(follower.ledger.streams.get(lost)?.row(pool('lamp', 'paris')).received).toBe(0);
    expect([...differentMemory(follower.ledger, hq.journal), ...differentSums(follower)]).toEqual([]);
  });

  test('[T8] knows the documents of the other, and goes on from where it stands', () => {
    const { world, berlin } = shop({ lamp: 4 });
    const follower = process(berlin);
    absorb(follower, caughtUp(berlin, 0));
    berlin.do(receive('d2', { lamp: 3 }));
    absorb(follower, caughtUp(berlin, follower.ledger.position));
    follower.execute(1, receive('d2', { lamp: 3 }), world.now);
    follower.execute(2, sell('o1', { lamp: 7 }), world.now);
    const writes = follower.endTurn(world.now);
    expect(writes?.position).toBe(berlin.journal.entries.length);
    expect(writes?.runs).toMatchObject([{ writer: berlin.self, entries: [{ entry: { docId: 'o1' } }] }]);
    expect(follower.ledger.self.row(lamp)).toMatchObject({ received: 7, used: 7 });
  });

  test('[F3] folds a fence at an earlier point without a question to the journal, which has fetched nothing', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const depot = world.add('depot', 'warehouse', berlin);
    const image = berlin.journal.image();
    for (const id of ['d1', 'd2', 'd3']) depot.do(receive(id, { lamp: 1 }, 'depot'));
    world.calm();
    const follower = process(hq, unfetched);
    absorb(follower, caughtUp(hq, 0));
    const at = follower.ledger.durablePosition;
    // The shop is put back to before that, and gives its depot up where it knows it to end.
    depot.cut();
    berlin.cut();
    berlin.restart(image);
    berlin.turn((replica, now) => replica.becomeNewWriter('rollback', now));
    berlin.turn((replica, now) => replica.retire(depot.id, now));
    berlin.link();
    world.rejoin();
    expect(hq.fenceOf(depot.self)).toBe('retired');
    absorb(follower, caughtUp(hq, at));
    const headAt = ({ ledger }: Replica) => ledger.streams.get(depot.self)?.head;
    expect(headAt(follower)).toEqual(headAt(hq.replica));
  });

  test('[D5] takes no entry of a writer whose life it has not seen', () => {
    const { berlin } = shop({ lamp: 4 });
    const follower = process(berlin);
    const { runs } = caughtUp(berlin, 1);
    expect(() => absorb(follower, { runs, heads: [] })).toThrow(/D5: berlin\S+ does not begin with its life/);
  });
});

test('[F9] a hold that another process opened ends in time, however much longer its machine has run', () => {
  const { world, hq } = shop();
  world.pass(1_000_000_000);
  const lines = [{ pool: pool('lamp', 'hq'), n: 1 }];
  hq.do(receive('d1', { lamp: 5 }, 'hq'));
  hq.do({ ...hold('h1', {}, 60_000), lines });
  const follower = process(hq);
  absorb(follower, caughtUp(hq, 0));
  const after = (ms: number) => {
    return { wallMs: world.now.wallMs + ms, monotonicMs: 10 + ms, bootId: 'f0'.repeat(16) };
  };
  expect(follower.endTurn(after(0))?.runs ?? []).toEqual([]);
  follower.keep(after(0));
  expect(follower.wakeAtMs(after(0))).toBe(60_010);
  // Extended, it may end sooner as well.
  const { durablePosition } = follower.ledger;
  hq.do(extend('x1', 'h1', 30_000));
  absorb(follower, caughtUp(hq, durablePosition));
  follower.endTurn(after(0));
  follower.keep(after(0));
  expect(follower.wakeAtMs(after(0))).toBe(30_010);
  expect(follower.endTurn(after(30_000))?.runs).toMatchObject([
    { entries: [{ entry: { body: { type: 'released', holdId: 'h1', cause: 'expired' } } }] },
  ]);
});

test('[L1] [T2] a child that has named its parent to another process is granted what it asked of this one', () => {
  const world = new World();
  world.comesToRest = false;
  const hq = world.add('hq', 'authority');
  hq.do(receive('d1', { lamp: 3 }, 'hq'));
  const read = hq.journal.entries.length;
  const follower = process(hq);
  absorb(follower, caughtUp(hq, 0));
  const rome = world.add('rome', 'store', hq);
  follower.childUp(rome.hello(), { protocol: 1, channels: [] }, world.now);
  const items = [{ pool: pool('lamp', 'hq'), atLeast: 2, waitMs: 5_000 }];
  const turn = (act: () => void) => {
    act();
    follower.endTurn(world.now);
    follower.keep(world.now);
  };
  turn(() => follower.frame(rome.id, { kind: 'asks', writer: rome.self, parent: hq.self, items }, world.now));
  const sent = () => follower.ledger.self.row(pool('lamp', 'hq')).sent;
  expect(sent()).toEqual([]);
  turn(() => absorb(follower, caughtUp(hq, read)));
  expect(sent()).toMatchObject([{ writer: rome.self, n: 2 }]);
});

describe('[F3] of who was shut out by somebody else', () => {
  /** The shop says so of its till, before the till's entry has come up to which it is believed, and its hold behind that. */
  function earlyShop() {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
    berlin.do(hold('h1', { lamp: 1 }));
    world.calm();
    const lost = till.self;
    const [shopSays, tillSays] = [new Forger(berlin), new Forger(till)];
    const body = { type: 'sent', to: berlin.self, items: [{ pool: lamp, n: 1 }] } as const;
    const last = tillSays.entry(body);
    const { seq, hash } = tillSays;
    const fenced = { type: 'fenced', writer: lost, seq, hash, reason: 'retired' } as const;
    const reclaimed = { type: 'reclaimed', writer: lost, items: [{ pool: lamp, n: 1 }] } as const;
    const lines = [{ pool: lamp, n: 1 }];
    const held = { type: 'held', holdId: 'h1' as HoldId, ttlMs: 60_000, lines } as const;
    const late = tillSays.entry(held, { docId: 'h1' });
    const said = [shopSays.entry(fenced), shopSays.entry(reclaimed), last, late];
    shopSays.send(shopSays.frame(said));
    expect(headOf(hq.replica, lost)).toMatchObject({ seq: seq + 1, fence: { seq, reason: 'retired' } });
    return { hq, lost };
  }

  test.each([1, 1_000])(
    '[F3a] [T8] learns that it ended when the last of its words has come, %i entries at a time',
    (at) => {
      const { hq, lost } = earlyShop();
      const follower = absorbed(hq, at);
      // The shop had opened that hold before: behind its fence nobody opens it again.
      expect(follower.ledger.streams.get(lost)?.row(lamp).opened).toBe(0);
      expect([...differentMemory(follower.ledger, hq.journal), ...differentSums(follower)]).toEqual([]);
    },
  );

  test('[F3] believes that of nobody whom the other did not believe, whatever the registry says by now', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 1 }, { waitMs: 5_000 }));
    berlin.do(hold('h1', { lamp: 1 }));
    const paris = world.add('paris', 'store', hq);
    world.calm();
    const { seq, hash } = headOf(hq.replica, till.self);
    new Forger(paris).say({ type: 'fenced', writer: till.self, seq, hash, reason: 'retired' });
    till.do(hold('h1', { lamp: 1 }));
    world.calm();
    expect([hq.fenceOf(till.self), hq.row('lamp', 'berlin', till.self).opened]).toEqual([undefined, 1]);
    const parentOf = (replica: ReplicaId) => (replica === till.id ? paris.id : undefined);
    const follower = process(hq, hq.journal, { ...world.directory, parentOf });
    absorb(follower, caughtUp(hq, 0));
    expect(differentMemory(follower.ledger, hq.journal)).toEqual([]);
  });

  test('[F3] learns of those who ended below somebody who had ended', () => {
    const world = new World();
    const hq = world.add('hq', 'authority');
    const region = world.add('region', 'region', hq);
    const paris = world.add('paris', 'store', region);
    const desk = world.add('desk', 'terminal', paris);
    for (const node of [desk, paris]) {
      node.cut();
      node.isRunning = false;
    }
    for (const node of [paris, desk]) {
      region.turn((self, now) => self.retire(node.id, now));
      world.calm();
    }
    const follower = process(hq);
    absorb(follower, caughtUp(hq, 0, false));
    for (const { self } of [paris, desk]) {
      expect(headOf(hq.replica, self).fence).toMatchObject({ reason: 'retired' });
      expect(headOf(follower, self).fence).toEqual(headOf(hq.replica, self).fence);
    }
  });

  test('[F2] hears it from another history of its parent, too', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    world.comesToRest = false;
    const { seq: shared } = headOf(berlin.replica, berlin.self);
    const { seq, hash } = headOf(hq.replica, till.self);
    const other = new Forger(berlin, shared);
    berlin.do(sell('a1', { lamp: 1 }));
    world.calm();
    other.say({ type: 'fenced', writer: till.self, seq, hash, reason: 'retired' });
    expect([hq.replica.ledger.branches.size, hq.fenceOf(till.self)]).toEqual([1, 'retired']);
    const follower = process(hq);
    absorb(follower, caughtUp(hq, 0, false));
    expect(headOf(follower, till.self).fence).toEqual(headOf(hq.replica, till.self).fence);
  });
});
