/** What a restored replica is told of its former lives, and of those below it: T8, F1, F1a, F2, L2. */
import { describe, expect, test } from 'vitest';
import { encodeEntry } from '../entry/codec.ts';
import { type EntryBody, NO_HASH } from '../entry/entry.ts';
import type { Places } from '../hub/places.ts';
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Point } from '../wire/frames.ts';
import { joinEntries } from '../wire/slices.ts';
import { atFirst, name } from './books.test-kit.ts';
import { FormerLives } from './former.ts';
import { Ledger } from './ledger.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { ABOVE, type Stream } from './stream.ts';
import { pool, sha256 } from './world.test-kit.ts';

const lamp = pool('lamp');
const hq = name('hq');
const former = name('berlin', 1);
const PATIENCE_MS = 100;
const noRegistry = { wayTo: () => undefined } as unknown as Places;

const life = (parent: WriterId | null): EntryBody => ({ type: 'life', kind: 'store', parent });
const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: lamp, n }],
});

/** A chain as the parent holds it. */
function chain(writer: WriterId, ...bodies: readonly EntryBody[]) {
  let prevHash = NO_HASH;
  return bodies.map((body, i) => {
    const entry = { v: 1, writer, seq: i + 1, prevHash, docId: docOf(body, i) };
    const bytes = encodeEntry({ ...entry, actor: 'system', ...atFirst, body });
    const hash = sha256(bytes);
    prevHash = hash;
    return { bytes, point: { writer, seq: i + 1, hash } satisfies Point };
  });
}

function docOf(body: EntryBody, i: number): string {
  return body.type === 'received' ? `d-${body.lines[0]?.n}` : `${body.type}-${i}`;
}

type Said = ReturnType<typeof chain>;

/** The second life of a shop, that waits. */
function restored(places: Places = noRegistry) {
  const journal = new MemoryJournal();
  const ledger = new Ledger(journal.load(), journal, sha256);
  ledger.beginLife(name('berlin', 2), 'store', hq, atFirst);
  ledger.awaitsFormerLives = true;
  const told: string[] = [];
  const uplink = { told: ({ writer, head }: Stream) => told.push(`${writer} ${head.seq}`) };
  const lives = new FormerLives(ledger, places, uplink, { resendMs: PATIENCE_MS / 4 });
  const take = (entries: readonly { bytes: Uint8Array }[], last: boolean, nowMs = 0) =>
    lives.take(
      { kind: 'former', writer: ledger.self.writer, entries: joinEntries(entries), last } as never,
      nowMs,
    );
  return { journal, ledger, lives, take, told };
}

function points(...said: readonly Said[]): Point[] {
  return said.map((entries) => entries.at(-1)?.point as Point);
}

const said = chain(former, life(hq), received(3), received(4));

