/** A life that the books forgot, of a replica that was put back to before it and lives on (F6). */
import { describe, expect, test } from 'vitest';
import { type ReplicaId, type WriterId, writerId } from '../ids.ts';
import { free } from '../tally/row.ts';
import { joinEntries } from '../wire/slices.ts';
import { absorb } from './absorb.ts';
import { receive, reclaim, sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { differentMemory } from './memory.test-kit.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { Replica } from './replica.ts';
import type { Stream } from './stream.ts';
import { differentSums } from './sums.test-kit.ts';
import { type Node, pool, sha256, shop, World } from './world.test-kit.ts';

const lamp = pool('lamp');

function send(from: Node, to: WriterId, n: number): void {
  const body = { type: 'sent', to, items: [{ pool: lamp, n }] } as const;
  from.turn((self, now) => self.ledger.append(body, '', 'system', now));
}

function grant(world: World, from: Node, to: Node, n: number): void {
  const taken = to.row('lamp').took.find(({ writer }) => writer === from.self)?.n ?? 0;
  const items = [{ pool: lamp, atLeast: taken + n, waitMs: 5_000 }];
  from.turn((self, now) =>
    self.frame(to.id, { kind: 'asks', writer: to.self, parent: from.self, items }, now),
  );
  world.calm();
}

/** Another life of that replica, by name alone. */
function named(replica: string, incarnation: number, nonce: number): WriterId {
  return writerId(replica as ReplicaId, incarnation, nonce.toString(16).padStart(32, 'f'));
}

/** It goes on as another life, from this image of it. */
function putBack(node: Node, image: Node['journal']): void {
  node.restart(image);
  node.turn((self, now) => self.becomeNewWriter('rollback', now));
}

function link(world: World, ...nodes: Node[]): void {
  for (const node of nodes) {
    node.isHungUp = false;
    node.link();
    world.rejoin();
  }
}

function accountOf({ replica: { ledger } }: Node, writer: WriterId): number | undefined {
  const stream = ledger.streams.get(writer);
  return stream && exposure(ledger, stream, lamp);
}

/** Every unit that came in is somewhere, once: free, sold, or in the account of a life that ended. */
function sum({ replica: { ledger } }: Node): number {
  const has = (stream: Stream) =>
    stream.head.fence === null ? free(stream.row(lamp)) : exposure(ledger, stream, lamp);
  const streams = [...ledger.streams.values()];
  return streams.reduce((units, stream) => units + has(stream) + stream.row(lamp).used, 0);
}

/**
 * A restored shop took all eight lamps of its till, granted seven to its kiosk, which sold them, and kept one; the
 * ninth is in the account of the shop's first life. That second life is then forgotten by itself, and by the books.
 */
function forgotten({ tillToo }: { tillToo: boolean }) {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  const kiosk = world.add('kiosk', 'terminal', berlin);
  grant(world, berlin, till, 8);
  const [ofHq, ofBerlin, ofTill] = [hq.journal.image(), berlin.journal.image(), till.journal.image()];
  for (const node of [till, kiosk, berlin]) node.cut();
  putBack(berlin, berlin.journal.image());
  link(world, berlin, till, kiosk);
  const life = berlin.self;
  send(till, life, till.free('lamp'));
  world.calm();
  grant(world, berlin, kiosk, 7);
  expect(kiosk.do(sell('o1', { lamp: 7 }))).toMatchObject({ ok: true });
  world.calm();
  expect([berlin.free('lamp'), till.free('lamp'), kiosk.free('lamp')]).toEqual([1, 0, 0]);
  const before = till.self;
  for (const node of [till, kiosk, berlin]) node.cut();
  if (tillToo) putBack(till, ofTill);
  putBack(berlin, ofBerlin);
  putBack(hq, ofHq);
  return { world, hq, berlin, till, kiosk, life, before };
}

describe('[F6] [F5] a life that is in no books, of a replica that lives on (seed 9403899)', () => {
  test('[F6] owes what others took of it, so that what is taken back of a child is sold once', () => {
    const { world, hq, berlin, till, kiosk, life, before } = forgotten({ tillToo: true });
    link(world, berlin, till);
    expect(accountOf(hq, life)).toBeUndefined();
    link(world, kiosk);
    expect(hq.fenceOf(life)).toBe('rollback');
    expect([accountOf(hq, life), accountOf(berlin, before), sum(hq)]).toEqual([-7, 8, 9]);
    expect(berlin.do(reclaim('r1', before, { lamp: 8 }))).toMatchObject({ ok: true });
    world.calmFor(10_000);
    // What is free goes to where it was taken first.
    expect([accountOf(hq, life), sum(hq)]).toEqual([0, 9]);
    const live = [hq, berlin, till, kiosk].reduce((units, node) => units + node.free('lamp'), 0);
    expect(live).toBe(1);
    hq.restart();
    expect([accountOf(hq, life), sum(hq)]).toEqual([0, 9]);
  });

  test('[F6] has an account from when its replica speaks, though others named it before and say nothing more', () => {
    const { world, hq, berlin, kiosk, life } = forgotten({ tillToo: true });
    world.give(kiosk, hq);
    kiosk.parent = hq;
    link(world, kiosk);
    expect(accountOf(hq, life)).toBeUndefined();
    link(world, berlin);
    expect([hq.fenceOf(life), accountOf(hq, life)]).toEqual(['rollback', -7]);
  });

  test('[F6] has the same account with another process of the authority, which folds what this one wrote', () => {
    const { world, hq, berlin, till, kiosk, life, before } = forgotten({ tillToo: true });
    link(world, berlin, till, kiosk);
    const { streams } = hq.replica.ledger;
    const tools = { sha256, nonce: () => 'f'.repeat(32), directory: world.directory };
    const other = new Replica(hq.settings, new MemoryJournal().load(), hq.journal, tools);
    const runs = hq.journal.entries.map(({ stream: writer, bytes }) => {
      const via = streams.get(writer)?.head.via ?? null;
      return { writer, via, bytes: joinEntries([{ bytes }]) };
    });
    absorb(other, { runs, heads: [...streams.values()].map(({ writer, head }) => ({ writer, head })) });
    expect([...differentMemory(other.ledger, hq.journal), ...differentSums(other)]).toEqual([]);
    expect(exposure(other.ledger, other.ledger.streams.get(life) as Stream, lamp)).toBe(-7);
    expect(berlin.do(reclaim('r1', before, { lamp: 8 }))).toMatchObject({ ok: true });
  });

  test('[F6] [F3] may have left what its neighbours sent to it', () => {
    const { world, hq, berlin, till, kiosk, life } = forgotten({ tillToo: false });
    link(world, berlin, till, kiosk);
    expect([accountOf(hq, life), sum(hq)]).toEqual([1, 9]);
    expect(hq.do(reclaim('r1', life, { lamp: 1 }))).toMatchObject({ ok: true });
    expect([accountOf(hq, life), sum(hq)]).toEqual([0, 9]);
  });

  test('[F6] [T8] a delivery that it received is typed in again, and pays for what it granted', () => {
    const { world, hq, berlin, till } = shop();
    const [ofHq, ofBerlin] = [hq.journal.image(), berlin.journal.image()];
    for (const node of [till, berlin]) node.cut();
    putBack(berlin, berlin.journal.image());
    link(world, berlin, till);
    expect(berlin.do(receive('d1', { lamp: 5 }))).toMatchObject({ ok: true });
    grant(world, berlin, till, 4);
    expect(till.do(sell('o1', { lamp: 4 }))).toMatchObject({ ok: true });
    for (const node of [till, berlin]) node.cut();
    putBack(berlin, ofBerlin);
    putBack(hq, ofHq);
    link(world, berlin, till);
    expect(berlin.do(receive('d1', { lamp: 5 }))).toMatchObject({ ok: true });
    world.calmFor(10_000);
    expect([sum(hq), berlin.free('lamp') + hq.free('lamp') + till.free('lamp')]).toEqual([5, 1]);
  });

  test('[F6] below a region that lives on: the root settles it', () => {
    const world = new World();
    const hq = world.add('hq', 'authority');
    const north = world.add('north', 'region', hq);
    const berlin = world.add('berlin', 'store', north);
    const till = world.add('till', 'terminal', berlin);
    // It lived while nobody above heard of it.
    berlin.cut();
    const image = berlin.journal.image();
    putBack(berlin, berlin.journal.image());
    link(world, till);
    const life = berlin.self;
    berlin.turn((self) => {
      self.ledger.awaitsFormerLives = false;
    });
    expect(berlin.do(receive('d1', { lamp: 5 }))).toMatchObject({ ok: true });
    grant(world, berlin, till, 4);
    expect(till.do(sell('o1', { lamp: 4 }))).toMatchObject({ ok: true });
    till.cut();
    putBack(berlin, image);
    link(world, berlin, till);
    expect([accountOf(hq, life), sum(hq)]).toEqual([-4, 0]);
    expect(berlin.do(receive('d1', { lamp: 5 }))).toMatchObject({ ok: true });
    world.calmFor(10_000);
    expect([accountOf(hq, life), sum(hq)]).toEqual([0, 5]);
  });
});

describe('[F6] [T8] an account without entries is nothing to wait for (seed 9934147)', () => {
  const gaps = ({ hangUps }: Node) => hangUps.filter((message) => message.includes('with a gap'));

  test('[F6] [T8] its replica says hello again, or goes on as another life, and receives', () => {
    const { world, hq, berlin, till, kiosk, life } = forgotten({ tillToo: false });
    link(world, berlin, till, kiosk);
    expect(hq.fenceOf(life)).toBe('rollback');
    berlin.cut();
    link(world, berlin);
    world.calmFor(5_000);
    expect(gaps(berlin)).toEqual([]);
    for (const node of [till, kiosk, berlin]) node.cut();
    putBack(berlin, berlin.journal.image());
    link(world, berlin, till, kiosk);
    world.calmFor(5_000);
    expect(gaps(berlin)).toEqual([]);
    expect(berlin.do(receive('d2', { lamp: 5 }))).toMatchObject({ ok: true });
  });

  test('[F6] [T8] and so does who stands above it', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    const life = named('till', 1, 7);
    send(berlin, life, 1);
    world.calm();
    expect(hq.fenceOf(life)).toBe('rollback');
    for (const node of [till, berlin]) node.cut();
    putBack(berlin, berlin.journal.image());
    link(world, berlin, till);
    world.calmFor(5_000);
    expect([gaps(berlin), gaps(till)]).toEqual([[], []]);
    expect(berlin.do(receive('d2', { lamp: 5 }))).toMatchObject({ ok: true });
  });

  test('[F6] [T8] [F3] and who was given up, and is found again', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    grant(world, berlin, till, 2);
    const life = named('berlin', 2, 7);
    send(till, life, 1);
    world.calm();
    for (const node of [till, berlin]) node.cut();
    hq.turn((self, now) => self.retire(berlin.id, now));
    expect(hq.fenceOf(life)).toBe('retired');
    link(world, berlin, till);
    world.calmFor(5_000);
    expect([hq.fenceOf(berlin.self), gaps(berlin)]).toEqual([undefined, []]);
    expect(berlin.do(receive('d2', { lamp: 5 }))).toMatchObject({ ok: true });
  });
});

