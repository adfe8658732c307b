/** What a replica does about news of who belongs where, and of lives that ended elsewhere: F3a, F5, F6, T9. */
import { describe, expect, test } from 'vitest';
import { Child, openSession } from '../hub/child.ts';
import type { Hub } from '../hub/hub.ts';
import { MOVED_EVERY_MS } from '../hub/pace.ts';
import { type LocationId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ack, Cells, SentCell } from '../wire/frames.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import type { Directory } from './directory.ts';
import { Moving } from './moving.ts';
import { ABOVE, type Stream } from './stream.ts';
import type { Uplink } from './uplink.ts';
import { pool } from './world.test-kit.ts';

const lamp = pool('lamp');
const paris = 'paris' as ReplicaId;
const ROOT = name('root');
const NEVER = Number.POSITIVE_INFINITY;
const HELLO = 'More of your past is known here: say hello again.';
const received = { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 1 }] } as const;
const sent = (to: WriterId) => ({ type: 'sent', to, items: [{ pool: lamp, n: 1 }] }) as const;

/** A region with the shops Berlin and Paris, which listen, and a till in Paris. */
class Region extends Books {
  readonly paris = this.add(name('paris'), 'paris');
  readonly till = this.add(name('till'), 'paris', this.paris.writer);
  readonly registry = new Map<ReplicaId, ReplicaId>();
  readonly keepers = new Map<LocationId, ReplicaId>();
  readonly children = new Map<ReplicaId, Child>();
  /** What it was told to do: who was hung up on and why, whose surrenders and fences were looked at. */
  hangUps: string[] = [];
  unheard: Stream[] = [];
  fenced: Stream[] = [];
  formerTold = 0;
  settlersChanged = 0;
  nowMs = 20_000;
  readonly moving: Moving;

  constructor() {
    super();
    this.ledger.beginLife(name('hq', 2), 'region', ROOT, atFirst);
    for (const stream of [this.shop, this.paris]) this.listen(stream.writer);
    const hub = {
      children: this.children,
      takeUnheard: (stream: Stream) => this.unheard.push(stream),
      noteFence: (stream: Stream) => this.fenced.push(stream),
      tellFormerCells: () => {
        this.formerTold += 1;
      },
    };
    const directory = {
      parentOf: (replica: ReplicaId) => this.registry.get(replica),
      keeperOf: (location: LocationId) => this.keepers.get(location),
      isShared: () => false,
    } satisfies Directory;
    this.moving = new Moving(this.ledger, hub as unknown as Hub, { parent: ROOT } as Uplink, {
      directory,
      resendMs: 1_000,
      hangUp: (child, message) => this.hangUps.push(`${child}: ${message}`),
      settlersChanged: () => {
        this.settlersChanged += 1;
      },
    });
    this.ledger.onEffect = (stream, effect) => this.moving.onEffect(stream, effect);
    this.ledger.onHead = () => this.moving.onHead();
  }

  get me(): WriterId {
    return this.ledger.self.writer;
  }

  listen(writer: WriterId, ...heads: readonly Stream[]): void {
    const child = this.children.get(replicaOf(writer)) ?? new Child(replicaOf(writer));
    const points = heads.map(({ writer, head: { seq, hash } }) => ({ writer, seq, hash }));
    child.session = openSession({ writer, wantsLevels: false, heads: points }, this.me, 0);
    this.children.set(child.replica, child);
  }

  /** A turn that is kept. @returns who was hung up on in it. */
  turn(): string[] {
    this.hangUps = [];
    this.moving.run(this.now);
    this.moving.keep();
    return this.hangUps;
  }

  get now() {
    return { ...atFirst, monotonicMs: this.nowMs };
  }
}

