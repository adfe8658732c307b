/** The child's side of its link, without a parent: what it makes of each frame (L1, L2, F1, F3a). */
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import type { Cells, Seen } from '../wire/frames.ts';
import { Books, name } from './books.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import { newHead } from './stream.ts';
import { bulb, Child, lamp, parent, RESEND_MS, self } from './uplink.test-kit.ts';
import { Uplink } from './uplink.ts';

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

  test('[L2] of the parent are left beyond a gap and taken with what is missing; those of others have no cursor', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    expect(child.cells(5, 8, [lamp, 6], [bulb, 1])).toEqual([]);
    const cells = [
      { pool: lamp, from: parent, to: self, n: 6, seq: 7 },
      { pool: bulb, from: name('hq'), to: self, n: 3, seq: 2 },
    ];
    const frame: Cells = { kind: 'cells', writer: self, parent, from: 8, to: 8, cells };
    expect(child.uplink.cells(frame, child.now)).toEqual([bulb]);
    child.commit();
    expect([child.took, child.ledger.self.head.parentSeen]).toEqual([4, 3]);
    expect(child.cells(3, 8, [lamp, 6], [bulb, 1])).toEqual([lamp, bulb]);
    expect([child.took, child.ledger.self.head.parentSeen]).toEqual([6, 8]);
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

test('[F3] what somebody took elsewhere is told, and is nobody’s to take', () => {
  const child = new Child();
  child.welcome();
  const cells = [{ pool: lamp, from: name('desk'), to: self, n: 4, seq: 0 }];
  const frame: Cells = { kind: 'cells', writer: self, parent, from: 0, to: 3, cells };
  expect(child.uplink.cells(frame, child.now)).toEqual([]);
  expect(child.ledger.self.row(lamp).took).toEqual([]);
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

  test('[L1] who never had a parent has seen nothing of one', () => {
    const { ledger } = new Books();
    const uplink = new Uplink(ledger, hastySettings('hq' as ReplicaId, 'authority'));
    expect(uplink.hello()).toMatchObject({ writer: ledger.self.writer, parentSeen: null });
  });
});
