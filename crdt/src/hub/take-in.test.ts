import { describe, expect, test } from 'vitest';
import { type Entry, type EntryBody, NO_HASH } from '../entry/entry.ts';
import type { WriterId } from '../ids.ts';
import { receive, reclaim, sell } from '../replica/commands.test-kit.ts';
import type { Stream } from '../replica/stream.ts';
import { type Letter, type Node, pool, shop } from '../replica/world.test-kit.ts';
import type { Ack } from '../wire/frames.ts';
import { Forger, headAt } from './forger.test-kit.ts';

const lamp = pool('lamp');
const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: lamp, n }],
});
const held = (id: string, n: number): EntryBody => {
  return { type: 'held', holdId: id as never, ttlMs: 1, lines: [{ pool: lamp, n }] };
};

describe('[T2] a chain', () => {
  test('[T2] an entry that comes twice is applied once', () => {
    const { world, hq, berlin } = shop();
    berlin.do(receive('d1', { lamp: 5 }));
    const [letter] = world.intercept('stream');
    if (letter === undefined) throw new Error('nothing was sent');
    world.deliver(letter);
    world.deliver(letter);
    world.calm();
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(5);
    expect(hq.fenceOf(berlin.self)).toBeUndefined();
    expect(hq.journal.quarantined).toEqual([]);
  });

  test('[T2] entries of different writers commute: two orders of arrival give the same rows', () => {
    const states = [false, true].map((reversed) => {
      const { world, hq, berlin } = shop();
      const paris = world.add('paris', 'store', hq);
      berlin.do(receive('d1', { lamp: 9 }));
      berlin.do(sell('b1', { lamp: 3 }));
      paris.do(receive('d1', { lamp: 4 }, 'paris'));
      const letters = world.intercept('stream');
      if (reversed) letters.sort((a, b) => (a.from < b.from ? 1 : -1));
      for (const letter of letters) world.deliver(letter);
      world.calm();
      const digests = [berlin, paris].map(({ self }) => hq.replica.ledger.streams.get(self)?.currentDigest());
      return { digests: structuredClone(digests), used: hq.row('lamp', 'berlin', berlin.self).used };
    });
    expect(states[0]).toEqual(states[1]);
    expect(states[0]?.used).toBe(3);
  });

  test('[T2] a hole in a chain ends the session, and nothing behind it is taken in', () => {
    const { hq, berlin } = shop({ lamp: 1 });
    const forger = new Forger(berlin);
    forger.entry(received(1));
    forger.say(received(100));
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(1);
    expect(hq.hangUps.at(-1)).toMatch(/jumps from entry/);
  });

  test('[T2] so does one in the count of its entries, though each names the one before it', () => {
    const { hq, berlin } = shop({ lamp: 1 });
    const forger = new Forger(berlin);
    forger.seq += 1;
    forger.say(received(100));
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(1);
    expect(hq.hangUps.at(-1)).toMatch(/jumps from entry/);
  });

  test.each([
    ['names one before it', {}],
    ['names none before it', { prevHash: NO_HASH }],
  ])('[T2] an unknown writer must begin with its life, also where its first entry %s', (_, change) => {
    const { hq, berlin } = shop();
    const forger = new Forger(berlin);
    const stranger = `till.7.${'9'.repeat(32)}` as WriterId;
    forger.send(forger.frame([forger.entry(received(5), { writer: stranger, seq: 1, ...change })]));
    expect(hq.replica.ledger.streams.has(stranger)).toBe(false);
    expect(hq.hangUps.at(-1)).toMatch(/does not begin with its life/);
  });
});

/** The types of the entries of each branch that a node holds (F2). */
function branchesAt({ journal, replica }: Node): string[][] {
  return [...replica.ledger.branches].map(({ writer }) =>
    journal.entries.filter(({ stream }) => stream === writer).map(({ entry }) => entry.body.type),
  );
}