test('[F6] [F3] what was taken back of a life that is in no books stands in its account', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const life = named('till', 1, 7);
  const items = [{ pool: lamp, n: 2 }];
  berlin.turn((self, now) =>
    self.ledger.append({ type: 'reclaimed', writer: life, items }, '', 'system', now),
  );
  world.calmFor(10_000);
  expect([hq.fenceOf(berlin.self), hq.fenceOf(life), sum(hq)]).toEqual([undefined, 'rollback', 9]);
});

describe('[F6] [L7] who lies about lives that never were', () => {
  test('[L7] shuts out nobody whose life is still to come, and gets so many accounts', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    grant(world, berlin, till, 2);
    const before = hq.replica.ledger.streams.size;
    send(till, named('berlin', 2, 0), 1);
    send(till, named('paris', 1, 0), 1);
    world.calm();
    expect(hq.replica.ledger.streams.size).toBe(before);
    till.turn((self, now) => {
      for (let nonce = 1; nonce <= 100; nonce += 1) {
        const items = [{ pool: lamp, seq: 1, n: 1 }];
        self.ledger.append({ type: 'took', from: named('berlin', 1, nonce), items }, '', 'system', now);
      }
    });
    world.calm();
    world.comesToRest = false;
    expect(hq.replica.ledger.streams.size).toBe(before + 64);
    expect([hq.fenceOf(berlin.self), hq.fenceOf(till.self)]).toEqual([undefined, undefined]);
  });
});

