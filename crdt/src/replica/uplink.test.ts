/** The child's side of its link, without a parent: what it makes of each frame, and when it says what (L1, L2, L3, L5). */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import { amountOf, COLUMN_MAX } from '../tally/row.ts';
import type {
  Ack,
  Asks,
  Cells,
  Frame,
  FrameKind,
  Point,
  Recalls,
  Seen,
  StreamFrame,
} from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { atFirst, name } from './books.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import { Ledger, type Now } from './ledger.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import type { LinkSettings } from './settings.ts';
import { ABOVE, newHead } from './stream.ts';
import { Uplink } from './uplink.ts';
import { pool, sha256 } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const parent = name('berlin');
const self = name('till');
const RESEND_MS = 1_000;

class Child {
  readonly journal = new MemoryJournal();
  readonly ledger = new Ledger(this.journal.load(), this.journal, sha256);
  readonly uplink: Uplink;
  now: Now = { ...atFirst, monotonicMs: 50_000 };

  constructor(link: Partial<LinkSettings> = {}) {
    const settings = hastySettings('till' as ReplicaId, 'terminal');
    this.uplink = new Uplink(this.ledger, { ...settings, link: { ...settings.link, ...link } });
    this.ledger.beginLife(self, 'terminal', parent, this.now);
    this.commit();
  }

  commit(): void {
    const writes = this.ledger.endTurn();
    if (writes !== undefined) this.journal.commit(writes);
    this.ledger.keep();
  }

  say(body: EntryBody): void {
    this.ledger.append(body, '', 'system', this.now);
    this.commit();
  }

  receive(n: number, at: PoolId = lamp): void {
    this.say({ type: 'received', cause: 'delivery', lines: [{ pool: at, n }] });
  }

  /** The parent has all that is on disk, and the authority too. */
  welcome(has: readonly Point[] = [this.point()], writer: WriterId = parent, settled = has) {
    const past = this.uplink.open({ writer, has, settled }, this.now);
    this.commit();
    return past;
  }

  point(): Point {
    const { seq, hash } = this.ledger.self.head;
    return { writer: self, seq, hash };
  }

  pass(ms: number): this {
    this.now = { ...this.now, monotonicMs: this.now.monotonicMs + ms };
    return this;
  }

  /** Milliseconds until it wants to be woken. */
  get wakesIn(): number {
    return (this.uplink.wakeAtMs() ?? Number.POSITIVE_INFINITY) - this.now.monotonicMs;
  }

  frames<K extends FrameKind>(kind: K): readonly Extract<Frame, { kind: K }>[] {
    return this.uplink
      .frames(this.now)
      .filter((frame): frame is Extract<Frame, { kind: K }> => frame.kind === kind);
  }

  ack(change: Partial<Ack>) {
    const frame: Ack = {
      kind: 'ack',
      writer: self,
      parent,
      cursor: 0,
      gap: false,
      has: [],
      settled: [],
      fenced: [],
      ...change,
    };
    return this.uplink.ack(frame, this.now, () => {});
  }

  cells(from: number, to: number, ...cells: readonly (readonly [PoolId, number])[]): PoolId[] {
    const items = cells.map(([at, n]) => ({ pool: at, from: parent, to: self, n, seq: to }));
    const frame: Cells = { kind: 'cells', writer: self, parent, from, to, cells: items };
    const grown = this.uplink.cells(frame, this.now);
    this.commit();
    return grown;
  }

  get took(): number {
    return amountOf(this.ledger.self.row(lamp).took, parent);
  }
}

const places = (frames: readonly StreamFrame[]) => frames.map(({ from, to }) => [from, to]);
const wanted = (frames: readonly Asks[]) => frames.flatMap(({ items }) => items);