describe('[T3] forks', () => {
  test('[T3] another entry at a seq that is known fences the writer, and both histories are kept', () => {
    const { hq, berlin } = shop({ lamp: 5 });
    const forger = new Forger(berlin, berlin.replica.ledger.self.head.seq - 1);
    forger.say(received(500));
    expect(hq.fenceOf(berlin.self)).toBe('fork');
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(5);
    expect(branchesAt(hq)).toEqual([['received']]);
    expect(hq.history.slice(-2)).toEqual(['hq:fenced', 'berlin:received']);
  });

  test('[T3] an entry that joins nothing fences the writer, and is kept aside', () => {
    const { hq, berlin } = shop({ lamp: 5 });
    const forger = new Forger(berlin);
    forger.hash = new Uint8Array(32).fill(9);
    const forged = forger.entry(received(500));
    forger.send(forger.frame([forged]));
    expect(hq.fenceOf(berlin.self)).toBe('fork');
    expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(5);
    expect(hq.journal.quarantined).toMatchObject([{ entry: { body: received(500) }, reason: 'fork' }]);
    expect(hq.journal.quarantined[0]?.bytes).toEqual(forged.bytes);
    // Nobody else can fill a gap before it, for there is none: its child is asked for nothing.
    expect(hq.hangUps).toEqual([]);
  });

  test('[T3] [F3] whom such a word shuts out lives on', () => {
    const { hq, berlin, till } = shop({ lamp: 5 });
    const { seq, hash } = headAt(hq, till.self);
    const forger = new Forger(berlin);
    forger.hash = new Uint8Array(32).fill(9);
    forger.say({ type: 'fenced', writer: till.self, seq, hash, reason: 'retired' });
    expect([hq.fenceOf(berlin.self), hq.fenceOf(till.self)]).toEqual(['fork', undefined]);
  });

  test('[T3] so it is kept by who stands between', () => {
    const { berlin, till } = shop({ lamp: 5 });
    const forger = new Forger(till);
    forger.hash = new Uint8Array(32).fill(9);
    forger.say(held('h1', 1));
    expect(berlin.fenceOf(till.self)).toBe('fork');
    expect(berlin.journal.quarantined).toMatchObject([{ reason: 'fork' }]);
  });

  test('[T3] the whole of the other branch is kept, and what other writers say behind it is taken in', () => {
    const { world, hq, berlin, till } = shop({ lamp: 5 });
    world.calm();
    const forger = new Forger(berlin, berlin.replica.ledger.self.head.seq - 1);
    const branch = [received(500), received(600), received(700)].map((body) => forger.entry(body));
    const other = new Forger(till);
    const honest = other.entry({ type: 'checkpoint', digest: '00'.repeat(8), pools: 0 });
    forger.send(forger.frame([...branch, honest]));
    expect(branchesAt(hq)).toEqual([['received', 'received', 'received']]);
    expect(hq.journal.quarantined).toEqual([]);
    expect(hq.replica.ledger.streams.get(till.self)?.head.seq).toBe(honest.entry.seq);
  });
});

