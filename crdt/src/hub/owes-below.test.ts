/** Whom any part helps (F5, F7), and whose word shuts whom out. */
import { describe, expect, test, vi } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import type { Stream } from '../replica/stream.ts';
import { pool } from '../replica/world.test-kit.ts';
import { owesBelow } from './owes-below.ts';
import { type FenceSaid, isShutOutBy, noteRelayedFence, saidOfChain } from './relayed-fence.ts';

const lamp = pool('lamp');
const berlin = 'berlin' as ReplicaId;
const lost = (less: number, owed: number) =>
  ({ type: 'lost', cause: 'shrinkage', reason: 'x', lines: [{ pool: lamp, less, owed }] }) as const;
const received = (n: number) =>
  ({ type: 'received', cause: 'delivery', lines: [{ pool: lamp, n }] }) as const;

describe('[F7] somebody below owes', () => {
  test('[F7] while a live writer there does, of that pool', () => {
    const books = new Books();
    const { ledger, shop } = books;
    expect(owesBelow(ledger, berlin, lamp)).toBe(false);
    books.say(shop, received(1), lost(3, 2));
    expect(owesBelow(ledger, berlin, lamp)).toBe(true);
    expect(owesBelow(ledger, berlin, pool('bulb'))).toBe(false);
    expect(owesBelow(ledger, 'paris' as ReplicaId, lamp)).toBe(false);
    books.say(shop, { type: 'repaid', lines: [{ pool: lamp, n: 2 }] });
    expect(owesBelow(ledger, berlin, lamp)).toBe(false);
  });

  test('[F5] while a life that ended lacks units, and not while it may still have some', () => {
    const books = new Books();
    const { ledger, shop } = books;
    books.say(shop, received(1), lost(3, 2));
    ledger.fence(shop, 'retired', atFirst);
    expect(owesBelow(ledger, berlin, lamp)).toBe(true);
    books.say(shop, received(2));
    // Its debt is covered by what it has: it owes nothing, and has nothing.
    expect(owesBelow(ledger, berlin, lamp)).toBe(false);
    books.say(shop, received(1));
    expect(owesBelow(ledger, berlin, lamp)).toBe(false);
  });
});

