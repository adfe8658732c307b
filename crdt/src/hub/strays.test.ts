/** Units on their way between two writers that are no longer parent and child: L1, F3a, F3. */
import { describe, expect, test } from 'vitest';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { ABOVE, type Stream } from '../replica/stream.ts';
import { pool } from '../replica/world.test-kit.ts';
import type { Cells } from '../wire/frames.ts';
import { Child, openSession } from './child.ts';
import type { Hub } from './hub.ts';
import type { Places } from './places.ts';
import { Strays } from './strays.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const BERLIN = 'berlin' as ReplicaId;
const PARIS = 'paris' as ReplicaId;
const RESEND_MS = 1_000;
const NEVER = Number.POSITIVE_INFINITY;
const sent = (to: WriterId, n: number, at = lamp) =>
  ({ type: 'sent', to, items: [{ pool: at, n }] }) as const;
const took = (from: WriterId, n: number, at = lamp) =>
  ({ type: 'took', from, items: [{ pool: at, seq: 1, n }] }) as const;

/** An authority with two shops that listen; a till that was Berlin's stands in Paris by now. */
class Tree extends Books {
  readonly me = this.ledger.self.writer;
  readonly paris = this.add(name('paris'), 'paris');
  readonly till = this.add(name('till'), 'paris', this.paris.writer);
  readonly children = new Map<ReplicaId, Child>();
  /** Where the registry puts those of whom nobody has heard yet. */
  readonly ways = new Map<ReplicaId, ReplicaId>();
  nowMs = 5_000;
  strays = this.open();

  constructor() {
    super();
    for (const stream of [this.shop, this.paris]) this.listen(stream.writer);
  }

  /** As after a restart. */
  open(): Strays {
    const places = { wayTo: (replica: ReplicaId) => this.ways.get(replica) } as unknown as Places;
    const strays = new Strays(this.ledger, { children: this.children } as unknown as Hub, places, RESEND_MS);
    this.ledger.onEffect = (stream, effect) => strays.onEffect(stream, effect);
    this.ledger.onHead = () => strays.onHead();
    this.ledger.onMoved = (stream) => strays.moved(stream);
    return strays;
  }

  listen(writer: WriterId): void {
    const replica = replicaOf(writer);
    const child = this.children.get(replica) ?? new Child(replica);
    child.session = openSession({ writer, wantsLevels: false, heads: [] }, this.me, 0);
    this.children.set(replica, child);
  }

  /** Ends without a word of it from the tree: its fence is all that is to be seen. */
  lose(stream: Stream): void {
    this.ledger.fence(stream, 'retired', atFirst);
  }

  frames() {
    return this.strays.frames({ ...atFirst, monotonicMs: this.nowMs });
  }

  /** What leaves now, as `to whom: cell`. */
  told(): string[] {
    return this.frames().flatMap(({ to, frame }) =>
      (frame as Cells).cells.map(
        ({ pool: at, from, to: taker, n }) => `${to}: ${replicaOf(from)} ${n} ${at} ${replicaOf(taker)}`,
      ),
    );
  }

  /** Lets time pass from one telling to the next, so many times. @returns the pauses between them. */
  pauses(tellings: number): number[] {
    return Array.from({ length: tellings }, () => {
      const wakeAtMs = this.strays.wakeAtMs();
      const pause = wakeAtMs - this.nowMs;
      if (pause === NEVER) return pause;
      this.nowMs = wakeAtMs - 1;
      expect(this.told()).toEqual([]);
      this.nowMs = wakeAtMs;
      expect(this.told()).not.toEqual([]);
      return pause;
    });
  }
}

const FROM_BERLIN = 'paris: berlin 3 lamp@berlin till';

/** Berlin had sent three lamps to the till when that left. */
function stray() {
  const tree = new Tree();
  tree.say(tree.shop, sent(tree.till.writer, 3));
  return tree;
}

