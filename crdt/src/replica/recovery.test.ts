/** What an authority whose books were put back asks of them, question by question (F6). */
import { describe, expect, test } from 'vitest';
import type { FenceReason } from '../entry/entry.ts';
import type { ReplicaId, WriterId } from '../ids.ts';
import { emptyRow } from '../tally/row.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { Ledger } from './ledger.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { giveUpNamed, hasJoined, isForgottenAt, noteLostLife, unheard } from './recovery.ts';
import { newHead, type Stream } from './stream.ts';
import { pool, sha256 } from './world.test-kit.ts';

const items = [{ pool: pool('lamp'), seq: 1, n: 2 }];
const id = (replica: string) => replica as ReplicaId;
/** The authority's life that the books were put back to, and the one that goes on. */
const lived = name('hq');
const lives = name('hq', 2);

/** Books that were put back, in which nobody has told anything yet but Berlin, which is known and has told all. */
function putBack() {
  const books = new Books();
  const { ledger, shop } = books;
  const former = ledger.self;
  ledger.beginLife(lives, 'authority', null, atFirst);
  ledger.fence(former, 'rollback', atFirst);
  books.say(shop, { type: 'reparented', parent: lives });
  /** A life as these books have it, under this parent; shut out, where a reason is given. */
  const add = (writer: WriterId, parent: WriterId | null, via: string, reason?: FenceReason): Stream => {
    const stream = ledger.addStream(writer, newHead('store', parent, id(via)));
    if (reason !== undefined) ledger.fence(stream, reason, atFirst);
    return stream;
  };
  const names = (writer: WriterId) => books.say(shop, { type: 'took', from: writer, items });
  const registry = (places: Record<string, string>) => {
    ledger.parentOf = (replica) => places[replica] as ReplicaId | undefined;
  };
  return { ...books, ledger, shop, add, names, registry };
}

/** A region’s books: it has an authority above it, and a child that knows nothing of its present life. */
function region() {
  const ledger = new Ledger(new MemoryJournal().load(), new MemoryJournal(), sha256);
  ledger.beginLife(name('west', 2), 'region', lived, atFirst);
  const till = ledger.addStream(name('till'), newHead('terminal', name('west'), id('till')));
  return { ledger, till };
}

describe('[F6] who is waited for', () => {
  test('[F6] nobody, by a replica that has a parent: that one answers', () => {
    expect(unheard(region().ledger)).toEqual([]);
  });

  test('[F6] a replica’s newest life speaks for it, in whatever order the books have them', () => {
    const { ledger, add } = putBack();
    add(name('paris', 2), lives, 'paris');
    add(name('paris', 1), lived, 'paris', 'superseded');
    expect(unheard(ledger)).toEqual([]);
    add(name('rome', 1), lived, 'rome', 'superseded');
    add(name('rome', 2), lives, 'rome');
    expect(unheard(ledger)).toEqual([]);
    // Given up in its newest life, it has no more to tell, whatever an older one left open.
    add(name('oslo', 2), lived, 'oslo', 'retired');
    add(name('oslo', 1), lived, 'oslo');
    expect(unheard(ledger)).toEqual([]);
  });

  test('[F6] of two lives of one number, the one that lives speaks', () => {
    const { ledger, add } = putBack();
    add(name('paris', 1, 'a'), lives, 'paris');
    add(name('paris', 1, 'b'), lived, 'paris', 'superseded');
    add(name('rome', 1, 'a'), lived, 'rome', 'superseded');
    add(name('rome', 1, 'b'), lives, 'rome');
    expect(unheard(ledger)).toEqual([]);
  });

  test('[F6] who names a life of the authority, though it is reached through another by now', () => {
    const { ledger, add } = putBack();
    add(name('till'), lived, 'berlin');
    expect(unheard(ledger)).toEqual(['till']);
  });

  test('[F6] a direct child, though it names another parent', () => {
    const { ledger, add } = putBack();
    add(name('till'), name('berlin'), 'till');
    expect(unheard(ledger)).toEqual(['till']);
  });

  test('[F6] nobody who hangs on a child and stands there in the registry, or names no parent at all', () => {
    const { ledger, add, registry } = putBack();
    registry({ till: 'berlin' });
    add(name('till'), name('berlin'), 'berlin');
    add(name('stray'), null, 'berlin');
    expect(unheard(ledger)).toEqual([]);
  });

  test('[F6] nobody whose old life ended after it had told this one', () => {
    const { ledger, add } = putBack();
    add(name('paris'), lives, 'paris', 'superseded');
    expect(unheard(ledger)).toEqual([]);
  });
});