describe('[T8] a restored replica', () => {
  test('[T8] goes on when it was told all that its parent has of its former lives', () => {
    const { ledger, lives, take } = restored();
    lives.expect(points(said), 1_000);
    expect(lives.overdueMs).toBe(1_100);
    expect(take(said.slice(0, 2), false, 1_010)).toBe('some');
    expect([lives.overdueMs, ledger.awaitsFormerLives]).toEqual([1_110, true]);
    expect(take(said.slice(2), true, 1_020)).toBe('all');
    expect([lives.overdueMs, ledger.awaitsFormerLives]).toEqual([Number.POSITIVE_INFINITY, false]);
    const stream = ledger.streams.get(former);
    expect(stream?.row(lamp).received).toBe(7);
    // It is over, and its own.
    expect(stream?.head).toMatchObject({ via: null, parent: hq, fence: { seq: 0, reason: 'superseded' } });
    expect([...lives.takeNews()]).toEqual([stream]);
    expect([...lives.takeNews()]).toEqual([]);
  });

  test('[T8] has nothing to wait for where it never began to, or all is here', () => {
    const { ledger, lives, take } = restored();
    const { writer, head } = ledger.self;
    ledger.awaitsFormerLives = false;
    lives.expect([{ writer, seq: head.seq + 5, hash: head.hash }], 1_000);
    expect(lives.overdueMs).toBe(Number.POSITIVE_INFINITY);
    take(said, false);
    lives.expect(points(said), 1_000);
    expect(lives.overdueMs).toBe(Number.POSITIVE_INFINITY);
    ledger.awaitsFormerLives = true;
    lives.expect(points(said), 1_000);
    expect(lives.overdueMs).toBe(1_100);
  });

  test('[L2] a frame that was lost: the next does not join on, and the last tells that there is a gap', () => {
    const { ledger, lives, take } = restored();
    lives.expect(points(said), 0);
    take(said.slice(0, 1), false, 5);
    expect(take(said.slice(2), true, 50)).toBe('some');
    expect(lives.overdueMs).toBe(105);
    expect(take([], true, 60)).toBe('gap');
    expect(ledger.awaitsFormerLives).toBe(true);
    // Told once more, what is known already does no harm.
    expect(take(said, true, 70)).toBe('all');
    expect(ledger.streams.get(former)?.row(lamp).received).toBe(7);
  });

  test('[L2] is not patient for ever', () => {
    const { lives } = restored();
    // Be it that nothing is missing but the word that this was all.
    for (const all of [points(said), []]) {
      lives.expect(all, 0);
      expect([lives.isOverdue(99, false), lives.isOverdue(100, false), lives.isOverdue(100, true)]).toEqual([
        false,
        true,
        true,
      ]);
    }
  });

  test('[L2] is patient with a parent that comes further with what it is told', () => {
    const { lives, take } = restored();
    lives.expect(points(said), 0);
    lives.waitOn(50);
    expect(lives.overdueMs).toBe(150);
    expect(take(said, true, 60)).toBe('all');
    lives.waitOn(70);
    expect(lives.overdueMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('[L2] misses what it was not told, however far others came', () => {
    const { lives, take } = restored();
    const tills = chain(name('till'), life(former));
    lives.expect(points(said, tills), 0);
    expect(take([...said.slice(0, 2), ...tills], true)).toBe('gap');
  });

  test('[D4] whose turn failed begins again at once, whether it lacks entries or the word that this was all', () => {
    const { ledger, lives, take } = restored();
    ledger.keep();
    lives.expect([], 0);
    expect([take([], true), lives.isOverdue(0, false)]).toEqual(['all', false]);
    ledger.putBack();
    lives.putBack();
    expect([ledger.awaitsFormerLives, lives.isOverdue(0, false)]).toEqual([true, true]);
    ledger.awaitsFormerLives = false;
    ledger.keep();
    lives.expect(points(said), 0);
    expect([take(said, true), lives.isOverdue(0, false)]).toEqual(['all', false]);
    ledger.putBack();
    lives.putBack();
    expect([ledger.streams.has(former), lives.isOverdue(0, false)]).toEqual([false, true]);
    // Who waits for nothing goes on.
    lives.expect([], 0);
    lives.putBack();
    expect(lives.overdueMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('[D4] does not take a journal that it cannot read for a frame that it cannot read', () => {
    const { journal, ledger, lives, take } = restored();
    lives.expect([], 0);
    take(said, false);
    ledger.keep();
    journal.hashAt = () => {
      throw new Error('The disk fails.');
    };
    expect(() => take(said.slice(0, 1), true)).toThrow('The disk fails.');
  });

  test('[L7] takes no bytes that are no entries, none under its own name, and keeps no foreign buffer', () => {
    const { ledger, lives, take } = restored();
    lives.expect(points(said), 0);
    expect(take([{ bytes: Uint8Array.of(1, 2, 3) }], true)).toBe('some');
    const own = chain(ledger.self.writer, life(hq));
    expect(take(own, true)).toBe('some');
    const frame = joinEntries(said);
    lives.take({ kind: 'former', writer: ledger.self.writer, entries: frame, last: true } as never, 0);
    const kept = said.map(({ bytes }) => bytes.slice());
    frame.fill(0);
    const run = ledger.endTurn()?.runs.find(({ writer }) => writer === former);
    expect(run?.entries.map(({ bytes }) => bytes)).toEqual(kept);
  });

  test('[T8] [D7] what was pruned here was settled: it is held, and not told for another history', () => {
    const { ledger, lives, take } = restored();
    lives.expect([], 0);
    take(said, false);
    ledger.keep();
    // The journal below is empty, as if these had been pruned.
    const second = said[1]?.point as Point;
    lives.expect([{ ...second, hash: NO_HASH }], 0);
    expect(take(said.slice(0, 1), true)).toBe('all');
    expect(ledger.branches.size).toBe(0);
    // The last of them is known all the same: of another one in its place the parent has yet to tell.
    const last = said[2]?.point as Point;
    lives.expect([{ ...last, hash: NO_HASH }], 0);
    expect(take([], true)).toBe('some');
    lives.expect([last], 0);
    expect(take([], true)).toBe('all');
  });
});

test('[T8] what was still on its way to a life that has ended is no answer to the next', () => {
  const { ledger, lives, take } = restored();
  lives.expect(points(said), 0);
  ledger.beginLife(name('berlin', 3), 'store', hq, atFirst);
  expect([take(said, true), ledger.streams.has(former)]).toEqual(['some', false]);
  lives.expect(points(said), 0);
  expect(take(said, true)).toBe('all');
});

describe('[F1a] those below', () => {
  const till = name('till');
  const desk = name('desk');

  test('[F1a] are known by the child through which they are reached', () => {
    const { ledger, lives, take } = restored();
    const tills = chain(till, life(former), received(1));
    const desks = chain(desk, life(till));
    lives.expect(points(tills, desks), 0);
    expect(take([...tills, ...desks], true)).toBe('all');
    expect([ledger.streams.get(till)?.head, ledger.streams.get(desk)?.head]).toMatchObject([
      { via: 'till', fence: null },
      { via: 'till', fence: null },
    ]);
  });

  test('[F1a] whom they shut out meanwhile is shut out here too, whoever is told of first', () => {
    const tills = chain(till, life(former));
    const [{ point }] = tills as [Said[number]];
    const fence: EntryBody = { type: 'fenced', writer: till, seq: 1, hash: point.hash, reason: 'retired' };
    const shops = chain(former, life(hq), fence);
    for (const all of [
      [...tills, ...shops],
      [...shops, ...tills],
    ]) {
      const { ledger, lives, take } = restored();
      lives.expect(points(tills, shops), 0);
      expect(take(all, true)).toBe('all');
      expect(ledger.streams.get(till)?.head.fence).toMatchObject({ seq: 1, reason: 'retired' });
    }
  });

  const shutOut = (writer: WriterId, seq: number): EntryBody => {
    return { type: 'fenced', writer, seq, hash: NO_HASH, reason: 'retired' };
  };

  test('[F1a] stay shut out where they were shut out first', () => {
    const tills = chain(till, life(former), received(1), received(2));
    const shops = chain(former, life(hq), shutOut(till, 1), shutOut(till, 2));
    const { ledger, lives, take } = restored();
    lives.expect(points(tills, shops), 0);
    expect(take([...tills, ...shops], true)).toBe('all');
    expect(ledger.streams.get(till)?.head.fence?.seq).toBe(1);
  });

  test('[F1a] [F3a] are shut out once they say whose children they are by now', () => {
    const shops = chain(former, life(hq), shutOut(till, 3));
    const tills = chain(till, life(name('paris')), received(1), { type: 'reparented', parent: former });
    const { ledger, lives, take } = restored();
    lives.expect(points(tills, shops), 0);
    take([...shops, ...tills.slice(0, 2)], false);
    expect(ledger.streams.get(till)?.head.fence).toBe(null);
    expect(take(tills.slice(2), true)).toBe('all');
    expect(ledger.streams.get(till)?.head.fence).toMatchObject({ seq: 3, reason: 'retired' });
  });

  test('[F3] are shut out by that word alone, and not by what was taken back of them', () => {
    const tills = chain(till, life(former));
    const items = [{ pool: lamp, n: 1 }];
    const shops = chain(former, life(hq), { type: 'reclaimed', writer: till, items });
    const { ledger, lives, take } = restored();
    lives.expect(points(tills, shops), 0);
    expect(take([...tills, ...shops], true)).toBe('all');
    expect(ledger.streams.get(till)?.head.fence).toBe(null);
  });

  test('[F2] shut out nobody who lives on here: of that its parent has the word', () => {
    const { ledger, lives, take } = restored();
    const twin = chain(name('berlin', 3, 'c'), life(hq), shutOut(ledger.self.writer, 1));
    lives.expect(points(twin), 0);
    expect(take(twin, true)).toBe('all');
    expect(ledger.self.head.fence).toBe(null);
  });

  test('[F3a] are kept, and reached from above, until it is known where they belong', () => {
    const { ledger, lives, take } = restored();
    lives.expect([], 0);
    expect(take(chain(desk, life(till)), true)).toBe('all');
    expect(ledger.streams.get(desk)?.head.via).toBe(ABOVE);
  });

  test('[F3a] are reached where the other lives of their replica are, wherever they belong by now (seed 80453)', () => {
    let way = 'paris';
    const { ledger, lives, take } = restored({ wayTo: () => way } as unknown as Places);
    lives.expect([], 0);
    take(chain(till, life(former)), true);
    way = 'rome';
    take(chain(name('till', 2), life(former)), true);
    expect(ledger.livesOf('till' as ReplicaId).map(({ head }) => head.via)).toEqual(['paris', 'paris']);
  });

  test('[L7] are no second root, and begin with their life', () => {
    const strangers = [
      chain(name('other'), life(null)),
      chain(till, received(1)),
      chain(till, life(former), received(1)).slice(1),
      chain(till, life(former), life(former)).slice(1),
    ];
    for (const stranger of strangers) {
      const { ledger, lives, take } = restored();
      lives.expect([], 0);
      expect(take(stranger, true)).toBe('some');
      expect(ledger.streams.size).toBe(1);
      expect(ledger.awaitsFormerLives).toBe(true);
    }
  });

  test('[L7] say nothing that has no place in their chain, be it said to come after what is the last', () => {
    const [first] = chain(till, life(former)) as [Said[number]];
    const head = { v: 1, writer: till, seq: 3, prevHash: first.point.hash, docId: 'd', actor: 'system' };
    const bytes = encodeEntry({ ...head, ...atFirst, body: received(5) });
    const { ledger, lives, take } = restored();
    lives.expect([], 0);
    expect(take([first, { bytes }], true)).toBe('some');
    const stream = ledger.streams.get(till);
    expect([stream?.head.seq, stream?.row(lamp).received]).toEqual([1, 0]);
  });
});

test('[T8] a former life of its own is told to a replica also where that one had no parent', () => {
  const { ledger, lives, take } = restored();
  const alone = chain(former, life(null), received(2));
  lives.expect(points(alone), 0);
  expect(take(alone, true)).toBe('all');
  expect(ledger.streams.get(former)?.row(lamp).received).toBe(2);
});

describe('[F2] another history of a former life', () => {
  const other = chain(former, life(hq), received(9), received(1));

  test('[F2] is waited for while own entries are on their way up, and kept beside when it comes', () => {
    const { ledger, lives, take, told } = restored();
    lives.expect([], 0);
    take(other, false);
    lives.expect(points(said), 0);
    // The parent tells it once it has seen where this one leaves it: no gap, and no hurry.
    expect(take([], true, 10)).toBe('some');
    expect(lives.isOverdue(110, true)).toBe(false);
    expect(lives.overdueMs).toBe(210);
    expect(lives.isOverdue(210, false)).toBe(true);
    expect(take(said.slice(1), true, 220)).toBe('all');
    expect(ledger.branches.size).toBe(1);
    expect(ledger.streams.get(former)?.row(lamp).received).toBe(10);
    const [branch] = ledger.branches;
    expect(branch?.row(lamp).received).toBe(7);
    // It may have granted units that a child waits for, and is news as long as nobody was told (seed 10002897).
    expect(lives.takeNews()).toContain(branch);
    take(said.slice(1), true, 230);
    expect([...lives.takeNews()]).toEqual([]);
    // What the parent told of it is not said to it again (seed 2381).
    expect(told.at(-1)).toBe(`${branch?.writer} ${branch?.head.seq}`);
  });

  test('[F2] that lacks an entry this one has not come to is a gap like any other', () => {
    const { lives, take } = restored();
    take(other.slice(0, 2), false);
    lives.expect([...points(said), { writer: name('berlin', 1, 'e'), seq: 9, hash: NO_HASH }], 0);
    expect(take([], true)).toBe('gap');
    expect(lives.isOverdue(PATIENCE_MS, true)).toBe(true);
  });
});
