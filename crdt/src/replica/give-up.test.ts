/** Whom a replica shuts out that is given up, where the registry puts it, and what it leaves as it was: F3, F3a. */
import { describe, expect, test } from 'vitest';
import { Child, openSession } from '../hub/child.ts';
import { Places } from '../hub/places.ts';
import type { ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import type { Directory } from './directory.ts';
import { giveUp } from './give-up.ts';
import type { Replica } from './replica.ts';
import type { Stream } from './stream.ts';
import { pool, shop } from './world.test-kit.ts';

const berlin = 'berlin' as ReplicaId;
const paris = 'paris' as ReplicaId;
const received = { type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n: 1 }] } as const;

/** An authority with the shops Berlin and Paris. */
class Tree extends Books {
  readonly registry = new Map<string, string>([
    ['berlin', 'hq'],
    ['paris', 'hq'],
  ]);
  readonly paris = this.add(name('paris'), 'paris');
  readonly children = new Map<ReplicaId, Child>();
  readonly hangUps: string[] = [];

  listen(writer: WriterId, replica: ReplicaId): void {
    const child = new Child(replica);
    child.session = openSession({ writer, wantsLevels: false, heads: [] }, this.ledger.self.writer, 0);
    this.children.set(replica, child);
  }

  giveUp(replica: string): readonly WriterId[] | undefined {
    const { ledger, children } = this;
    const directory = {
      parentOf: (of: ReplicaId) => this.registry.get(of),
    } as Partial<Directory> as Directory;
    const hub = {
      children,
      fence: (life: Stream, reason: 'retired') => ledger.fence(life, reason, atFirst),
    };
    const parts = { ledger, hub, moving: { places: new Places(ledger, directory, () => {}) } };
    return giveUp(parts as unknown as Replica, replica as ReplicaId, atFirst, (message) =>
      this.hangUps.push(message),
    );
  }
}

describe('[F3] whoever is given up', () => {
  test('[F3] and listens is hung up on, and told why', () => {
    const tree = new Tree();
    expect(tree.giveUp(berlin)).toEqual([tree.shop.writer]);
    expect(tree.hangUps).toEqual([]);
    tree.listen(tree.paris.writer, paris);
    expect(tree.giveUp(paris)).toEqual([tree.paris.writer]);
    expect(tree.hangUps).toEqual(['This replica was retired.']);
  });

  test('[F3] [F5] once more stays shut out where it was, however much came late of it since', () => {
    const tree = new Tree();
    tree.giveUp(berlin);
    const { fence } = tree.shop.head;
    expect(fence).toMatchObject({ seq: 1, reason: 'retired' });
    tree.say(tree.shop, received);
    const { seq } = tree.ledger.self.head;
    expect(tree.giveUp(berlin)).toEqual([tree.shop.writer]);
    expect([tree.shop.head.fence, tree.ledger.self.head.seq]).toEqual([fence, seq]);
  });
});

test('[F3] [F3a] given to another part below here and lost before it spoke there, it is brought there and settled here', () => {
  const tree = new Tree();
  const till = tree.add(name('till'), berlin, tree.shop.writer);
  tree.registry.set('till', berlin);
  expect(tree.giveUp('till')).toBeUndefined();
  tree.registry.set('till', paris);
  expect(tree.giveUp('till')).toEqual([till.writer]);
  expect([till.head.via, till.head.fence?.reason]).toEqual([paris, 'retired']);
});

describe('[F3] [F3a] whoever is given up brings nobody else to where the registry has put them', () => {
  test('[F3a] neither who hung on it and came another way, where it is itself where it belongs', () => {
    const tree = new Tree();
    const till = tree.add(name('till'), paris, tree.shop.writer);
    tree.registry.set('till', berlin);
    tree.giveUp(berlin);
    expect([tree.shop.head.fence?.reason, till.head.via]).toEqual(['retired', paris]);
  });

  test('[F3a] nor who says that it was the child of one that nobody else spoke of', () => {
    const tree = new Tree();
    const till = tree.add(name('till'), paris, name('depot'));
    tree.registry.set('depot', berlin).set('till', 'depot');
    expect([tree.giveUp('depot'), till.head.via]).toEqual([undefined, paris]);
  });
});

test('[F3] [F3a] its parent shuts it out in the very turn in which it hears that it was given to another part of the tree', () => {
  const { world, hq, berlin, till } = shop({ lamp: 3 });
  const lost = till.self;
  till.cut();
  till.isRunning = false;
  world.registry.set(berlin.id, hq.id).set(till.id, hq.id);
  berlin.turn((self, now) => {
    self.moving.registryChanged();
    expect(self.retire(till.id, now)).toEqual([lost]);
  });
  world.calm();
  expect([berlin.fenceOf(lost), hq.fenceOf(lost)]).toEqual(['retired', 'retired']);
});
