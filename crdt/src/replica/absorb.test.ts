/** One replica run by several processes on one journal: what one of them wrote, the others fold as their own. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import { joinEntries } from '../wire/slices.ts';
import { absorb, type CaughtUp } from './absorb.ts';
import { receive, sell } from './commands.test-kit.ts';
import type { JournalView } from './journal-view.ts';
import { differentMemory } from './memory.test-kit.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { addLost } from './recovery.ts';
import { Replica } from './replica.ts';
import { defaultSettings } from './settings.ts';
import { newHead } from './stream.ts';
import { differentSums } from './sums.test-kit.ts';
import { type Node, pool, sha256, shop } from './world.test-kit.ts';

const lamp = pool('lamp');

/** What the journal of a node holds behind a position, as a journal that is shared would tell it. */
function caughtUp(node: Node, from: number, heads = true): CaughtUp {
  const { streams } = node.replica.ledger;
  return {
    runs: node.journal.entries.slice(from).map(({ stream, bytes }) => ({
      writer: stream,
      via: streams.get(stream)?.head.via ?? null,
      bytes: joinEntries([{ bytes }]),
    })),
    heads: heads ? [...streams.values()].map(({ writer, head }) => ({ writer, head })) : [],
  };
}

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

/** Another process of the same replica, that has seen nothing yet. */
function process(node: Node, journal: JournalView = node.journal): Replica {
  return new Replica(defaultSettings(node.id, node.settings.kind), new MemoryJournal().load(), journal, {
    sha256,
    nonce: () => 'f'.repeat(32),
    directory: node.world.directory,
  });
}

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
  till.do(sell('b1', { lamp: 1 }));
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
  });

  test.each([1, 1_000])(
    '[T8] what a writer said after a fence that a child decided counts as it did there, %i entries at a time',
    (at) => {
      const { hq, ended } = lateShop();
      const follower = process(hq);
      const { runs, heads } = caughtUp(hq, 0);
      // Heads come with the last of the entries, as in the books.
      for (let i = 0; i < runs.length; i += at)
        absorb(follower, { runs: runs.slice(i, i + at), heads: i + at < runs.length ? [] : heads });
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

/** Another process of the authority, to which these shops are linked while a first one writes. */
function processLinkedTo(hq: Node, ...shops: readonly Node[]) {
  const { now } = hq.world;
  const other = process(hq);
  absorb(other, caughtUp(hq, 0));
  for (const node of shops) {
    const opened = other.childUp(node.hello(), { protocol: 1, channels: [] }, now);
    expect(opened).toMatchObject({ ok: true });
  }
  /** One turn of it, behind what the first one wrote meanwhile. @returns what it writes, and what it tells to whom. */
  const turn = (act: (self: Replica) => void = () => {}) => {
    const from = other.ledger.position;
    if (from < hq.journal.entries.length) absorb(other, caughtUp(hq, from));
    act(other);
    const writes = other.endTurn(now);
    return { runs: writes?.runs, frames: other.keep(now).frames };
  };
  turn();
  return turn;
}

describe('[L1] a process that is linked to a shop tells it what another one wrote', () => {
  test('[L1] what was granted to it, and to nobody else', () => {
    const { world, hq, berlin } = shop();
    world.comesToRest = false;
    const rome = world.add('rome', 'store', hq);
    const turn = processLinkedTo(hq, berlin);
    const items = [{ pool: pool('lamp', 'hq'), n: 2 }];
    hq.do(receive('d1', { lamp: 6 }, 'hq'));
    const told = (to: WriterId) => {
      hq.turn((self, now) => self.ledger.append({ type: 'sent', to, items }, '', 'system', now));
      return turn().frames.filter(({ frame }) => frame.kind === 'cells');
    };
    const cells = items.map((item) => ({ ...item, to: berlin.self }));
    expect(told(berlin.self)).toMatchObject([{ to: berlin.id, frame: { cells } }]);
    // Rome is linked elsewhere, and so is Berlin's next life.
    for (const writer of [rome.self, `berlin.2.${'e'.repeat(32)}` as WriterId])
      expect(told(writer)).toEqual([]);
  });

  test('[L1] how far its words and those from below it came by another link', () => {
    const { world, hq, berlin, till } = shop();
    const turn = processLinkedTo(hq, berlin);
    till.do(receive('d1', { lamp: 1 }, 'till'));
    berlin.do(receive('d1', { lamp: 1 }));
    world.calm();
    const acks = turn().frames.filter(({ frame }) => frame.kind === 'ack');
    const points = [berlin, till].map(({ self, replica }) => {
      const { seq, hash } = replica.ledger.self.head;
      return { writer: self, seq, hash };
    });
    expect(acks).toHaveLength(1);
    expect(acks[0]).toMatchObject({ to: berlin.id, frame: { has: expect.arrayContaining(points) } });
  });

  test('[F3] whom somebody below shut out', () => {
    const { world, hq, berlin, till } = shop();
    const turn = processLinkedTo(hq, berlin);
    berlin.turn((self, now) => self.retire(till.id, now));
    world.calm();
    expect(hq.fenceOf(till.self)).toBe('retired');
    const acks = turn().frames.filter(({ frame }) => frame.kind === 'ack');
    expect(acks).toMatchObject([{ frame: { fenced: [{ writer: till.self, reason: 'retired' }] } }]);
  });

  test('[R4] and gives at once what another one took for it', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const [paris, rome] = [world.add('paris', 'store', hq), world.add('rome', 'store', hq)];
    const asks = (node: Node) => {
      const items = [{ pool: lamp, atLeast: 3, waitMs: 5_000 }];
      return { kind: 'asks', writer: node.self, parent: hq.self, items } as const;
    };
    hq.hear(rome.id, asks(rome));
    world.calm();
    expect(rome.free('lamp')).toBe(3);
    const turn = processLinkedTo(hq, paris, rome);
    // Paris asks; Rome may give back what it has, and does not answer.
    const asked = turn((self) => self.frame(paris.id, asks(paris), world.now));
    expect(asked.frames.map(({ to, frame }) => [to, frame.kind])).toEqual([[rome.id, 'recalls']]);
    const items = [{ pool: lamp, n: 3 }];
    berlin.turn((self, now) => self.ledger.append({ type: 'sent', to: hq.self, items }, '', 'system', now));
    world.calm();
    expect(hq.free('lamp')).toBe(3);
    expect(turn().runs).toMatchObject([
      { entries: [{ entry: { body: { type: 'sent', to: paris.self, items } } }] },
    ]);
  });
});