describe('[F3a] the registry', () => {
  const hungUp = ['paris: This replica was given another parent.'];

  test('[F3a] gave a child away: its link ends in that turn, and in no other', () => {
    const region = new Region();
    region.registry.set(paris, 'root' as ReplicaId);
    // Nobody has said yet that it changed.
    expect(region.turn()).toEqual([]);
    for (const { replica } of region.children.values()) region.registry.set(replica, 'hq' as ReplicaId);
    region.moving.registryChanged();
    expect(region.turn()).toEqual([]);
    region.registry.set(paris, 'root' as ReplicaId);
    expect(region.turn()).toEqual([]);
    region.moving.registryChanged();
    expect([region.turn(), region.turn()]).toEqual([hungUp, []]);
    (region.children.get(paris) as Child).session = undefined;
    region.moving.registryChanged();
    expect(region.turn()).toEqual([]);
  });

  test('[D4] gave a child away: a turn that fails did not tell it', () => {
    const region = new Region();
    region.commit();
    region.registry.set(paris, 'root' as ReplicaId);
    region.moving.registryChanged();
    region.moving.run(region.now);
    region.ledger.putBack();
    region.moving.putBack();
    expect(region.turn()).toEqual(hungUp);
  });

  test('[F3a] gave a child somebody: it is told of that one from a new hello, once', () => {
    const region = new Region();
    const give = (...pairs: readonly (readonly [string, string])[]) => {
      for (const [child, parent] of pairs) region.registry.set(child as ReplicaId, parent as ReplicaId);
      region.moving.registryChanged();
      return region.turn();
    };
    expect(give(['berlin', 'hq'], ['paris', 'hq'], ['till', 'berlin'])).toEqual([`berlin: ${HELLO}`]);
    expect(give()).toEqual([]);
    // Who has never linked will hear of it with its first hello.
    expect(give(['oslo', 'hq'], ['till', 'oslo'])).toEqual([]);
  });
});

describe('[L1] [L7] what the parent says, by name of both writers', () => {
  const cell = (region: Region, from: WriterId, to: WriterId, seq = 1): SentCell => ({
    pool: lamp,
    from,
    to,
    n: 2,
    seq: seq && region.nowMs,
  });
  const cells = (region: Region, change: Partial<Cells>, ...of: readonly SentCell[]): Cells => ({
    ...{ kind: 'cells', writer: region.me, parent: ROOT, from: 0, to: 0, cells: of },
    ...change,
  });

  test('[L1] cells for those below are passed on, an own cell and a frame for another life are not', () => {
    const region = new Region();
    const stray = cell(region, name('rome'), region.till.writer);
    region.moving.told(cells(region, { parent: name('root', 2) }, stray));
    region.moving.told(cells(region, { writer: name('hq') }, stray));
    region.moving.told(cells(region, {}, cell(region, name('rome'), region.me)));
    expect(region.moving.strays.frames(region.now)).toEqual([]);
    region.moving.told(cells(region, {}, stray));
    expect(region.moving.strays.frames(region.now)).toMatchObject([{ to: paris, frame: { cells: [stray] } }]);
  });

  test('[F5] what those above took of a life below is kept for its settler, and of others nothing', () => {
    const region = new Region();
    const elsewhere = region.add(name('rome'), ABOVE);
    const tell = (from: WriterId) =>
      region.moving.told(cells(region, {}, cell(region, from, name('oslo'), 0)));
    for (const from of [elsewhere.writer, region.me, name('nobody')]) tell(from);
    expect([region.ledger.toldTaken.isEmpty, region.settlersChanged]).toEqual([true, 0]);
    tell(region.till.writer);
    expect([[...region.ledger.toldTaken.lives], region.settlersChanged]).toEqual([[region.till.writer], 1]);
    tell(region.till.writer);
    expect(region.settlersChanged).toBe(1);
  });

  test('[F3a] who is shut out above is so here, but for its own life, of which the uplink knows', () => {
    const region = new Region();
    const fence = ({ writer, head: { seq, hash } }: Stream) =>
      ({ writer, seq, hash, reason: 'retired' }) as const;
    const ack = (change: Partial<Ack>) =>
      region.moving.fencesTold({
        ...{ kind: 'ack', writer: region.me, parent: ROOT, cursor: 0, has: [], settled: [], gap: false },
        ...{ fenced: [fence(region.till), fence(region.ledger.self)] },
        ...change,
      });
    ack({ parent: name('root', 2) });
    ack({ writer: name('hq') });
    expect([region.fenced, region.till.head.fence]).toEqual([[], null]);
    ack({});
    expect([region.fenced, region.till.head.fence?.reason]).toEqual([[region.till], 'retired']);
    expect(region.ledger.self.head.fence).toBe(null);
    ack({});
    expect(region.fenced).toHaveLength(1);
  });
});