describe('[T6] what breaks a rule', () => {
  const wrongs: readonly [string, (free: number) => readonly EntryBody[]][] = [
    ['sells more than it has', () => [{ type: 'repaid', lines: [{ pool: lamp, n: 1 }] }]],
    ['holds more than it has', (free) => [held('h1', free + 1)]],
    [
      'closes more holds than it opened',
      () => [{ type: 'released', holdId: 'h' as never, cause: 'released', closes: [{ pool: lamp, n: 1 }] }],
    ],
    [
      'sends more than it has',
      (free) => [{ type: 'sent', to: 'parent' as never, items: [{ pool: lamp, n: free + 1 }] }],
    ],
  ];

  test.each(wrongs)(
    '[T6] who %s is fenced before the entry that shows it; the entry is kept and acked',
    (_, wrong) => {
      const { world, hq, berlin } = shop({ lamp: 5 });
      const forger = new Forger(berlin);
      const bodies = wrong(berlin.free('lamp')).map((body) =>
        body.type === 'sent' ? { ...body, to: hq.self } : body,
      );
      world.intercept('ack');
      forger.say(...bodies, held('behind', 1));
      expect(hq.fenceOf(berlin.self)).toBe('rights');
      const types = bodies.map(({ type }) => `berlin:${type}`);
      // The honest part of its word ends where the fence says, just before the entry.
      expect(hq.history.slice(-2 - types.length)).toEqual([
        ...types.slice(0, -1),
        'hq:fenced',
        types.at(-1),
        'berlin:held',
      ]);
      const fence = hq.replica.ledger.streams.get(berlin.self)?.head.fence;
      expect(fence?.seq).toBe(forger.seq - 2);
      const ack = world.intercept('ack').at(-1)?.frame as Ack;
      expect(ack.has.find(({ writer }) => writer === berlin.self)?.seq).toBe(forger.seq);
      expect(ack.fenced.map(({ writer, reason }) => [writer, reason])).toEqual([[berlin.self, 'rights']]);
    },
  );

  test('[T6] every ancestor finds it on its own, though the one between looks away', () => {
    const { hq, berlin, till } = shop({ lamp: 5 });
    const asTill = new Forger(till);
    const throughBerlin = new Forger(berlin);
    throughBerlin.send(throughBerlin.frame([asTill.entry(held('h1', 1))]));
    expect(berlin.fenceOf(till.self)).toBeUndefined();
    expect(hq.fenceOf(till.self)).toBe('rights');
  });

  test('[T6] what a fenced writer sends is not trusted: nobody takes it, and an operator may reclaim it', () => {
    const { hq, berlin } = shop({ lamp: 5 });
    const shut = berlin.self;
    new Forger(berlin).say({ type: 'sent', to: hq.self, items: [{ pool: lamp, n: 500 }] });
    expect(hq.free('lamp')).toBe(0);
    expect(hq.do(reclaim('r1', shut, { lamp: 6 }))).toMatchObject({ ok: false, code: 'more_than_ordered' });
    expect(hq.do(reclaim('r2', shut, { lamp: 5 }))).toMatchObject({ ok: true });
  });
});

/** A writer's first entry. */
function lifeOf(forger: Forger, writer: WriterId, parent: WriterId) {
  const life: EntryBody = { type: 'life', kind: 'terminal', parent };
  return forger.entry(life, { writer, seq: 1, prevHash: NO_HASH });
}

describe('[F1] a life beside another', () => {
  test('[F1] is shut out by its parent’s word, and not by what it says itself once a newer one is known', () => {
    const { hq, berlin, till } = shop();
    const newer = `till.2.${'7'.repeat(32)}` as WriterId;
    const forger = new Forger(berlin);
    const life = lifeOf(new Forger(till), newer, berlin.self);
    const more = new Forger(till).entry({
      type: 'received',
      cause: 'delivery',
      lines: [{ pool: pool('lamp', 'till'), n: 1 }],
    });
    forger.send(forger.frame([life, more]));
    expect([hq.replica.ledger.streams.has(newer), headAt(hq, till.self).seq]).toEqual([true, more.entry.seq]);
    expect(hq.fenceOf(till.self)).toBeUndefined();
  });

  test('[F1] is shut out by the newer one where its parent has ended, whose word of it may be lost (seed 21009148)', () => {
    const { world, hq, berlin, till } = shop();
    const paris = world.add('paris', 'store', hq);
    berlin.cut();
    hq.turn((self, now) => self.retire(berlin.id, now));
    world.give(till, paris);
    const life = lifeOf(new Forger(till), `till.2.${'7'.repeat(32)}` as WriterId, paris.self);
    const forger = new Forger(paris);
    expect(hq.fenceOf(till.self)).toBeUndefined();
    forger.send(forger.frame([life]));
    expect(hq.fenceOf(till.self)).toBe('superseded');
  });

  test('[T8] may mark an order of which nobody has heard, for the other may have sold it', () => {
    const { hq, berlin, till } = shop();
    const twin = `till.1.${'7'.repeat(32)}` as WriterId;
    const forger = new Forger(berlin);
    const asTwin = new Forger(till);
    const life = lifeOf(asTwin, twin, berlin.self);
    const mark = { type: 'marked', orderId: 'o1' as never, mark: 'processing' } as const;
    const marked = asTwin.entry(mark, { writer: twin, seq: 2, docId: 'o1' });
    forger.send(forger.frame([life, marked]));
    expect([headAt(hq, twin).seq, hq.fenceOf(twin)]).toEqual([2, undefined]);
  });

  test('[F1] who is shut out does not make its parent end, whatever it says that it took', () => {
    const { berlin, till } = shop({ lamp: 5 });
    till.cut();
    berlin.restart();
    till.link();
    const { self } = berlin;
    berlin.turn(({ hub, ledger }, now) => hub.fence(ledger.streams.get(till.self) as Stream, 'retired', now));
    const took: EntryBody = { type: 'took', from: self, items: [{ pool: lamp, seq: 99, n: 1 }] };
    const forger = new Forger(till);
    forger.say(took);
    expect([headAt(berlin, till.self).seq, berlin.self]).toEqual([forger.seq, self]);
  });
});

