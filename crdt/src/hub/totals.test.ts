/** Sums that are kept effect by effect are the sums of the rows, whatever comes, goes, is shut out or put back: R2. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import type { Replica } from '../replica/replica.ts';
import { ABOVE, type Stream } from '../replica/stream.ts';
import { differentSums } from '../replica/sums.test-kit.ts';
import { pool, World } from '../replica/world.test-kit.ts';
import { Child } from './child.ts';
import { Totals } from './totals.ts';

const POOLS = [pool('lamp'), pool('bulb')] as const;
const shop = name('berlin');
const till = name('till');
const desk = name('desk');
const hq = name('hq');
/** Who is heard of one after the other, and by which way. */
const WRITERS = [
  { writer: till, via: 'berlin', parent: shop },
  { writer: desk, via: 'berlin', parent: till },
  { writer: name('rome'), via: 'rome', parent: hq },
] as const;
const NEIGHBOURS = [hq, shop, till, desk, name('rome'), name('nobody')] as const;

/** By which a writer may be reached, given another parent (F3a). */
const WAYS = ['berlin', 'rome', ABOVE] as ReplicaId[];

type Step =
  | { readonly kind: 'say'; readonly who: number; readonly body: EntryBody }
  | { readonly kind: 'fence'; readonly who: number }
  | { readonly kind: 'move'; readonly who: number; readonly via: ReplicaId }
  | { readonly kind: 'hear' | 'branch' | 'keep' | 'putBack' | 'restart' };

const at = fc.constantFrom(...POOLS);
const n = fc.integer({ min: 1, max: 9 });
const neighbour = fc.constantFrom(...NEIGHBOURS);
const bodies: fc.Arbitrary<EntryBody> = fc.oneof(
  fc.record({ at, n, to: neighbour }).map(({ at, n, to }) => ({
    type: 'sent' as const,
    to,
    items: [{ pool: at, n }],
  })),
  fc.record({ at, n, from: neighbour }).map(({ at, n, from }) => ({
    type: 'took' as const,
    from,
    items: [{ pool: at, n, seq: 1 }],
  })),
  fc.record({ at, n, writer: neighbour }).map(({ at, n, writer }) => ({
    type: 'reclaimed' as const,
    writer,
    items: [{ pool: at, n }],
  })),
  fc.record({ parent: neighbour }).map(({ parent }) => ({ type: 'reparented' as const, parent })),
  fc.record({ at, n }).map(({ at, n }) => ({
    type: 'received' as const,
    cause: 'delivery' as const,
    lines: [{ pool: at, n }],
  })),
  fc.record({ at, n, owed: fc.nat(9) }).map(({ at, n, owed }) => ({
    type: 'lost' as const,
    cause: 'damage' as const,
    reason: 'x',
    lines: [{ pool: at, less: n, owed: Math.min(n, owed) }],
  })),
  fc
    .record({ at, n, type: fc.constantFrom('repaid', 'held', 'released', 'cancelled', 'shipped') })
    .map(({ at, n, type }) => {
      const lines = [{ pool: at, n, lineId: '1' }];
      return {
        type,
        lines,
        closes: lines,
        holdId: 'h',
        ttlMs: 1,
        cause: 'released',
        orderId: 'o',
        reason: 'x',
      };
    }) as never as fc.Arbitrary<EntryBody>,
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('say' as const), who: fc.nat(5), body: bodies }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fence' as const), who: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      who: fc.nat(4),
      via: fc.constantFrom(...WAYS),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'hear' as const,
        'branch' as const,
        'keep' as const,
        'putBack' as const,
        'restart' as const,
      ),
    }),
  },
);

/** A parent's books with the sums beside them. */
class Summed extends Books {
  children = new Map<ReplicaId, Child>();
  totals = this.open();

  open(): Totals {
    this.children = new Map();
    const childOf = (replica: ReplicaId) => {
      const child = this.children.get(replica) ?? new Child(replica);
      this.children.set(replica, child);
      return child;
    };
    const totals = new Totals(this.ledger, childOf, true);
    this.ledger.onEffect = (stream, effect) => totals.onEffect(stream, effect);
    this.ledger.onHead = (stream) => totals.onHead(stream);
    return totals;
  }

  get different(): string[] {
    return differentSums({ ledger: this.ledger, hub: this } as never as Replica);
  }

  do(step: Step): void {
    const streams = [...this.ledger.streams.values()];
    switch (step.kind) {
      case 'say':
        return this.say(streams[step.who % streams.length] as Stream, step.body);
      case 'fence': {
        const stream = streams[step.who % streams.length] as Stream;
        if (stream === this.ledger.self || stream.head.fence !== null) return;
        return this.ledger.fence(stream, 'retired', atFirst);
      }
      case 'move': {
        const stream = streams[step.who % streams.length] as Stream;
        if (stream.head.via !== null) this.ledger.changeHead(stream, { via: step.via });
        return;
      }
      case 'hear': {
        const next = WRITERS.find(({ writer }) => !this.ledger.streams.has(writer));
        if (next !== undefined) this.add(next.writer, next.via, next.parent);
        return;
      }
      case 'branch':
        if (this.shop.head.fence !== null) this.branch(1);
        return;
      case 'keep':
        this.commit();
        return this.totals.keep();
      case 'putBack':
        this.ledger.putBack();
        return this.totals.putBack();
      case 'restart':
        this.commit();
        this.totals = this.open();
    }
  }
}

