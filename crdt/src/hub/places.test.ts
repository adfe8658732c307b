/** Through which child a writer is reached, who is to hear of whom there, and how that changes: F3a, T9. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { LocationId, ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import type { Directory } from '../replica/directory.ts';
import { Ledger } from '../replica/ledger.ts';
import { ABOVE, type Stream } from '../replica/stream.ts';
import { pool, sha256 } from '../replica/world.test-kit.ts';
import { Places } from './places.ts';

const id = (replica: string) => replica as ReplicaId;
const [hq, berlin, paris, till, rome] = [id('hq'), id('berlin'), id('paris'), id('till'), id('rome')];
const received = (location = 'berlin'): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: pool('lamp', location), n: 1 }],
});

/** A region with two shops; a till belongs to Berlin, and Rome to another region. */
class Region extends Books {
  readonly registry = new Map([
    [hq, id('top')],
    [rome, id('top')],
    [berlin, hq],
    [paris, hq],
    [till, berlin],
  ]);
  /** Whoever counts what stands at a place bears its name. */
  readonly keepers = new Set<string>(['berlin', 'paris', 'till', 'stall']);
  readonly directory: Directory = {
    keeperOf: (location: LocationId) => (this.keepers.has(location) ? id(location) : undefined),
    isShared: () => false,
    parentOf: (replica) => this.registry.get(replica),
  };
  /** Of whom it was told that they are reached another way. */
  readonly moved: WriterId[] = [];
  readonly places = new Places(this.ledger, this.directory, ({ writer }) => this.moved.push(writer));
  readonly paris = this.add(name('paris'), 'paris');
  readonly till = this.add(name('till'), 'berlin', this.shop.writer);

  constructor() {
    super();
    this.ledger.onEffect = (stream, effect) => {
      this.places.goods.onEffect(stream, effect);
      this.places.dealings.onEffect(stream, effect);
    };
  }

  via(...streams: Stream[]) {
    return streams.map(({ head }) => head.via);
  }
}

describe('[F3a] the registry', () => {
  test('[F3a] says below which child a replica belongs, or that it belongs elsewhere', () => {
    const { places } = new Region();
    expect([till, berlin, rome, hq, id('nobody')].map((one) => places.wayTo(one))).toEqual([
      berlin,
      berlin,
      ABOVE,
      undefined,
      undefined,
    ]);
    expect([places.isRegistered(till), places.isRegistered(id('nobody'))]).toEqual([true, false]);
  });

  test('[F3a] says whose child somebody is who is none of this replica', () => {
    const { places } = new Region();
    expect([till, berlin, id('nobody')].map((one) => places.parentElsewhere(one))).toEqual([
      berlin,
      undefined,
      undefined,
    ]);
  });

  test('[F3a] lets a child speak for itself, registered or not, and for those below it', () => {
    const { places } = new Region();
    expect([places.leadsTo(till, berlin), places.leadsTo(till, paris)]).toEqual([true, false]);
    expect([places.leadsTo(id('new'), id('new')), places.leadsTo(id('new'), berlin)]).toEqual([true, false]);
  });

  test('[F3a] has the word on where somebody lives that a child is first to speak of', () => {
    const { places } = new Region();
    expect(places.wayToNew(till, paris)).toBe(berlin);
    expect(places.wayToNew(id('new'), paris)).toBe(paris);
    // Who says hello is there, whatever the registry says.
    expect(places.wayToNew(till, till)).toBe(till);
  });
});

describe('[T9] goods that somebody moved', () => {
  test('[T9] are counted below the child that leads to the keeper of their place', () => {
    const region = new Region();
    const { places, ledger } = region;
    expect(places.isCountedBelow(berlin, region.paris)).toBe(false);
    region.say(region.paris, received('till'));
    expect(places.isCountedBelow(berlin, region.paris)).toBe(true);
    expect(places.isCountedBelow(paris, region.paris)).toBe(false);
    // Nobody counts there.
    region.say(region.till, received('attic'));
    expect(places.isCountedBelow(berlin, region.till)).toBe(false);
    // This replica itself tells no past.
    ledger.append(received('berlin'), '', 'system', atFirst);
    expect(places.isCountedBelow(berlin, ledger.self)).toBe(false);
  });

  test('[T9] are news to a keeper below another child, up to the last of them', () => {
    const region = new Region();
    const news = () =>
      [...region.places.movedFromElsewhere()].map(({ child, stream, seq }) => [child, stream.writer, seq]);
    region.say(region.shop, received(), received('till'));
    region.say(region.till, received());
    region.say(region.paris, received('attic'));
    expect(news()).toEqual([]);
    region.say(region.paris, received(), received('till'), received('paris'));
    expect(news()).toEqual([
      [berlin, region.paris.writer, 3],
      [berlin, region.paris.writer, 4],
    ]);
    region.places.goods.heard();
    // Of a keeper that the registry does not name yet, it is the child of that name.
    region.say(region.paris, received('stall'));
    expect(news()).toEqual([[id('stall'), region.paris.writer, 6]]);
  });

  test('[T9] are no news to their keeper, be it on its way to another child', () => {
    const region = new Region();
    region.registry.set(berlin, paris);
    region.say(region.shop, received());
    expect([...region.places.movedFromElsewhere()]).toEqual([]);
  });

  test('[D4] are no news beyond what stands here, where the commit failed', () => {
    const region = new Region();
    region.commit();
    region.say(region.paris, received());
    region.ledger.putBack();
    expect([...region.places.movedFromElsewhere()].map(({ seq }) => seq)).toEqual([1]);
  });
});