describe('[L2] its stream', () => {
  /** Three entries went up, one a frame, after the one that the parent has. */
  function sent() {
    const child = new Child({ streamBytesTarget: 1 });
    child.welcome();
    for (const n of [1, 2, 3]) child.receive(n);
    expect(places(child.frames('stream'))).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    return child;
  }

  test('[L2] begins where the parent stands, goes on where it ended, and nothing goes twice', () => {
    const child = sent();
    expect(child.frames('stream')).toEqual([]);
    child.receive(4);
    const [frame] = child.frames('stream');
    expect(frame).toMatchObject({ writer: self, base: 1, from: 4, to: 5 });
    expect([...splitEntries(frame?.entries ?? new Uint8Array())]).toHaveLength(1);
  });

  test('[L2] is taken for heard as far as an ack says, never back, and never beyond what was sent', () => {
    const child = sent();
    expect([child.uplink.isSending, child.uplink.ackedTo]).toEqual([true, 1]);
    child.ack({ cursor: 3 });
    expect(child.uplink.ackedTo).toBe(3);
    child.ack({ cursor: 2 });
    expect(child.uplink.ackedTo).toBe(3);
    child.receive(4);
    child.ack({ cursor: 5 });
    expect([child.uplink.ackedTo, child.uplink.isSending]).toEqual([4, true]);
    child.frames('stream');
    child.ack({ cursor: 5 });
    expect([child.uplink.ackedTo, child.uplink.isSending]).toEqual([5, false]);
  });

  test('[L2] goes again from a gap, once, and once more when the parent was asked', () => {
    const child = sent();
    child.ack({ cursor: 2, gap: true });
    expect(places(child.frames('stream'))).toEqual([
      [2, 3],
      [3, 4],
    ]);
    child.ack({ cursor: 2, gap: true });
    expect(child.frames('stream')).toEqual([]);
    child.pass(RESEND_MS);
    expect(places(child.frames('stream'))).toEqual([[4, 4]]);
    child.ack({ cursor: 2, gap: true });
    expect(places(child.frames('stream'))).toEqual([
      [2, 3],
      [3, 4],
    ]);
  });

  test('[L2] does not go again for an ack that came late', () => {
    const child = sent();
    child.ack({ cursor: 3 });
    child.ack({ cursor: 2, gap: true });
    expect(child.frames('stream')).toEqual([]);
  });

  test('[L2] a parent that moves on is not asked, one that does not is, in growing intervals', () => {
    const child = sent();
    child.pass(RESEND_MS - 1);
    expect([child.frames('stream'), child.wakesIn]).toEqual([[], 1]);
    child.ack({ cursor: 2 });
    child.pass(RESEND_MS - 1);
    expect([child.frames('stream'), child.wakesIn]).toEqual([[], 1]);
    child.pass(1);
    const [question] = child.frames('stream');
    expect([question?.from, question?.to, question?.entries.length]).toEqual([4, 4, 0]);
    expect(child.wakesIn).toBe(2 * RESEND_MS);
    child.ack({ cursor: 3 });
    expect(child.wakesIn).toBe(RESEND_MS);
  });

  test('[L2] what goes first after a while begins to be waited for then; what follows it waits for no more', () => {
    const child = new Child();
    child.welcome();
    child.receive(1);
    child.frames('stream');
    child.pass(RESEND_MS);
    child.frames('stream');
    child.ack({ cursor: 2, has: [child.point()], settled: [child.point()] });
    child.pass(60 * RESEND_MS);
    expect([child.frames('stream'), child.uplink.wakeAtMs()]).toEqual([[], undefined]);
    child.receive(2);
    child.frames('stream');
    expect(child.wakesIn).toBe(RESEND_MS);
    child.pass(RESEND_MS / 2).receive(3);
    child.frames('stream');
    expect(child.wakesIn).toBe(RESEND_MS / 2);
  });

  test('[L5] waits for its window, and wakes nobody while it does', () => {
    const child = new Child({ streamBytesTarget: 1, inFlightBytesMax: 1 });
    child.welcome();
    child.receive(1);
    child.receive(2);
    expect(places(child.frames('stream'))).toEqual([[1, 2]]);
    expect(child.frames('stream')).toEqual([]);
    expect(child.wakesIn).toBe(RESEND_MS);
    child.ack({ cursor: 2 });
    expect(child.wakesIn).toBeLessThanOrEqual(0);
    expect(places(child.frames('stream'))).toEqual([[2, 3]]);
  });

  test('[L2] gathers where it just went, unless somebody waits', () => {
    const child = new Child({ gatherMs: 100 });
    child.welcome();
    child.receive(1);
    expect(child.frames('stream')).toHaveLength(1);
    child.receive(2);
    expect([child.frames('stream'), child.wakesIn]).toEqual([[], 100]);
    child.uplink.hurry();
    expect(child.frames('stream')).toHaveLength(1);
    child.receive(3);
    expect(child.frames('stream')).toEqual([]);
    child.pass(100);
    expect(child.frames('stream')).toHaveLength(1);
  });

  test('[L2] is asked after until it is settled, and then no more', () => {
    const child = new Child();
    child.welcome();
    child.receive(1);
    child.frames('stream');
    child.ack({ cursor: 2, has: [child.point()] });
    child.pass(2 * RESEND_MS);
    expect(child.frames('stream')).toHaveLength(1);
    child.ack({ cursor: 2, settled: [child.point()] });
    child.pass(4 * RESEND_MS);
    expect([child.frames('stream'), child.uplink.wakeAtMs()]).toEqual([[], undefined]);
  });

  test('[F3a] is settled though nobody tells of those who were given away', () => {
    const child = new Child();
    const away = newHead('terminal', name('paris'), ABOVE);
    child.ledger.addStream(name('desk'), { ...away, seq: 3 });
    child.commit();
    const its = { writer: name('desk'), seq: 3, hash: away.hash };
    child.welcome([child.point(), its], parent, [child.point()]);
    expect(child.wakesIn).toBe(2 * RESEND_MS);
    child.pass(2 * RESEND_MS);
    expect([child.frames('stream'), child.uplink.wakeAtMs()]).toEqual([[], undefined]);
  });
});