describe('[L1] what is between two that are no longer neighbours', () => {
  test('[L1] [F3a] is told to the child below which its taker lives, by names of both writers', () => {
    const tree = stray();
    expect(tree.frames()).toEqual([
      {
        to: PARIS,
        frame: {
          kind: 'cells',
          writer: tree.paris.writer,
          parent: tree.me,
          from: 0,
          to: 0,
          cells: [{ pool: lamp, from: tree.shop.writer, to: tree.till.writer, n: 3, seq: 2 }],
        },
      },
    ]);
    // The same after a restart, from what stands in the rows.
    const again = stray();
    again.strays = again.open();
    expect(again.told()).toEqual([FROM_BERLIN]);
  });

  test('[L1] is told until its taker wrote all of it down, and pool by pool', () => {
    const tree = stray();
    tree.say(tree.shop, sent(tree.me, 1, pool('wick')), sent(tree.till.writer, 4, bulb));
    tree.say(tree.till, took(tree.shop.writer, 2));
    expect(tree.told()).toEqual([FROM_BERLIN, 'paris: berlin 4 bulb@berlin till']);
    tree.say(tree.till, took(tree.shop.writer, 4, bulb));
    expect(tree.pauses(1)).toEqual([RESEND_MS]);
    tree.say(tree.till, took(tree.shop.writer, 3));
    tree.nowMs += 100 * RESEND_MS;
    expect([tree.told(), tree.strays.wakeAtMs()]).toEqual([[], NEVER]);
    // More of it is news again, and at once.
    tree.say(tree.shop, sent(tree.till.writer, 1));
    expect(tree.strays.wakeAtMs()).toBeLessThanOrEqual(tree.nowMs);
    expect(tree.told()).toEqual(['paris: berlin 4 lamp@berlin till']);
  });

  test('[L1] is told again after pauses that double up to a bound: a taker may be away for weeks', () => {
    const tree = stray();
    tree.told();
    const doubled = [1, 2, 4, 8, 16, 32, 64, 64, 64].map((times) => times * RESEND_MS);
    expect(tree.pauses(9)).toEqual(doubled);
    // What is news to it, or may be of use by now, is told at once, and the pauses begin anew.
    tree.strays.onHead();
    expect(tree.strays.wakeAtMs()).toBe(0);
    expect(tree.told()).toEqual([FROM_BERLIN]);
    expect(tree.pauses(2)).toEqual(doubled.slice(0, 2));
  });

  test('[L1] is told in each session anew, and to nobody who does not listen', () => {
    const tree = stray();
    tree.told();
    tree.pauses(3);
    const child = tree.children.get(PARIS) as Child;
    child.session = undefined;
    expect(tree.strays.wakeAtMs()).toBe(NEVER);
    tree.nowMs += 100 * RESEND_MS;
    expect(tree.told()).toEqual([]);
    tree.listen(tree.paris.writer);
    expect(tree.told()).toEqual([FROM_BERLIN]);
    expect(tree.pauses(2)).toEqual([RESEND_MS, 2 * RESEND_MS]);
  });

  test('[L1] goes to where its taker is by now', () => {
    const tree = stray();
    tree.ledger.changeHead(tree.till, { via: BERLIN });
    // Who sent it comes by that child itself: what it said is known there.
    expect(tree.told()).toEqual([]);
    tree.ledger.changeHead(tree.till, { via: ABOVE });
    expect(tree.told()).toEqual([]);
    const rome = tree.add(name('rome'), 'rome');
    tree.listen(rome.writer);
    tree.ledger.changeHead(tree.till, { via: 'rome' as ReplicaId });
    expect(tree.told()).toEqual(['rome: berlin 3 lamp@berlin till']);
  });

  test('[L1] from several senders is told of each, and who was taken from is left out', () => {
    const tree = stray();
    const rome = tree.add(name('rome'), 'rome');
    tree.say(rome, sent(tree.till.writer, 5));
    expect(tree.told()).toEqual([FROM_BERLIN, 'paris: rome 5 lamp@berlin till']);
    tree.say(tree.till, took(tree.shop.writer, 3));
    expect(tree.pauses(1)).toEqual([RESEND_MS]);
    tree.strays.onHead();
    expect(tree.told()).toEqual(['paris: rome 5 lamp@berlin till']);
    tree.say(tree.till, took(rome.writer, 5));
    tree.strays.onHead();
    expect([tree.told(), tree.strays.wakeAtMs()]).toEqual([[], NEVER]);
    // Nobody is woken any more by what happens elsewhere.
    tree.strays.onHead();
    expect(tree.strays.wakeAtMs()).toBe(NEVER);
  });

  test('[D4] is not told of a sender that went with a turn that failed', () => {
    const tree = stray();
    tree.commit();
    const rome = tree.add(name('rome'), 'rome');
    tree.say(rome, sent(tree.till.writer, 5));
    tree.ledger.putBack();
    expect(tree.told()).toEqual([FROM_BERLIN]);
  });
});