test('[R2] what each child holds, and what can be sold, is at all times the sum of the rows', () => {
  let moved = 0;
  fc.assert(
    fc.property(fc.array(steps, { minLength: 10, maxLength: 40 }), (all) => {
      const books = new Summed();
      books.commit();
      books.totals.keep();
      for (const step of all) {
        books.do(step);
        expect(books.different).toEqual([]);
      }
      moved += [...(books.children.get('berlin' as ReplicaId)?.pools.values() ?? [])].length;
    }),
    { numRuns: 200 },
  );
  expect(moved).toBeGreaterThan(100);
});

test('[F5, R2] what a life sent behind its fence, to a parent that it named too late, is on its way to nobody', () => {
  const books = new Summed();
  const lost = books.add(till, 'berlin', desk);
  const late = books.add(name('rome'), 'rome');
  const [lamp] = POOLS;
  const send = (n: number): EntryBody => ({ type: 'sent', to: late.writer, items: [{ pool: lamp, n }] });
  books.say(lost, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 9 }] }, send(2));
  const holds = () => books.children.get('rome' as ReplicaId)?.pool(lamp).holding;
  expect(holds()).toBe(2);
  books.ledger.fence(lost, 'superseded', atFirst);
  expect(holds()).toBe(2);
  books.say(lost, { type: 'reparented', parent: late.writer }, send(4));
  expect(holds()).toBe(0);
  // Whoever took it all the same has it.
  books.say(late, { type: 'took', from: lost.writer, items: [{ pool: lamp, n: 6, seq: lost.head.seq }] });
  expect(holds()).toBe(6);
  expect(books.different).toEqual([]);
});

/** Two senders have units on their way to a writer in Rome. */
function twoSenders() {
  const books = new Summed();
  const taker = books.add(name('rome'), 'rome');
  const [lamp] = POOLS;
  const send = (n: number): EntryBody => ({ type: 'sent', to: taker.writer, items: [{ pool: lamp, n }] });
  const sender = books.add(till, 'berlin');
  for (const from of [sender, books.shop]) books.say(from, send(2));
  const holds = (child: string) => books.children.get(child as ReplicaId)?.pool(lamp).holding;
  return { books, taker, sender, send, holds };
}

test('[R2] [F3a] what several sent to a writer goes along with it, and what it took beyond a sender’s word', () => {
  const { books, taker, sender, holds } = twoSenders();
  expect(holds('rome')).toBe(4);
  books.ledger.changeHead(taker, { via: 'depot' as ReplicaId });
  expect([holds('rome'), holds('depot')]).toEqual([0, 4]);
  books.say(taker, { type: 'took', from: sender.writer, items: [{ pool: POOLS[0], n: 6, seq: 3 }] });
  books.ledger.changeHead(taker, { via: 'rome' as ReplicaId });
  expect([holds('rome'), holds('depot')]).toEqual([8, 0]);
  expect(books.different).toEqual([]);
});

test('[F5] [R2] what a life sent that ended is void to the next life of its parent, once it named that for its parent', () => {
  const { books, taker, sender, holds } = twoSenders();
  const next = books.add(name('rome', 2), 'rome');
  books.ledger.changeHead(sender, { parent: taker.writer });
  books.say(sender, { type: 'sent', to: next.writer, items: [{ pool: POOLS[0], n: 3 }] });
  books.ledger.fence(sender, 'superseded', atFirst);
  // What it sent to its parent itself is void already.
  expect(holds('rome')).toBe(5);
  books.say(sender, { type: 'reparented', parent: next.writer });
  expect([sender.head.parent, holds('rome')]).toEqual([next.writer, 4]);
  expect(books.different).toEqual([]);
});

test('[F2] [R2] a fence that is moved back to an earlier entry takes along what was sent behind that', () => {
  const { books, sender, send, holds } = twoSenders();
  const earlier = sender.head;
  const { seq, hash } = earlier;
  books.commit();
  books.say(sender, send(5));
  books.ledger.fence(sender, 'superseded', atFirst);
  expect(holds('rome')).toBe(9);
  books.ledger.changeHead(sender, { fence: { seq, hash, reason: 'superseded' } });
  expect(holds('rome')).toBe(2);
  expect(books.different).toEqual([]);
});

test('[D4] the very first turn of a replica may fail, and is decided once more', () => {
  const world = new World();
  world.failsEachCommitOnce = true;
  const hq = world.add('hq', 'authority');
  expect(hq.history).toEqual(['hq:life']);
});