describe('[L1] a frame', () => {
  const others = [
    { writer: name('desk'), parent },
    { writer: self, parent: name('paris') },
  ];

  test.each(others)('[L1] that names $writer and $parent is not heard', (names) => {
    const child = new Child({ streamBytesTarget: 1 });
    child.welcome();
    child.receive(1);
    child.frames('stream');
    child.uplink.ask(lamp, 4, 60_000);
    const { uplink, now } = child;
    expect(child.ack({ ...names, cursor: 2, has: [{ ...child.point(), seq: 99 }] })).toBe(undefined);
    expect(uplink.ackedTo).toBe(1);
    expect(uplink.denied({ kind: 'denied', ...names, items: [{ pool: lamp, atLeast: 9 }] })).toEqual([]);
    expect(uplink.recall({ kind: 'recalls', ...names, items: [{ pool: lamp, keep: 0, given: 0 }] })).toEqual(
      [],
    );
    uplink.cells({ kind: 'cells', ...names, from: 0, to: 9, cells: [] }, now);
    expect([uplink.asks.size, uplink.recalls.size, child.frames('seen')]).toEqual([1, 0, []]);
  });

  test('[L1] is not heard, and none is said, without a session', () => {
    const child = new Child();
    const { uplink, now } = child;
    uplink.ask(lamp, 4, 60_000);
    uplink.hurry();
    expect(child.ack({ has: [{ ...child.point(), seq: 99 }] })).toBe(undefined);
    expect(
      uplink.denied({ kind: 'denied', writer: self, parent, items: [{ pool: lamp, atLeast: 9 }] }),
    ).toEqual([]);
    expect(
      uplink.recall({ kind: 'recalls', writer: self, parent, items: [{ pool: lamp, keep: 0, given: 0 }] }),
    ).toEqual([]);
    expect([uplink.isOpen, uplink.isSending, uplink.ackedTo, uplink.parent]).toEqual([
      false,
      false,
      0,
      undefined,
    ]);
    expect([uplink.frames(now), uplink.wakeAtMs()]).toEqual([[], undefined]);
  });
});