test('[F6] [T8] another process that catches up with the account and with what came late of it folds as the first did', () => {
  const { world, hq, berlin, till } = shop();
  const paris = world.add('paris', 'store', hq);
  world.give(paris, hq);
  world.comesToRest = false;
  const [ofHq, ofBerlin] = [hq.journal.image(), berlin.journal.image()];
  for (const node of [till, berlin]) node.cut();
  putBack(berlin, berlin.journal.image());
  link(world, berlin, till);
  const life = berlin.self;
  berlin.do(receive('d1', { lamp: 5 }));
  grant(world, berlin, till, 4);
  till.do(sell('o1', { lamp: 4 }));
  const lost = berlin.journal.entries.filter(({ stream }) => stream === life);
  for (const node of [till, berlin, paris]) node.cut();
  putBack(berlin, ofBerlin);
  putBack(hq, ofHq);
  link(world, paris, berlin);
  berlin.do(receive('d1', { lamp: 5 }));
  world.calm();
  const before = hq.journal.image();
  link(world, till);
  expect(hq.fenceOf(life)).toBe('rollback');
  const at = paris.replica.ledger.durablePosition;
  const frame = {
    kind: 'stream',
    writer: paris.self,
    base: at,
    from: at,
    to: at + lost.length,
    entries: joinEntries(lost),
  } as const;
  hq.turn((self, now) => self.hub.stream(paris.id, frame, self.moving.places, now));
  const tools = { sha256, nonce: () => 'f'.repeat(32), directory: world.directory };
  const other = new Replica(hq.settings, before.load(), hq.journal, tools);
  const { streams } = hq.replica.ledger;
  const runs = hq.journal.entries.slice(before.entries.length).map(({ stream: writer, bytes }) => ({
    writer,
    via: streams.get(writer)?.head.via ?? null,
    bytes: joinEntries([{ bytes }]),
  }));
  absorb(other, { runs, heads: [...streams.values()].map(({ writer, head }) => ({ writer, head })) });
  expect([...differentMemory(other.ledger, hq.journal), ...differentSums(other)]).toEqual([]);
});
