/** Whom and what a child's stream may not name (L7). */
import { describe, expect, test } from 'vitest';
import type { EntryBody, FenceReason } from '../entry/entry.ts';
import { replicaOf, type WriterId } from '../ids.ts';
import { sell } from '../replica/commands.test-kit.ts';
import type { Stream, StreamHead } from '../replica/stream.ts';
import { pool, shop } from '../replica/world.test-kit.ts';
import { Forger, headAt } from './forger.test-kit.ts';

const lamp = pool('lamp');
const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: lamp, n }],
});

describe('[L7] what a stream may not name', () => {
  const lies: readonly [string, FenceReason, (sibling: WriterId) => EntryBody][] = [
    ['receives goods that another replica keeps', 'foreign-pool', () => received(5)],
    [
      'counts a shelf that is not its own',
      'foreign-pool',
      () => ({ type: 'counted', reason: 'x', lines: [{ pool: lamp, found: 9, more: 9, less: 0, owed: 0 }] }),
    ],
    [
      'sends to a writer that is neither parent nor child',
      'foreign-pool',
      (sibling) => ({ type: 'sent', to: sibling, items: [{ pool: lamp, n: 1 }] }),
    ],
    [
      'says other rows than its entries make',
      'rows-differ',
      () => ({ type: 'checkpoint', digest: 'ff'.repeat(8), pools: 1 }),
    ],
  ];

  test.each(lies)('[L7] a till that %s is fenced: %s', (_, reason, lie) => {
    const { world, berlin, till } = shop({ lamp: 5 });
    const sibling = world.add('till-2', 'terminal', berlin);
    new Forger(till).say(lie(sibling.self));
    expect(berlin.fenceOf(till.self)).toBe(reason);
  });

  test('[L7] a took of more than was sent fences its writer', () => {
    const { world, berlin, till } = shop({ lamp: 5 });
    till.ask(sell('t1', { lamp: 1 }, { waitMs: 1_000 }));
    world.calm();
    const cell = berlin.row('lamp').sent.find(({ writer }) => writer === till.self);
    expect(cell?.n).toBeGreaterThan(0);
    const n = (cell?.n ?? 0) + 1;
    new Forger(till).say({
      type: 'took',
      from: berlin.self,
      items: [{ pool: lamp, seq: cell?.seq ?? 0, n }],
    });
    expect(berlin.fenceOf(till.self)).toBe('false-took');
  });

  test('[L7] a took of more than was sent fences its writer also where it names an earlier grant', () => {
    const { world, berlin, till } = shop({ lamp: 5 });
    till.ask(sell('t1', { lamp: 1 }, { waitMs: 1_000 }));
    world.calm();
    const cell = berlin.row('lamp').sent.find(({ writer }) => writer === till.self);
    const items = [{ pool: lamp, seq: (cell?.seq ?? 0) - 1, n: (cell?.n ?? 0) + 1 }];
    new Forger(till).say({ type: 'took', from: berlin.self, items });
    expect(berlin.fenceOf(till.self)).toBe('false-took');
  });

  test('[L7] a took of what was never sent fences its writer', () => {
    const { berlin, till } = shop({ lamp: 5 });
    expect(berlin.row('lamp').sent).toEqual([]);
    new Forger(till).say({ type: 'took', from: berlin.self, items: [{ pool: lamp, seq: 1, n: 1 }] });
    expect(berlin.fenceOf(till.self)).toBe('false-took');
  });

  test('[L7] a took of nothing, from a parent that never sent anything, is no lie and does no harm', () => {
    const { berlin, till } = shop({ lamp: 5 });
    const forger = new Forger(till);
    forger.say({ type: 'took', from: berlin.self, items: [{ pool: lamp, seq: 1, n: 0 }] });
    expect([headAt(berlin, till.self).seq, berlin.fenceOf(till.self)]).toEqual([forger.seq, undefined]);
  });

  test.each(['fork', 'superseded'] as const)(
    '[F2] [L7] a took of more than the chain says of a sender that was shut out as %s is no lie',
    (reason) => {
      const { hq, berlin, till } = shop({ lamp: 5 });
      hq.turn(({ hub, ledger }, now) => hub.fence(ledger.streams.get(berlin.self) as Stream, reason, now));
      const forger = new Forger(berlin);
      const { seq } = headAt(hq, berlin.self);
      const took: EntryBody = { type: 'took', from: berlin.self, items: [{ pool: lamp, seq, n: 9 }] };
      forger.send(forger.frame([new Forger(till).entry(took)]));
      expect(hq.row('lamp', 'berlin', till.self).took).toMatchObject([{ n: 9 }]);
      expect(hq.fenceOf(till.self)).toBeUndefined();
    },
  );

  test('[L7] a mark under another name than its order’s fences its writer', () => {
    const { berlin, till } = shop({ lamp: 5 });
    const forger = new Forger(till);
    const mark = { type: 'marked', orderId: 't1' as never, mark: 'processing' } as const;
    forger.send(forger.frame([forger.entry(mark, { docId: 't2' })]));
    expect(berlin.fenceOf(till.self)).toBe('malformed');
  });

  test('[L7] nobody below speaks for the parent of this replica', () => {
    const { berlin, hq, till } = shop();
    const forger = new Forger(till);
    const life: EntryBody = { type: 'life', kind: 'authority', parent: null };
    const writer = `hq.2.${'7'.repeat(32)}` as WriterId;
    forger.send(forger.frame([forger.entry(life, { writer, seq: 1, prevHash: new Uint8Array(32) })]));
    expect(replicaOf(hq.self)).toBe('hq');
    expect(berlin.replica.ledger.streams.has(writer)).toBe(false);
    expect(berlin.hangUps.at(-1)).toMatch(/claims to be the parent/);
  });

  test('[L7] a writer of another branch of the tree is not taken from a child', () => {
    const { world, hq, berlin } = shop();
    const paris = world.add('paris', 'store', hq);
    const forger = new Forger(berlin);
    const life: EntryBody = { type: 'life', kind: 'store', parent: hq.self };
    const writer = `paris.2.${'7'.repeat(32)}` as WriterId;
    forger.send(forger.frame([forger.entry(life, { writer, seq: 1, prevHash: new Uint8Array(32) })]));
    expect(hq.replica.ledger.streams.has(writer)).toBe(false);
    expect(hq.hangUps.at(-1)).toMatch(/belongs under paris/);
    expect(hq.fenceOf(paris.self)).toBeUndefined();
  });

  test('[L7] entries of a writer that is known by another way are not taken from a child', () => {
    const { world, hq, berlin } = shop();
    const paris = world.add('paris', 'store', hq);
    const seq = paris.replica.ledger.self.head.seq;
    const forger = new Forger(berlin);
    const asParis = new Forger(paris);
    forger.send(
      forger.frame([asParis.entry({ type: 'repaid', lines: [{ pool: pool('lamp', 'paris'), n: 1 }] })]),
    );
    // Neither its words nor a fence may be put on a replica by its neighbour.
    expect(hq.replica.ledger.streams.get(paris.self)?.head.seq).toBe(seq);
    expect(hq.fenceOf(paris.self)).toBeUndefined();
  });

  test('[L7] nor is another word in the place of one that is known, where all are registered', () => {
    const { world, hq, berlin } = shop();
    const paris = world.add('paris', 'store', hq);
    world.give(paris, hq);
    const { seq, hash } = headAt(hq, paris.self);
    const forger = new Forger(berlin);
    forger.send(forger.frame([new Forger(paris, seq - 1).entry(received(9))]));
    expect(headAt(hq, paris.self)).toMatchObject({ seq, hash, fence: null });
    expect(hq.hangUps.at(-1)).toBe(`${paris.self} does not speak through berlin`);
  });

  test('[L7] who names its neighbour as its parent is reached as ever, whatever that one says', () => {
    const { world, hq, berlin } = shop();
    const paris = world.add('paris', 'store', hq);
    new Forger(berlin).say({ type: 'reparented', parent: paris.self });
    const forger = new Forger(paris);
    forger.say({ type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp', 'paris'), n: 1 }] });
    expect(headAt(hq, paris.self).seq).toBe(forger.seq);
    expect([headAt(hq, berlin.self).parent, headAt(hq, berlin.self).via]).toEqual([paris.self, berlin.id]);
  });

  test('[F3a] what somebody told its old parent is taken from that one still, until it names its new one', () => {
    const { world, hq, berlin, till } = shop();
    const paris = world.add('paris', 'store', hq);
    world.give(till, paris);
    const asTill = new Forger(till);
    const delivery: EntryBody = {
      type: 'received',
      cause: 'delivery',
      lines: [{ pool: pool('lamp', 'till'), n: 1 }],
    };
    const [first, second] = [asTill.entry(delivery), asTill.entry(delivery)];
    for (const [node, entry] of [
      [paris, first],
      [berlin, second],
    ] as const) {
      const forger = new Forger(node);
      forger.send(forger.frame([entry]));
      expect(headAt(hq, till.self)).toMatchObject({ seq: entry.entry.seq, via: paris.id });
    }
  });

  test('[L7] this replica itself is not told its own story', () => {
    const { hq, berlin } = shop();
    const forger = new Forger(berlin);
    const life: EntryBody = { type: 'life', kind: 'authority', parent: null };
    const writer = `hq.2.${'7'.repeat(32)}` as WriterId;
    forger.send(forger.frame([forger.entry(life, { writer, seq: 1, prevHash: new Uint8Array(32) })]));
    expect(hq.replica.ledger.livesOf(replicaOf(hq.self))).toHaveLength(1);
    expect(hq.hangUps.at(-1)).toMatch(/claims to be this replica/);
  });

  test('[L7] nobody below puts words into this replica’s own chain, not even as what its parent once heard', () => {
    const { hq, berlin, till } = shop({ lamp: 2 });
    const forger = new Forger(till);
    // A till that plays its shop's parent first, so that the shop seems to be reached through the till.
    const life: EntryBody = { type: 'life', kind: 'authority', parent: null };
    const asHq = forger.entry(life, { writer: hq.self, seq: 1, prevHash: new Uint8Array(32) });
    const asBerlin = new Forger(berlin);
    const lost: EntryBody = { type: 'repaid', lines: [{ pool: lamp, n: 1 }] };
    const { seq } = berlin.replica.ledger.self.head;
    forger.send(forger.frame([asHq]));
    forger.send(forger.frame([asBerlin.entry(lost)]));
    expect(berlin.replica.ledger.self.head.seq).toBe(seq);
    expect(berlin.row('lamp').repaid).toBe(0);
  });

  test('[L7] nor by saying just that, where all are registered: its link ends', () => {
    const { world, berlin, till } = shop({ lamp: 2 });
    world.give(till, berlin);
    const { seq } = berlin.replica.ledger.self.head;
    const forger = new Forger(till);
    forger.send(forger.frame([new Forger(berlin).entry(received(9))]));
    expect([berlin.replica.ledger.self.head.seq, berlin.row('lamp').received]).toEqual([seq, 2]);
    expect(berlin.hangUps.at(-1)).toBe(`${berlin.self} does not speak through till`);
  });

  test('[L7] what a child says that a former life of this replica said shuts out nobody beside it', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    world.comesToRest = false;
    const other = world.add('other', 'terminal', berlin);
    const before = berlin.self;
    berlin.cut();
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.link();
    world.rejoin();
    const headOf = (writer: WriterId) => berlin.replica.ledger.streams.get(writer)?.head as StreamHead;
    const { seq, hash } = headOf(other.self);
    const past = headOf(before);
    const forger = new Forger(till);
    const fenced: EntryBody = { type: 'fenced', writer: other.self, seq, hash, reason: 'retired' };
    forger.send(
      forger.frame([forger.entry(fenced, { writer: before, seq: past.seq + 1, prevHash: past.hash })]),
    );
    expect(headOf(before).seq).toBe(past.seq + 1);
    expect(berlin.fenceOf(other.self)).toBeUndefined();
  });

  test('[L7] bytes that are no entries end the session and change nothing', () => {
    const { hq, berlin } = shop({ lamp: 2 });
    const forger = new Forger(berlin);
    const before = hq.journal.entries.length;
    forger.send(forger.frame([{ bytes: Uint8Array.from([1, 2, 3]) }]));
    expect(hq.journal.entries.length).toBe(before);
    expect(hq.hangUps).toHaveLength(1);
  });
});