describe('[L1] grants', () => {
  test('[L1] are taken once, the greatest word of each, and only what is more than before', () => {
    const child = new Child();
    child.welcome();
    expect(child.cells(0, 3, [lamp, 4], [bulb, 1])).toEqual([lamp, bulb]);
    const { seq } = child.ledger.self.head;
    expect(child.cells(0, 3, [lamp, 4], [bulb, 1])).toEqual([]);
    expect(child.cells(0, 2, [lamp, 3])).toEqual([]);
    expect([child.took, child.ledger.self.head.seq]).toEqual([4, seq]);
    expect(child.cells(3, 5, [lamp, 5], [lamp, 9], [lamp, 7])).toEqual([lamp]);
    expect(child.took).toBe(9);
  });

  test('[L1] of several senders are taken from each', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 2, [lamp, 5]);
    const cells = [{ pool: lamp, from: name('hq'), to: self, n: 3, seq: 2 }];
    const frame: Cells = { kind: 'cells', writer: self, parent, from: 2, to: 2, cells };
    expect(child.uplink.cells(frame, child.now)).toEqual([lamp]);
    child.commit();
    expect(child.ledger.self.row(lamp).took.map(({ n }) => n)).toEqual([5, 3]);
    expect(child.uplink.takenFromParent(lamp)).toBe(5);
  });

  test('[D4] that bring no news are no reason to write', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    const { commitCount } = child.journal;
    child.cells(0, 3, [lamp, 4]);
    child.cells(1, 2, [lamp, 3]);
    child.cells(5, 9);
    expect([child.journal.commitCount, child.ledger.self.head.parentSeen]).toEqual([commitCount, 3]);
  });

  test('[L2] are seen up to the first gap, and that is said once, in good time before they are told again', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    child.cells(5, 8, [lamp, 6]);
    child.cells(1, 2, [lamp, 2]);
    expect(child.ledger.self.head.parentSeen).toBe(3);
    child.pass(RESEND_MS / 2 - 1);
    expect([child.frames('seen'), child.wakesIn]).toEqual([[], 1]);
    child.cells(3, 4, [bulb, 1]);
    child.pass(1);
    expect(child.frames('seen')).toEqual([{ kind: 'seen', writer: self, parent, seq: 4 } satisfies Seen]);
    child.pass(RESEND_MS);
    expect(child.frames('seen')).toEqual([]);
    child.cells(4, 4);
    child.pass(RESEND_MS);
    expect(child.frames('seen')).toMatchObject([{ seq: 4 }]);
  });

  test('[D4] that were put back are not taken, and the parent hears so at once', () => {
    const child = new Child();
    child.welcome();
    const cells = [{ pool: lamp, from: parent, to: self, n: 4, seq: 3 }];
    child.uplink.cells({ kind: 'cells', writer: self, parent, from: 0, to: 3, cells }, child.now);
    child.ledger.endTurn();
    child.ledger.putBack();
    child.uplink.putBack();
    expect(child.wakesIn).toBe(Number.NEGATIVE_INFINITY);
    expect(child.frames('seen')).toMatchObject([{ seq: 0 }]);
    expect(child.took).toBe(0);
    expect(child.cells(0, 3, [lamp, 4])).toEqual([lamp]);
    expect(child.ledger.self.head.parentSeen).toBe(3);
  });

  test('[L1] of others are nobody’s to take, and without a session nothing is heard', () => {
    const child = new Child();
    expect(child.cells(0, 3, [lamp, 4])).toEqual([]);
    child.welcome();
    const cells = [{ pool: lamp, from: parent, to: name('desk'), n: 4, seq: 3 }];
    const frame: Cells = { kind: 'cells', writer: self, parent, from: 0, to: 3, cells };
    expect(child.uplink.cells(frame, child.now)).toEqual([]);
    child.uplink.close();
    expect(child.cells(3, 4, [lamp, 4])).toEqual([]);
    expect([child.frames('seen'), child.uplink.wakeAtMs()]).toEqual([[], undefined]);
  });
});

describe('[L3] asks', () => {
  const ask = (child: Child, units: number, waitMs = 5_000) =>
    child.uplink.ask(lamp, units, child.now.monotonicMs + waitMs);

  test('[L3] say in all what it took and what it lacks, once, and again while nobody answers', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    ask(child, 2);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 6, waitMs: 5_000 }]);
    expect(child.frames('asks')).toEqual([]);
    child.pass(RESEND_MS);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 6, waitMs: 4_000 }]);
    child.pass(4_000);
    expect([child.frames('asks'), child.uplink.asks.size]).toEqual([[], 0]);
  });

  test('[L3] for less change nothing; for more, or for longer, they go at once', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    child.frames('asks');
    ask(child, 3);
    ask(child, 4, 4_999);
    expect(child.frames('asks')).toEqual([]);
    ask(child, 3, 6_000);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 4, waitMs: 6_000 }]);
    ask(child, 5, 1_000);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 5, waitMs: 6_000 }]);
  });

  test('[F7] are for what is owed too, less what is free, and never more than can be said', () => {
    const child = new Child();
    child.welcome();
    child.receive(2);
    child.say({ type: 'lost', cause: 'shrinkage', reason: 'x', lines: [{ pool: lamp, less: 5, owed: 5 }] });
    ask(child, 1);
    // Two are free and repay; three more are lacking, and one that somebody wants.
    expect(child.uplink.asks.get(lamp)?.atLeast).toBe(4);
    ask(child, COLUMN_MAX);
    expect(child.uplink.asks.get(lamp)?.atLeast).toBe(COLUMN_MAX);
  });

  test('[L3] end with a grant of all of it, and not of a part', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    child.cells(0, 3, [lamp, 3]);
    expect(child.uplink.asks.has(lamp)).toBe(true);
    child.cells(3, 4, [lamp, 4]);
    expect(child.uplink.asks.has(lamp)).toBe(false);
  });

  test('[R4] end with a no to as much, and not to less', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    const no = (atLeast: number, at = lamp) =>
      child.uplink.denied({ kind: 'denied', writer: self, parent, items: [{ pool: at, atLeast }] });
    expect([no(3), no(9, bulb), child.uplink.asks.size]).toEqual([[], [], 1]);
    expect([no(4), child.uplink.asks.size]).toEqual([[lamp], 0]);
  });

  test('[L3] go at once to a link that begins anew', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    child.frames('asks');
    child.uplink.close();
    expect(child.frames('asks')).toEqual([]);
    child.welcome();
    expect(child.wakesIn).toBe(Number.NEGATIVE_INFINITY);
    expect(wanted(child.frames('asks'))).toHaveLength(1);
  });
});