describe('[L1] what is between neighbours', () => {
  test('[L1] has cursors, and is nobody’s stray: grants and surrenders, of whichever of their lives (F1a)', () => {
    const tree = stray();
    tree.told();
    tree.say(tree.till, took(tree.shop.writer, 3));
    tree.strays.onHead();
    tree.told();
    expect(tree.strays.wakeAtMs()).toBe(NEVER);
    const next = tree.add(name('paris', 2), 'paris');
    tree.told();
    tree.say(tree.ledger.self, sent(next.writer, 1));
    tree.say(tree.paris, sent(tree.till.writer, 2));
    tree.say(next, sent(tree.till.writer, 2), sent(name('hq', 2), 1));
    tree.say(tree.till, sent(tree.paris.writer, 1), sent(next.writer, 1));
    // Nobody is even woken for it.
    expect([tree.strays.wakeAtMs(), tree.told()]).toEqual([NEVER, []]);
    tree.strays = tree.open();
    expect([tree.told(), tree.strays.wakeAtMs()]).toEqual([[], NEVER]);
  });

  test('[F3a] becomes one when one of them moves: what it was sent, and what it sent', () => {
    const tree = new Tree();
    const stall = tree.add(name('stall'), 'berlin', tree.shop.writer);
    tree.say(tree.shop, sent(stall.writer, 2));
    tree.say(stall, sent(tree.shop.writer, 1, bulb));
    expect(tree.told()).toEqual([]);
    tree.ledger.changeHead(stall, { via: PARIS });
    tree.say(stall, { type: 'reparented', parent: tree.paris.writer });
    expect(tree.told()).toEqual(['berlin: stall 1 bulb@berlin berlin', 'paris: berlin 2 lamp@berlin stall']);
  });

  test('[F3a] is told of this replica’s own grants to a child that left it, and not to one that has a cursor', () => {
    const tree = new Tree();
    const own = (to: Stream, n: number) => tree.ledger.append(sent(to.writer, n), '', 'system', atFirst);
    own(tree.paris, 4);
    own(tree.till, 3);
    tree.strays.moved(tree.paris);
    expect(tree.told()).toEqual(['paris: hq 3 lamp@berlin till']);
  });

  test('[F2] of a writer that lived twice is told also below it: there another history may stand, and end elsewhere (seed 13002315)', () => {
    const tree = stray();
    tree.ledger.changeHead(tree.till, { via: BERLIN });
    expect(tree.told()).toEqual([]);
    tree.branch(1);
    tree.strays.onHead();
    expect(tree.told()).toEqual(['berlin: berlin 3 lamp@berlin till']);
  });

  test('[F2] what a branch sent is in its writer’s account, and told to nobody', () => {
    const tree = new Tree();
    tree.say(tree.branch(1), sent(tree.till.writer, 3));
    expect(tree.told()).toEqual([]);
    tree.strays = tree.open();
    tree.strays.moved(tree.till);
    expect([tree.told(), tree.strays.wakeAtMs()]).toEqual([[], NEVER]);
    tree.strays.onHead();
    expect(tree.strays.wakeAtMs()).toBe(NEVER);
  });
});