describe('[F6] a life that is a name alone', () => {
  test('[F6] is waited for where its replica’s last known life gave way to another', () => {
    const { ledger, add, names } = putBack();
    add(name('till'), name('berlin'), 'berlin', 'superseded');
    expect(unheard(ledger)).toEqual([]);
    names(name('till', 2));
    expect(unheard(ledger)).toEqual(['till']);
  });

  test('[F6] is not waited for where its replica has joined', () => {
    const { ledger, names, registry } = putBack();
    registry({ berlin: 'hq' });
    names(name('berlin', 2));
    expect(unheard(ledger)).toEqual([]);
  });

  test('[F6] is never the authority’s own', () => {
    const { ledger, add, names } = putBack();
    add(name('hq', 3), null, 'hq', 'superseded');
    names(name('hq', 4));
    expect(unheard(ledger)).toEqual([]);
  });
});

describe('[F6] [F3a] who would be forgotten if it were given away', () => {
  test('[F6] who has not spoken, and only by the parent that the books remember', () => {
    const { ledger, add, registry } = putBack();
    registry({ till: 'hq', paris: 'hq' });
    add(name('till'), name('berlin'), 'berlin');
    expect(unheard(ledger)).toEqual(['till']);
    const at = (...parents: string[]) => parents.map((to) => isForgottenAt(ledger, id('till'), id(to)));
    expect(at('berlin', 'rome', 'hq')).toEqual([true, false, false]);
    // Remembered at the authority itself, it is waited for there as well.
    add(name('paris'), lived, 'paris');
    expect(isForgottenAt(ledger, id('paris'), id('hq'))).toBe(false);
    // Who has told all may go anywhere.
    registry({});
    expect(at('berlin')).toEqual([false]);
  });

  test('[F6] one life of several is enough to remember it there', () => {
    const { ledger, add, registry } = putBack();
    registry({ till: 'hq' });
    add(name('till', 1), name('rome'), 'rome', 'superseded');
    add(name('till', 2), name('berlin'), 'berlin');
    for (const parent of ['rome', 'berlin']) expect(isForgottenAt(ledger, id('till'), id(parent))).toBe(true);
  });

  test('[F6] a life without a parent is remembered nowhere', () => {
    const { ledger, add, registry } = putBack();
    registry({ stray: 'hq' });
    add(name('stray'), null, 'berlin');
    expect(unheard(ledger)).toEqual(['stray']);
    expect(isForgottenAt(ledger, id('stray'), id('berlin'))).toBe(false);
  });
});

describe('[F6] who has joined this life of the authority', () => {
  test('[F6] whoever hangs on a chain of living parents that ends there', () => {
    const { ledger, shop, add } = putBack();
    const till = add(name('till'), shop.writer, 'berlin');
    expect([ledger.self, shop, till].map((life) => hasJoined(ledger, life))).toEqual([true, true, true]);
  });

  test('[F6] not who hangs on a life that ended, on none, on an unknown one, or on itself in a ring', () => {
    const { ledger, add } = putBack();
    const ended = add(name('paris'), lives, 'paris', 'superseded');
    const below = add(name('till'), ended.writer, 'paris');
    const orphan = add(name('stray'), null, 'berlin');
    const unknown = add(name('desk'), name('rome'), 'berlin');
    const ring = add(name('one'), name('two'), 'berlin');
    add(name('two'), name('one'), 'berlin');
    for (const life of [ended, below, orphan, unknown, ring]) expect(hasJoined(ledger, life)).toBe(false);
  });
});

