/** What a child sends of its journal, and when, without a parent (L2, L5). */
import { describe, expect, test } from 'vitest';
import { splitEntries } from '../wire/slices.ts';
import { name } from './books.test-kit.ts';
import { ABOVE, newHead } from './stream.ts';
import { Child, parent, places, RESEND_MS, self } from './uplink.test-kit.ts';

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
    // That it came no further is no progress.
    child.ack({ cursor: 2 });
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

  test('[L5] its window is full from its last byte on, and never without a parent', () => {
    const child = new Child({ streamBytesTarget: 1, inFlightBytesMax: 1_000_000 });
    expect(child.uplink.isFull).toBe(false);
    child.welcome();
    child.receive(1);
    const bytes = child.frames('stream').reduce((sum, { entries }) => sum + entries.length, 0);
    expect([bytes > 0, child.uplink.isFull]).toEqual([true, false]);
    const narrow = new Child({ streamBytesTarget: 1, inFlightBytesMax: bytes });
    narrow.welcome();
    expect(narrow.uplink.isFull).toBe(false);
    narrow.receive(1);
    narrow.frames('stream');
    expect(narrow.uplink.isFull).toBe(true);
    narrow.ack({ cursor: 2 });
    expect(narrow.uplink.isFull).toBe(false);
  });

  test('[L5] that fills its window to the last byte waits for the ack, and for nothing after it', () => {
    const first = new Child();
    first.welcome();
    first.receive(1);
    const [only] = first.frames('stream');
    const child = new Child({
      streamBytesTarget: 1,
      inFlightBytesMax: only?.entries.length ?? 0,
      gatherMs: 100,
    });
    child.welcome();
    child.receive(1);
    child.receive(2);
    expect(places(child.frames('stream'))).toEqual([[1, 2]]);
    expect(child.wakesIn).toBe(RESEND_MS);
    child.ack({ cursor: 2 });
    expect(child.wakesIn).toBeLessThanOrEqual(0);
    expect(places(child.frames('stream'))).toEqual([[2, 3]]);
  });

  test('[L5] passes over a long stretch that its parent has step by step, and not all in one turn', () => {
    const child = new Child({ streamBytesTarget: 1, inFlightBytesMax: 1 });
    child.welcome();
    for (const n of [1, 2, 3]) child.receive(n);
    child.uplink.told(child.ledger.self);
    for (const at of [1, 2, 3]) {
      const [frame, ...more] = child.frames('stream');
      expect([frame?.from, frame?.to, frame?.entries.length, more]).toEqual([at, at + 1, 0, []]);
    }
    expect(child.frames('stream')).toEqual([]);
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

  test('[L2] is asked after while an ack is missing, though all of it is settled already', () => {
    const child = new Child();
    child.welcome();
    child.receive(1);
    child.frames('stream');
    child.ack({ cursor: 1, settled: [child.point()] });
    child.pass(RESEND_MS);
    expect(places(child.frames('stream'))).toEqual([[2, 2]]);
    expect(child.wakesIn).toBe(2 * RESEND_MS);
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
