/** Who waits for units, who is told at once, and when it is over: R4, R5, L5. */
import { describe, expect, test } from 'vitest';
import { Child, openSession } from '../hub/child.ts';
import type { Hub } from '../hub/hub.ts';
import type { Moves } from '../hub/moves.ts';
import type { PoolId, ReplicaId } from '../ids.ts';
import { atFirst, Books } from './books.test-kit.ts';
import type { Command } from './command.ts';
import { sell } from './commands.test-kit.ts';
import { Desk } from './desk.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import type { PoolWatch } from './pool-watch.ts';
import type { Uplink } from './uplink.ts';
import { Waiting } from './waiting.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const WAIT_MS = 5_000;
const waits = { waitMs: WAIT_MS };
const started = { ...atFirst, monotonicMs: 1_000 };
const later = (ms: number) => ({ ...started, monotonicMs: 1_000 + ms });

/** A counter with one child, and all that it says. */
class Counter extends Books {
  readonly settings = hastySettings('hq' as ReplicaId, 'authority');
  readonly uplink = { isOpen: true };
  readonly child = new Child('berlin' as ReplicaId);
  readonly waiting = new Waiting(2);
  readonly grown = new Set<PoolId>();
  /** Pools that were to be looked at, and what was counted as demand. */
  looked: PoolId[] = [];
  counted: string[] = [];
  readonly desk: Desk;

  constructor() {
    super();
    this.child.session = openSession(
      { writer: this.shop.writer, wantsLevels: false, heads: [] },
      this.ledger.self.writer,
      0,
    );
    const { ledger, settings } = this;
    const hub = { children: new Map([[this.child.replica, this.child]]) } as unknown as Hub;
    const moves = { poolChanged: (at: PoolId) => this.looked.push(at) } as unknown as Moves;
    const watch = {
      grown: this.grown,
      afterOwn: ({ type }: { type: string }) => this.counted.push(type),
    } as unknown as PoolWatch;
    const directory = { keeperOf: () => undefined, isShared: () => false, parentOf: () => undefined };
    const here = { ledger, settings, hub, uplink: this.uplink as Uplink } as ConstructorParameters<
      typeof Desk
    >[0];
    this.desk = new Desk(here, this.waiting, moves, watch, directory);
  }

  receive(at: PoolId, n: number): void {
    this.say(this.ledger.self, { type: 'received', cause: 'delivery', lines: [{ pool: at, n }] });
    this.grown.add(at);
  }

  asks(ticket: number, command: Command): string[] {
    this.desk.execute(ticket, command, started);
    return this.answers;
  }

  retry(now = started): string[] {
    this.desk.retry(now);
    this.grown.clear();
    return this.answers;
  }

  /** As `ticket: what`, with the goods that lack. */
  get answers(): string[] {
    return this.desk.takeAnswers().map(({ ticket, answer }) => {
      if (answer.ok) return `${ticket}: ok${answer.waited ? ', waited' : ''}`;
      const lacks = (answer.items ?? []).map(({ sku, requested }) => `${requested} ${sku}`);
      return [`${ticket}: ${answer.code}`, ...lacks].join(' ');
    });
  }
}

const SHORT = 'insufficient_stock';

describe('[R4] a command', () => {
  test('[R4] that can be met is answered in its turn, once, and so is one that may not wait', () => {
    const counter = new Counter();
    counter.receive(lamp, 3);
    expect(counter.asks(1, sell('o1', { lamp: 2 }, waits))).toEqual(['1: ok']);
    expect(counter.asks(2, sell('o2', { lamp: 2 }))).toEqual([`2: ${SHORT} 2 lamp`]);
    expect([counter.answers, counter.waiting.size, counter.counted]).toEqual([[], 0, ['sold']]);
    // Asked again it is the first answer, and no more demand.
    expect(counter.asks(3, sell('o1', { lamp: 2 }, waits))).toEqual(['3: ok']);
    expect(counter.counted).toEqual(['sold']);
  });

  test('[R4] that lacks units waits, and what it lacks is looked for', () => {
    const counter = new Counter();
    counter.receive(bulb, 1);
    expect(counter.asks(1, sell('o1', { lamp: 2, bulb: 1, wick: 3 }, waits))).toEqual([]);
    expect(counter.looked).toEqual([lamp, pool('wick')]);
    expect(counter.waiting.shortOf(lamp)).toEqual({ units: 2, untilMs: 1_000 + WAIT_MS });
  });

  test('[R4] that nobody can help is refused at once: without a line up, a child has to hold some of it', () => {
    const counter = new Counter();
    counter.uplink.isOpen = false;
    expect(counter.asks(1, sell('o1', { lamp: 2 }, waits))).toEqual([`1: ${SHORT} 2 lamp`]);
    counter.child.pool(bulb).holding = 9;
    expect(counter.asks(2, sell('o2', { lamp: 2 }, waits))).toEqual([`2: ${SHORT} 2 lamp`]);
    counter.child.pool(lamp).holding = 1;
    expect(counter.asks(3, sell('o3', { lamp: 2 }, waits))).toEqual([]);
    expect(counter.asks(4, sell('o4', { wick: 1, lamp: 2 }, waits))).toEqual([]);
    counter.child.session = undefined;
    expect(counter.asks(5, sell('o5', { lamp: 2 }, waits))).toEqual([`5: ${SHORT} 2 lamp`]);
  });

  test('[L5] that finds no room is told so', () => {
    const counter = new Counter();
    for (const ticket of [1, 2]) counter.asks(ticket, sell(`o${ticket}`, { lamp: 2 }, waits));
    counter.desk.execute(3, sell('o3', { lamp: 2 }, waits), started);
    const message = 'Too many sales wait for stock.';
    expect(counter.desk.takeAnswers()).toEqual([
      { ticket: 3, answer: { ok: false, code: 'overloaded', message } },
    ]);
  });
});