test('[F5] who dealt with a life that is settled below a child is known there', () => {
  const region = new Region();
  const { places, ledger } = region;
  const took = {
    type: 'took',
    from: region.till.writer,
    items: [{ pool: pool('lamp'), seq: 1, n: 1 }],
  } as const;
  region.say(region.paris, took);
  region.say(region.shop, took);
  expect(places.dealersFor(berlin).size).toBe(0);
  ledger.fence(region.till, 'retired', atFirst);
  expect([...places.dealersFor(berlin)]).toEqual([region.paris.writer]);
  expect([...places.dealersFor(paris)]).toEqual([]);
});

describe('[F3a] a writer that was given another parent', () => {
  test('[F3a] is still heard through those that it named as its parents', () => {
    const region = new Region();
    region.ledger.changeHead(region.till, { via: paris });
    expect([berlin, paris, rome].map((child) => region.places.isOldWay(region.till, child))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('[L7] or nowhere, where liars name a circle of parents', () => {
    const region = new Region();
    region.ledger.changeHead(region.shop, { parent: region.till.writer });
    expect(region.places.isOldWay(region.till, rome)).toBe(false);
    region.places.arrived(rome, rome);
    expect(region.via(region.shop, region.till)).toEqual([berlin, berlin]);
  });

  test('[F3a] brings all its lives and all that hangs on it', () => {
    const region = new Region();
    region.ledger.fence(region.till, 'superseded', atFirst);
    const next = region.add(name('till', 2), 'berlin', region.shop.writer);
    const scale = region.add(name('scale'), 'berlin', next.writer);
    region.registry.set(till, paris);
    region.places.arrived(till, paris);
    expect(region.via(region.till, next, scale, region.shop)).toEqual([paris, paris, paris, berlin]);
    expect(region.moved).toEqual([region.till.writer, next.writer, scale.writer]);
    region.places.arrived(till, paris);
    expect(region.moved).toHaveLength(3);
    expect(region.ledger.self.head.via).toBe(null);
  });

  test('[F3a] leaves behind who left it in its newest life, and who belongs elsewhere by now', () => {
    const region = new Region();
    const next = region.add(name('scale', 2), 'berlin', region.shop.writer);
    const former = region.add(name('scale'), 'berlin', region.till.writer);
    const given = region.add(name('given'), 'berlin', region.till.writer);
    region.registry.set(id('given'), berlin);
    region.places.arrived(till, paris);
    expect(region.via(region.till, next, former, given)).toEqual([paris, berlin, berlin, berlin]);
  });

  test('[F3a] [F2] whatever comes first of what it said, in the order in which the books name it', () => {
    const region = new Region();
    const depot = id('depot');
    for (const [replica, parent] of [
      [depot, hq],
      [berlin, depot],
    ] as const)
      region.registry.set(replica, parent);
    const stays = region.add(name('scale'), 'berlin', region.shop.writer);
    region.add(name('scale', 2), 'berlin', region.paris.writer);
    region.say(region.shop, received(), { type: 'reparented', parent: name('depot') });
    const branch = region.branch(1);
    region.say(branch, received());
    region.commit();
    const stored = region.journal.load();
    for (const streams of [stored.streams, [...stored.streams].reverse()]) {
      const moved: WriterId[] = [];
      const ledger = new Ledger({ ...stored, streams }, region.journal, sha256);
      const places = new Places(ledger, region.directory, ({ writer }) => moved.push(writer));
      places.arrived(depot, depot);
      expect(moved.sort()).toEqual([region.shop.writer, branch.writer, region.till.writer].sort());
      expect(ledger.streams.get(stays.writer)?.head.via).toBe(berlin);
      ledger.putBack();
    }
  });

  test('[F3a] never takes this replica along, be it that its own parent comes by a child', () => {
    const region = new Region();
    region.ledger.beginLife(name('hq', 2), 'region', name('top'), atFirst);
    region.places.arrived(id('top'), berlin);
    expect(region.ledger.self.head.via).toBe(null);
    expect(region.moved).not.toContain(region.ledger.self.writer);
  });

  test('[F2] takes its branches along, and follows none of them', () => {
    const region = new Region();
    region.say(region.shop, received());
    const branch = region.branch(1);
    region.places.arrived(berlin, id('depot'));
    expect(region.via(region.shop, branch, region.till)).toEqual(['depot', 'depot', berlin]);
  });
});

describe('[F3a] when the registry changes', () => {
  test('[F3a] the child that somebody was given to has to be told more, once', () => {
    const region = new Region();
    expect([...region.places.update()]).toEqual([]);
    region.registry.set(till, paris);
    expect([...region.places.update()]).toEqual([paris]);
    expect([...region.places.update()]).toEqual([]);
    // It moves with its first word that comes by the new way.
    expect([region.till.head.via, region.moved]).toEqual([berlin, []]);
    region.places.forgetTold();
    expect([...region.places.update()]).toEqual([paris]);
  });

  test('[F3a] and again where it was given back meanwhile (seeds 3000762, 10007490)', () => {
    const region = new Region();
    for (const elsewhere of [hq, berlin, rome]) {
      region.registry.set(till, paris);
      expect([...region.places.update()]).toEqual([paris]);
      region.registry.set(till, elsewhere);
      region.places.update();
    }
    region.registry.set(till, paris);
    expect([...region.places.update()]).toEqual([paris]);
  });

  test('[F3a] who is a child of this replica itself brings its own word', () => {
    const region = new Region();
    region.registry.set(till, hq);
    expect([...region.places.update()]).toEqual([]);
    expect(region.till.head.via).toBe(berlin);
  });

  test('[F3a] who belongs elsewhere is no longer planned for, and who is given back is', () => {
    const region = new Region();
    region.registry.set(till, rome);
    expect([...region.places.update()]).toEqual([]);
    expect([region.till.head.via, region.moved]).toEqual([ABOVE, [region.till.writer]]);
    region.registry.set(till, paris);
    expect([...region.places.update()]).toEqual([paris]);
    expect([region.till.head.via, region.moved.length]).toEqual([paris, 2]);
  });

  test('[F3a] of whom it says nothing stays where it is', () => {
    const region = new Region();
    region.registry.delete(till);
    expect([...region.places.update()]).toEqual([]);
    expect([region.till.head.via, region.moved]).toEqual([berlin, []]);
    region.ledger.changeHead(region.till, { via: ABOVE });
    region.places.update();
    expect([region.till.head.via, region.moved]).toEqual([ABOVE, []]);
  });
});

describe('[F3a] where a writer said that it stands, as was heard from above', () => {
  /** The till has named the other shop as its parent, and the registry has put it there. */
  function said() {
    const region = new Region();
    region.say(region.till, { type: 'reparented', parent: region.paris.writer });
    region.registry.set(till, paris);
    return region;
  }

  test('[F3a] it is reached, once the registry says so too', () => {
    const region = said();
    region.registry.set(till, berlin);
    region.places.arriveAsSaid();
    expect([region.via(region.till), region.moved]).toEqual([[berlin], []]);
    region.registry.set(till, paris);
    region.places.arriveAsSaid();
    expect([region.via(region.till), region.moved]).toEqual([[paris], [region.till.writer]]);
    region.places.arriveAsSaid();
    expect(region.moved).toHaveLength(1);
  });

  test('[F3a] is nothing that a life which ended says of the next one', () => {
    const region = said();
    region.ledger.fence(region.till, 'retired', atFirst);
    region.places.arriveAsSaid();
    expect(region.via(region.till)).toEqual([berlin]);
  });

  test('[F3a] is nowhere where its parent is not known, or stands above', () => {
    const region = said();
    region.ledger.changeHead(region.paris, { via: ABOVE });
    region.registry.set(paris, id('top'));
    region.places.arriveAsSaid();
    region.ledger.changeHead(region.till, { parent: name('nobody') });
    region.places.arriveAsSaid();
    expect(region.via(region.till)).toEqual([berlin]);
  });
});