describe('[F6] a life of the authority that its books forgot', () => {
  test('[F6] has an account once a child names it; a life that is known keeps its own', () => {
    const { ledger, shop } = putBack();
    noteLostLife(ledger, name('hq', 1, 'f'));
    expect(ledger.streams.get(name('hq', 1, 'f'))?.head).toMatchObject({
      kind: 'authority',
      parent: null,
      via: null,
      fence: { seq: 0, reason: 'rollback' },
    });
    const before = [...ledger.streams.values()];
    for (const named of [null, lived, lives, shop.writer, name('rome')]) noteLostLife(ledger, named);
    expect([...ledger.streams.values()]).toEqual(before);
    for (const stream of before) expect(ledger.streams.get(stream.writer)).toBe(stream);
  });

  test('[F6] is for the authority alone: a region has a parent that tells it', () => {
    const { ledger } = region();
    const { size } = ledger.streams;
    noteLostLife(ledger, name('west', 1, 'f'));
    expect(ledger.streams.size).toBe(size);
  });
});

describe('[F6] a life that others name, of a replica that is given up', () => {
  const named = name('till', 2);

  test('[F6] has an account like the life that is known', () => {
    const { ledger, add, names } = putBack();
    const known = add(name('till'), name('berlin'), 'berlin', 'retired');
    known.head.kind = 'terminal';
    names(named);
    giveUpNamed(ledger, id('till'), known, undefined);
    expect(ledger.streams.get(named)?.head).toMatchObject({
      kind: 'terminal',
      parent: name('berlin'),
      via: 'berlin',
      fence: { seq: 0, reason: 'retired' },
    });
    expect([...ledger.streams.keys()].filter((writer) => writer.startsWith('till'))).toHaveLength(2);
  });

  test('[F6] has one where the books forgot them all and the registry knows the way', () => {
    const { ledger, names } = putBack();
    names(named);
    names(name('desk', 2));
    giveUpNamed(ledger, id('till'), undefined, id('berlin'));
    expect(ledger.streams.get(named)?.head).toMatchObject({ kind: 'store', parent: lives, via: 'berlin' });
    expect(ledger.streams.has(name('desk', 2))).toBe(false);
  });

  test('[F6] has none where nobody knows the way to it', () => {
    const { ledger, names } = putBack();
    names(named);
    giveUpNamed(ledger, id('till'), undefined, undefined);
    expect(ledger.streams.has(named)).toBe(false);
  });

  test('[F6] has none where a life of it is known that others settle', () => {
    const { ledger, add, names } = putBack();
    add(name('till'), name('berlin'), 'berlin');
    names(named);
    giveUpNamed(ledger, id('till'), undefined, id('berlin'));
    expect(ledger.streams.has(named)).toBe(false);
  });

  test('[F6] has one only when every life of whoever stands between was shut out', () => {
    const { ledger, add, names, registry } = putBack();
    registry({ till: 'rome', rome: 'hq' });
    names(named);
    const isGiven = () => {
      giveUpNamed(ledger, id('till'), undefined, id('rome'));
      return ledger.streams.has(named);
    };
    // Of Rome nothing is known: it may yet speak.
    expect(isGiven()).toBe(false);
    add(name('rome', 1), lived, 'rome', 'superseded');
    const second = add(name('rome', 2), lives, 'rome');
    expect(isGiven()).toBe(false);
    ledger.fence(second, 'retired', atFirst);
    expect(isGiven()).toBe(true);
  });

  test('[F6] has none from a replica that has a parent', () => {
    const { ledger, till } = region();
    till.load(pool('lamp'), { ...emptyRow(), took: [{ writer: name('desk', 2), seq: 1, n: 2 }] });
    giveUpNamed(ledger, id('desk'), till, id('till'));
    expect(ledger.streams.has(name('desk', 2))).toBe(false);
  });
});