describe('[R4] who waits', () => {
  test('[R4] [R5] is answered when its units came, first come first, and others may have what it let go', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2, bulb: 1 }, waits));
    counter.asks(2, sell('o2', { lamp: 2 }, waits));
    counter.receive(lamp, 3);
    counter.looked = [];
    expect(counter.retry()).toEqual(['2: ok, waited']);
    // The first lacks both still: of three lamps two are gone.
    expect(counter.waiting.shortOf(bulb).units).toBe(1);
    counter.receive(bulb, 1);
    expect(counter.retry()).toEqual([]);
    expect([counter.waiting.for([bulb]), counter.waiting.shortOf(lamp).units]).toEqual([[], 2]);
    counter.receive(lamp, 1);
    counter.looked = [];
    expect(counter.retry()).toEqual(['1: ok, waited']);
    expect([counter.looked, counter.waiting.size, counter.counted]).toEqual([[lamp], 0, ['sold', 'sold']]);
  });

  test('[R4] and lacks other units now, has those looked for', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2, bulb: 1 }, waits));
    counter.receive(lamp, 2);
    counter.looked = [];
    expect([counter.retry(), counter.looked]).toEqual([[], [bulb]]);
  });

  test('[R4] and is refused for another reason now lets others have what came for it', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2 }, waits));
    counter.receive(lamp, 1);
    expect(counter.asks(2, sell('o1', { lamp: 1 }))).toEqual(['2: ok']);
    counter.looked = [];
    expect(counter.retry()).toEqual(['1: document_differs']);
    expect([counter.looked, counter.waiting.size]).toEqual([[lamp], 0]);
  });

  test('[R4] is not looked at while nothing came', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2 }, waits));
    counter.say(counter.ledger.self, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 2 }] });
    expect(counter.retry(later(WAIT_MS - 1))).toEqual([]);
    // At its deadline it is decided once more, with what is here by then.
    expect(counter.retry(later(WAIT_MS))).toEqual(['1: ok, waited']);
  });

  test('[R4] is refused at its deadline', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2 }, waits));
    expect(counter.retry(later(WAIT_MS))).toEqual([`1: ${SHORT} 2 lamp`]);
    expect([counter.retry(later(WAIT_MS)), counter.waiting.size]).toEqual([[], 0]);
  });

  test('[R4] is refused when all that it lacks was denied, by name of just that', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2, bulb: 1 }, waits));
    counter.asks(2, sell('o2', { bulb: 1 }, waits));
    counter.desk.denied([bulb], started);
    expect(counter.answers).toEqual([`2: ${SHORT} 1 bulb`]);
    counter.receive(lamp, 2);
    // Its lamps have come, and for bulbs there is no hope.
    expect(counter.retry()).toEqual([`1: ${SHORT} 1 bulb`]);
    expect(counter.waiting.size).toBe(0);
  });

  test('[R4] is refused when the link goes, unless a child can help', () => {
    const counter = new Counter();
    counter.asks(1, sell('o1', { lamp: 2 }, waits));
    counter.asks(2, sell('o2', { bulb: 1 }, waits));
    counter.child.pool(bulb).holding = 1;
    counter.desk.giveUpHopeless(started);
    expect(counter.answers).toEqual([]);
    counter.uplink.isOpen = false;
    counter.desk.giveUpHopeless(started);
    expect(counter.answers).toEqual([`1: ${SHORT} 2 lamp`]);
  });
});