describe('[F6] [D7] less is settled of a stream than was known', () => {
  test('[F6] its child says hello again, once, if it listens', () => {
    const region = new Region();
    region.moving.unsettled(region.ledger.self);
    region.moving.unsettled(region.till);
    region.moving.unsettled(region.paris);
    region.moving.unsettled(region.add(name('rome'), 'rome'));
    expect([region.turn(), region.turn()]).toEqual([
      ['paris: Less of your stream is settled than was: say hello again.'],
      [],
    ]);
  });
});

describe('[F1a] [T8] news from above', () => {
  test('[F1a] of who hangs on this replica: all once in a run, and then what is new', () => {
    const region = new Region();
    const all = [...region.ledger.streams.values()];
    // What turns did before anything came from above does not count.
    for (let turn = 0; turn < 3; turn += 1) region.turn();
    region.moving.heardFromAbove(new Set(), region.now);
    expect([region.unheard, region.formerTold, region.hangUps]).toEqual([all, 0, []]);
    region.moving.keep();
    region.unheard = [];
    region.moving.heardFromAbove(new Set([region.shop]), region.now);
    expect([region.unheard, region.formerTold]).toEqual([[region.shop], 1]);
    // A turn that failed looked at nothing.
    region.moving.putBack();
    // Nor did the one after it, to which nothing came.
    region.turn();
    region.unheard = [];
    region.moving.heardFromAbove(new Set([region.shop]), region.now);
    expect(region.unheard).toEqual(all);
  });

  test('[F1a] that its child lacks: that one says hello again', () => {
    const region = new Region();
    region.moving.heardFromAbove(new Set([region.till]), region.now);
    expect(region.hangUps).toEqual([`paris: ${HELLO}`]);
    region.hangUps = [];
    region.listen(region.paris.writer, region.till);
    region.moving.heardFromAbove(new Set([region.till]), region.now);
    expect(region.hangUps).toEqual([]);
  });
});

describe('[F5] a life that ended below a child', () => {
  test('[F5] whoever dealt with it, and is not known there, is told by a new hello, once', () => {
    const region = new Region();
    region.turn();
    region.say(region.shop, sent(region.till.writer));
    region.ledger.fence(region.till, 'retired', atFirst);
    expect([region.turn(), region.turn()]).toEqual([[`paris: ${HELLO}`], []]);
    // It does so again only for more.
    region.moving.onHead();
    expect(region.turn()).toEqual([]);
    region.say(region.shop, sent(region.till.writer));
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
    region.listen(region.paris.writer, region.shop);
    region.moving.putBack();
    expect(region.turn()).toEqual([]);
    region.say(region.shop, sent(region.till.writer));
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
    // A turn that failed told nobody.
    region.moving.putBack();
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
  });
});

describe('[F5] a life whose settler is gone for a while', () => {
  test('[F5] is told of once more when that has begun a new life: a hello that came meanwhile was not', () => {
    const region = new Region();
    region.turn();
    region.say(region.shop, sent(region.till.writer));
    region.ledger.fence(region.till, 'retired', atFirst);
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
    region.ledger.fence(region.paris, 'superseded', atFirst);
    region.moving.onHead();
    expect(region.turn()).toEqual([]);
    const next = region.add(name('paris', 2), 'paris');
    region.listen(next.writer);
    region.moving.onHead();
    expect([region.turn(), region.turn()]).toEqual([[`paris: ${HELLO}`], []]);
  });
});