describe('[L3] a recall', () => {
  const recall = (child: Child, given: number) => {
    const frame: Recalls = { kind: 'recalls', writer: self, parent, items: [{ pool: lamp, keep: 1, given }] };
    return child.uplink.recall(frame);
  };

  test('[L3] counts while it knows what was sent, until the next grant or the end of the link', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    expect([recall(child, 3), recall(child, 5), child.uplink.recalls.size]).toEqual([[], [], 0]);
    expect(recall(child, 4)).toEqual([lamp]);
    expect(child.uplink.recalls.get(lamp)).toEqual({ keep: 1, given: 4 });
    child.cells(3, 4, [bulb, 4]);
    expect(child.uplink.recalls.has(lamp)).toBe(true);
    child.cells(4, 5, [lamp, 6]);
    expect(child.uplink.recalls.has(lamp)).toBe(false);
    recall(child, 6);
    child.uplink.close();
    expect(child.uplink.recalls.size).toBe(0);
    child.welcome();
    recall(child, 6);
    child.welcome();
    expect(child.uplink.recalls.size).toBe(0);
  });
});

describe('[F3a] a welcome of another parent', () => {
  test('[F3a] is written down, and nothing counts that the one before was asked for or told of', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    child.uplink.ask(lamp, 9, 60_000);
    expect(child.uplink.hello().parentSeen).toEqual({ writer: parent, seq: 3 });
    child.uplink.close();
    child.welcome([child.point()], name('paris'));
    expect(child.journal.entries.at(-1)?.entry.body).toEqual({ type: 'reparented', parent: name('paris') });
    expect([child.uplink.asks.size, child.uplink.parent]).toEqual([0, name('paris')]);
    expect(child.uplink.hello().parentSeen).toEqual({ writer: name('paris'), seq: 0 });
    // Its own chain went on, so the parent lacks the end of it.
    expect(child.frames('stream')).toHaveLength(1);
  });

  test('[L1] the same parent is no news', () => {
    const child = new Child();
    child.welcome();
    const { length } = child.journal.entries;
    child.welcome();
    expect(child.journal.entries).toHaveLength(length);
  });
});

describe('[F1] a parent that knows more of it', () => {
  test('[F1] ends it, by a welcome or an ack; and one that shut it out', () => {
    const child = new Child();
    const ahead = { ...child.point(), seq: 2 };
    expect([child.welcome([ahead]), child.uplink.isOpen]).toEqual(['rollback', false]);
    child.welcome();
    expect(child.ack({ has: [ahead] })).toBe('rollback');
    expect(child.ack({ settled: [ahead] })).toBe('rollback');
    expect(child.ack({ has: [child.point()], settled: [child.point()] })).toBe(undefined);
    expect(child.ack({ fenced: [{ ...child.point(), reason: 'retired' }] })).toBe('fenced');
    expect(child.ack({ fenced: [{ ...child.point(), writer: name('desk'), reason: 'retired' }] })).toBe(
      undefined,
    );
  });

  test('[L1] says hello with its own head first, and all others after it', () => {
    const child = new Child();
    child.ledger.addStream(name('desk'), newHead('terminal', self, 'desk' as ReplicaId));
    const { writer, heads, parentSeen } = child.uplink.hello();
    expect([writer, parentSeen]).toEqual([self, { writer: parent, seq: 0 }]);
    expect(heads.map((head) => head.writer)).toEqual([self, name('desk')]);
    expect(heads[0]).toEqual(child.point());
  });
});