describe('[L1] [F3] what is sent to or by a life that ended', () => {
  test('[F3] its settler is told, so often in a session and no more, for it writes nothing down', () => {
    const tree = stray();
    tree.lose(tree.till);
    expect(tree.told()).toEqual([FROM_BERLIN]);
    expect(tree.pauses(8)).toEqual([...[1, 2, 4, 8, 16, 32].map((times) => times * RESEND_MS), NEVER, NEVER]);
    tree.listen(tree.paris.writer);
    expect(tree.told()).toEqual([FROM_BERLIN]);
  });

  test('[F3] beside it, what a life that goes on did not take is told for as long as it lacks it', () => {
    const tree = stray();
    const stall = tree.add(name('stall'), 'paris', tree.paris.writer);
    tree.say(tree.shop, sent(stall.writer, 1));
    tree.lose(tree.till);
    tree.told();
    expect(tree.pauses(9).at(-1)).toBe(64 * RESEND_MS);
  });

  test('[L1] one of whom nobody has heard is told as soon as somebody has', () => {
    const tree = new Tree();
    const kiosk = name('kiosk');
    tree.say(tree.shop, sent(kiosk, 1));
    expect(tree.told()).toEqual([]);
    tree.add(kiosk, 'paris', tree.paris.writer);
    expect(tree.told()).toEqual(['paris: berlin 1 lamp@berlin kiosk']);
  });

  test('[F3] what this replica takes of it later is told to its settler, though there was nothing to tell until then', () => {
    const tree = new Tree();
    expect(tree.told()).toEqual([]);
    tree.lose(tree.till);
    expect(tree.told()).toEqual([]);
    tree.ledger.append(took(tree.till.writer, 2), '', 'system', atFirst);
    expect(tree.told()).toEqual(['paris: till 2 lamp@berlin hq']);
  });

  test('[F3] nobody is told where it is settled here', () => {
    const tree = stray();
    tree.lose(tree.till);
    tree.lose(tree.paris);
    tree.listen(tree.add(name('paris', 2), 'berlin').writer);
    expect(tree.told()).toEqual([]);
  });

  test('[F3] what it surrendered behind its fence is its own: its old parent is told of nothing', () => {
    const tree = new Tree();
    const stall = tree.add(name('stall'), 'berlin', tree.shop.writer);
    tree.lose(stall);
    tree.say(stall, sent(tree.shop.writer, 1));
    tree.ledger.changeHead(stall, { via: PARIS });
    tree.strays.moved(stall);
    expect(tree.told()).toEqual([]);
  });
});

describe('[L1] what the parent told of a writer below', () => {
  const cell = (taker: WriterId, n = 2) => ({ pool: lamp, from: name('rome'), to: taker, n, seq: 7 });
  const FROM_ROME = 'paris: rome 2 lamp@berlin till';

  test('[L1] is passed on until it was taken, and told anew only where it says more', () => {
    const tree = new Tree();
    tree.strays.told(cell(tree.till.writer));
    expect(tree.told()).toEqual([FROM_ROME]);
    tree.strays.told(cell(tree.till.writer));
    expect(tree.strays.wakeAtMs()).toBe(tree.nowMs + RESEND_MS);
    expect(tree.pauses(3)).toEqual([1, 2, 4].map((times) => times * RESEND_MS));
    tree.strays.told(cell(tree.till.writer, 3));
    expect(tree.told()).toEqual(['paris: rome 3 lamp@berlin till']);
    tree.say(tree.till, took(name('rome'), 3));
    tree.strays.onHead();
    expect([tree.told(), tree.strays.wakeAtMs()]).toEqual([[], NEVER]);
  });

  test('[L1] [F3a] reaches one of whom nobody has heard by the way of the registry', () => {
    const tree = new Tree();
    tree.strays.told(cell(name('stall')));
    expect(tree.told()).toEqual([]);
    tree.ways.set('stall' as ReplicaId, BERLIN);
    tree.strays.onHead();
    expect(tree.told()).toEqual(['berlin: rome 2 lamp@berlin stall']);
    expect(tree.pauses(7).at(-1)).toBe(64 * RESEND_MS);
    expect(tree.pauses(1)).toEqual([64 * RESEND_MS]);
  });

  test('[L1] is not passed on where it is for this replica itself', () => {
    const tree = new Tree();
    tree.ways.set(replicaOf(tree.me), PARIS);
    tree.strays.told(cell(name('hq', 3)));
    expect([tree.told(), tree.strays.wakeAtMs()]).toEqual([[], NEVER]);
  });

  test('[F3] of a life that ended, what those above took is told to its settler so often and no more', () => {
    const tree = new Tree();
    tree.lose(tree.till);
    tree.ledger.toldTaken.note({ pool: lamp, from: tree.till.writer, to: name('rome'), n: 2, seq: 0 });
    expect(tree.told()).toEqual(['paris: till 2 lamp@berlin rome']);
    expect(tree.pauses(8).slice(-3)).toEqual([32 * RESEND_MS, NEVER, NEVER]);
  });

  test('[F3a] what this replica takes of a life that has ended is told at once, though all that was told before was taken', () => {
    const tree = stray();
    tree.lose(tree.till);
    tree.say(tree.till, took(tree.shop.writer, 3));
    tree.told();
    expect(tree.strays.wakeAtMs()).toBe(NEVER);
    tree.ledger.append(took(tree.till.writer, 2), '', 'system', atFirst);
    expect(tree.strays.wakeAtMs()).toBeLessThanOrEqual(tree.nowMs);
    expect(tree.told()).toEqual(['paris: till 2 lamp@berlin hq']);
  });
});