describe('[F2] a fence that somebody else decided', () => {
  test('[F2] is a matter of a life of that replica, or of its parent', () => {
    const { ledger, shop } = new Books();
    expect(isShutOutBy(ledger, shop, name('berlin', 2), () => null)).toBe(true);
    expect(isShutOutBy(ledger, shop, name('hq', 7, 'e'), () => null)).toBe(true);
    expect(isShutOutBy(ledger, shop, name('paris'), () => null)).toBe(false);
    // Nobody stands above a root.
    expect(isShutOutBy(ledger, ledger.self, name('paris'), () => null)).toBe(false);
  });

  test('[F3] [F3a] or of who stood above it at that point: its parent then, or who settles in the place of one that has ended', () => {
    const books = new Books();
    const { ledger, shop } = books;
    const till = books.add(name('till'), 'rome', name('rome'));
    const by = (replica: string) => isShutOutBy(ledger, till, name(replica), () => shop.writer);
    // A shop that lives speaks for itself.
    expect([by('berlin'), by('hq'), by('paris')]).toEqual([true, false, false]);
    ledger.fence(shop, 'retired', atFirst);
    expect([by('berlin'), by('hq'), by('paris')]).toEqual([true, true, false]);
    // Whoever was shut out may have named a circle of parents.
    const [one, two] = [
      ['one', 'two'],
      ['two', 'one'],
    ].map(([of, parent]) => books.add(name(of as string), 'berlin', name(parent as string))) as [
      Stream,
      Stream,
    ];
    for (const ended of [one, two]) ledger.fence(ended, 'retired', atFirst);
    expect(isShutOutBy(ledger, till, name('paris'), () => one.writer)).toBe(false);
  });

  test('[F2] is told from above by whoever decided it, at the hash that stands here', () => {
    const books = new Books();
    books.say(books.shop, received(1));
    const { ledger, shop } = books;
    const said = { writer: shop.writer, seq: 1, hash: new Uint8Array(32).fill(7), reason: 'fork' } as const;
    expect(noteRelayedFence(ledger, name('paris'), said)).toBe(undefined);
    expect(noteRelayedFence(ledger, 'above', { ...said, seq: 3 })).toBe(undefined);
    expect(noteRelayedFence(ledger, 'above', said)).toBe(shop);
    expect(shop.head.fence).toEqual({ seq: 1, hash: ledger.hashOf(shop, 1), reason: 'fork' });
    expect(noteRelayedFence(ledger, 'above', said)).toBe(undefined);
  });

  test('[F2] [F5] moved to before it had another parent gives it back the one before, and so its settler (seed 6300099)', () => {
    const books = new Books();
    const { ledger, shop } = books;
    const before = shop.head.parent;
    books.say(shop, received(1), { type: 'reparented', parent: name('paris') }, received(2));
    books.commit();
    ledger.fence(shop, 'superseded', atFirst);
    expect(shop.head.parent).toBe(name('paris'));
    const said = { writer: shop.writer, seq: 2, hash: ledger.hashOf(shop, 2) as Uint8Array };
    expect(noteRelayedFence(ledger, 'above', { ...said, reason: 'superseded' })).toBe(shop);
    expect(shop.head.parent).toBe(before);
    // Behind that point, another life of the same parent is still its parent.
    const other = name('hq', 2);
    books.say(shop, { type: 'reparented', parent: other }, { type: 'reparented', parent: name('rome') });
    expect(shop.head.parent).toBe(other);
  });

  test('[F2] stays where it is where the parent names an entry of another history, or one that was let go of here', () => {
    const books = new Books();
    const { ledger, shop } = books;
    books.say(shop, received(1), received(2));
    books.commit();
    ledger.fence(shop, 'fork', atFirst);
    const { fence } = shop.head;
    const said = { writer: shop.writer, seq: 2, hash: new Uint8Array(32).fill(7), reason: 'fork' } as const;
    expect(noteRelayedFence(ledger, 'above', said)).toBe(undefined);
    const { hash } = books.journal.entries.find(
      ({ entry }) => entry.writer === shop.writer && entry.seq === 2,
    ) as {
      readonly hash: Uint8Array;
    };
    vi.spyOn(books.journal, 'hashAt').mockReturnValue(undefined);
    expect(noteRelayedFence(ledger, 'above', { ...said, hash })).toBe(undefined);
    expect(shop.head.fence).toEqual(fence);
  });

  test('[F2] moves to where the two histories part where the parent names an entry of the other one (seed 21003583)', () => {
    const books = new Books();
    const { ledger, shop } = books;
    books.say(shop, { type: 'reparented', parent: name('paris') }, received(1), received(2));
    books.commit();
    const early = { writer: shop.writer, seq: 1, hash: ledger.hashOf(shop, 1) as Uint8Array };
    expect(noteRelayedFence(ledger, 'above', { ...early, reason: 'superseded' })).toBe(shop);
    const branch = books.branch(3);
    const further = books.branch(3, branch);
    books.say(branch, received(3), received(4));
    books.say(further, received(5), received(6), received(7));
    books.commit();
    const told = (said: FenceSaid) => noteRelayedFence(ledger, 'above', saidOfChain(ledger, said));
    for (const other of [branch, further]) {
      const { seq, hash } = other.head;
      const said = { writer: shop.writer, seq, hash, reason: 'superseded' } as const;
      shop.head.fence = { ...early, reason: 'superseded' };
      expect(told({ ...said, hash: early.hash })).toBe(undefined);
      expect(told(said)).toBe(shop);
      expect([shop.head.fence, shop.head.parent]).toEqual([
        { seq: 3, hash: ledger.hashOf(shop, 3), reason: 'superseded' },
        name('paris'),
      ]);
      expect(told(said)).toBe(undefined);
    }
  });

  test('[F2] a fence moved on to behind another parent takes that parent over', () => {
    const books = new Books();
    const { ledger, shop } = books;
    ledger.fence(shop, 'superseded', atFirst);
    const at = shop.head.fence?.seq as number;
    books.say(shop, { type: 'reparented', parent: name('paris') });
    books.commit();
    expect(shop.head.parent).not.toBe(name('paris'));
    const said = { writer: shop.writer, seq: at + 1, hash: ledger.hashOf(shop, at + 1) as Uint8Array };
    expect(noteRelayedFence(ledger, 'above', { ...said, reason: 'superseded' })).toBe(shop);
    expect(shop.head.parent).toBe(name('paris'));
  });

  test('[L7] makes no branch of a chain, whoever says so', () => {
    const { ledger, shop } = new Books();
    const said = { writer: shop.writer, ...shop.head, reason: 'branch' } as const;
    expect(noteRelayedFence(ledger, 'above', said)).toBe(undefined);
    expect(shop.head.fence).toBe(null);
  });

  test('[F2] is noted at the end of what is known, and of nobody who is not known', () => {
    const { ledger, shop } = new Books();
    const said = { writer: shop.writer, ...shop.head, reason: 'fork' } as const;
    expect(noteRelayedFence(ledger, 'above', { ...said, writer: name('nobody') })).toBe(undefined);
    expect(noteRelayedFence(ledger, 'above', said)).toBe(shop);
  });
});