describe('[F3] a fence from below', () => {
  test('[F3] is told on to who is connected', () => {
    const { world, hq, berlin, till } = shop({ lamp: 1 });
    berlin.turn((self, now) => self.retire(till.id, now));
    for (const letter of world.intercept('stream')) world.deliver(letter);
    const [{ frame }] = world.intercept('ack') as [Letter & { frame: Ack }];
    expect(frame.fenced.map(({ writer, reason }) => [writer, reason])).toEqual([[till.self, 'retired']]);
    expect(hq.fenceOf(till.self)).toBe('retired');
  });

  test('[F3a] that comes before the last word of its writer leaves that its good word: who is sent to takes it', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    const depot = world.add('depot', 'warehouse', hq);
    world.give(berlin, depot);
    const asBerlin = new Forger(berlin);
    const last = asBerlin.entry({ type: 'sent', to: hq.self, items: [{ pool: lamp, n: 2 }] });
    const { seq, hash } = asBerlin;
    const forger = new Forger(depot);
    const fenced = forger.entry({ type: 'fenced', writer: berlin.self, seq, hash, reason: 'retired' });
    forger.send(forger.frame([fenced, last]));
    expect([hq.fenceOf(berlin.self), headAt(hq, berlin.self).fence?.seq]).toEqual(['retired', seq]);
    expect(hq.free('lamp')).toBe(2);
  });

  test('[L7] ends nobody’s own life, also where a former parent says it that hangs on it by now', () => {
    const { world, hq, berlin } = shop({ lamp: 5 });
    const depot = world.add('depot', 'warehouse', hq);
    world.give(berlin, depot);
    berlin.parent = depot;
    berlin.link();
    world.rejoin();
    berlin.cut();
    world.give(berlin, hq);
    world.give(depot, berlin);
    berlin.parent = hq;
    depot.cut();
    depot.parent = berlin;
    depot.link();
    world.calm();
    expect(berlin.replica.ledger.self.head.parent).toBe(depot.self);
    const { seq, hash } = berlin.replica.ledger.self.head;
    const forger = new Forger(depot);
    forger.say({ type: 'fenced', writer: berlin.self, seq, hash, reason: 'retired' });
    expect(headAt(berlin, depot.self).seq).toBe(forger.seq);
    expect(berlin.fenceOf(berlin.self)).toBeUndefined();
  });
});

describe('[F6] a life of the authority that its books forgot', () => {
  const lost = `hq.1.${'9'.repeat(32)}` as WriterId;
  const kiosk = `kiosk.1.${'8'.repeat(32)}` as WriterId;
  const items = [{ pool: lamp, n: 1 }];
  const words: readonly [string, EntryBody, Partial<Entry>][] = [
    ['took from it', { type: 'took', from: lost, items: [{ pool: lamp, seq: 1, n: 1 }] }, {}],
    ['sent to it', { type: 'sent', to: lost, items }, {}],
    ['came to stand below it', { type: 'reparented', parent: lost }, {}],
    [
      'began below it',
      { type: 'life', kind: 'terminal', parent: lost },
      { writer: kiosk, seq: 1, prevHash: NO_HASH },
    ],
  ];

  test.each(words)('[F6] has an account as soon as somebody says that it %s', (_, body, change) => {
    const { hq, berlin } = shop({ lamp: 5 });
    const forger = new Forger(berlin);
    forger.send(forger.frame([forger.entry(body, change)]));
    expect(hq.fenceOf(lost)).toBe('rollback');
  });
});