describe('[F5] lives that ended below several children', () => {
  test('[F5] each of these children is told of whoever dealt with its own', () => {
    const region = new Region();
    const kiosk = region.add(name('kiosk'), 'berlin', region.shop.writer);
    region.say(region.shop, sent(region.till.writer));
    region.say(region.paris, sent(kiosk.writer));
    for (const lost of [region.till, kiosk]) region.ledger.fence(lost, 'retired', atFirst);
    expect(region.turn().sort()).toEqual([`berlin: ${HELLO}`, `paris: ${HELLO}`]);
  });

  test('[F5] and one that has not linked yet hears of it with its hello', () => {
    const region = new Region();
    const rome = region.add(name('rome'), 'rome');
    const kiosk = region.add(name('kiosk'), 'rome', rome.writer);
    region.say(region.shop, sent(kiosk.writer));
    region.ledger.fence(kiosk, 'retired', atFirst);
    expect(region.turn()).toEqual([]);
    region.listen(rome.writer);
    region.moving.onHead();
    expect(region.turn()).toEqual([`rome: ${HELLO}`]);
  });
});

describe('[T9] goods that somebody elsewhere moved where a child counts', () => {
  test('[T9] that child hears of it by a new hello, at once and then no more often than links can begin anew', () => {
    const region = new Region();
    region.keepers.set('berlin' as LocationId, paris);
    region.say(region.shop, received);
    expect(region.moving.wakeAtMs()).toBeLessThanOrEqual(region.nowMs);
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
    expect(region.moving.wakeAtMs()).toBe(NEVER);
    region.say(region.shop, received);
    expect(region.moving.wakeAtMs()).toBe(region.nowMs + MOVED_EVERY_MS);
    region.nowMs += MOVED_EVERY_MS - 1;
    expect(region.turn()).toEqual([]);
    region.nowMs += 1;
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
  });

  test('[T9] who named as much of it knows it, and no turn waits for that', () => {
    const region = new Region();
    region.keepers.set('berlin' as LocationId, paris);
    region.say(region.shop, received);
    region.listen(region.paris.writer, region.shop);
    expect([region.turn(), region.moving.wakeAtMs()]).toEqual([[], NEVER]);
    region.say(region.shop, received);
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
  });

  test('[D4] a turn that failed before it was due neither forgets it nor hurries it', () => {
    const region = new Region();
    region.keepers.set('berlin' as LocationId, paris);
    region.say(region.shop, received);
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
    region.say(region.shop, received);
    region.moving.run(region.now);
    region.moving.putBack();
    expect([region.turn(), region.moving.wakeAtMs()]).toEqual([[], region.nowMs + MOVED_EVERY_MS]);
    region.nowMs += MOVED_EVERY_MS;
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
  });

  test('[D4] a turn that failed told nobody, and it is due at once', () => {
    const region = new Region();
    region.keepers.set('berlin' as LocationId, paris);
    region.say(region.shop, received);
    region.moving.run(region.now);
    region.moving.putBack();
    expect(region.moving.wakeAtMs()).toBeLessThanOrEqual(region.nowMs);
    expect(region.turn()).toEqual([`paris: ${HELLO}`]);
  });
});

test.each(['from above first', 'by the registry first'])(
  '[F3a] a till is reached where it said that it stands, and the registry too: %s',
  (first) => {
    const region = new Region();
    const { moving, till, shop, registry } = region;
    const hears = () => {
      region.say(till, { type: 'reparented', parent: shop.writer });
      moving.heardFromAbove(new Set([till]), atFirst);
    };
    const reads = () => {
      registry.set(replicaOf(till.writer), replicaOf(shop.writer));
      registry.set(replicaOf(shop.writer), replicaOf(region.me));
      moving.registryChanged();
      moving.run(atFirst);
    };
    for (const news of first === 'from above first' ? [hears, reads] : [reads, hears]) {
      expect(till.head.via).toBe(paris);
      news();
      moving.keep();
    }
    expect(till.head.via).toBe(replicaOf(shop.writer));
  },
);
