/** The authority's books put back to an earlier point: F6. */
import { describe, expect, test } from 'vitest';
import { incarnationOf, type ReplicaId, type WriterId } from '../ids.ts';
import { appendCheckpoint } from './checkpoint.ts';
import { reclaim } from './commands.test-kit.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import {
  accountOf,
  expectSum,
  grant,
  lamp,
  missing,
  notice,
  putBack,
  sellAt,
  twoShops,
} from './put-back.test-kit.ts';
import { isForgottenAt } from './recovery.ts';
import { type Letter, type Node, shop } from './world.test-kit.ts';

describe('[F6] an authority whose books were put back', () => {
  test('[F6] goes on as a new writer without rights, and its children keep what they hold', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    sellAt(world, paris, 'p1', 2);
    grant(world, hq, paris, 2);
    const held = paris.free('lamp');
    const before = putBack(hq, [berlin, paris], image);
    notice(hq);
    expect([incarnationOf(hq.self), hq.fenceOf(before)]).toEqual([2, 'rollback']);
    berlin.link();
    paris.link();
    world.calm();
    expect(hq.free('lamp')).toBe(0);
    expect([paris.free('lamp'), paris.replica.ledger.self.head.parent]).toEqual([held, hq.self]);
    expect([hq.fenceOf(paris.self), hq.fenceOf(berlin.self)]).toEqual([undefined, undefined]);
    // The sale that the books had forgotten is in them again, once.
    expect(hq.row('lamp', 'berlin', paris.self).used).toBe(2);
    expect(hq.history.filter((line) => line === 'paris:sold')).toHaveLength(1);
    expectSum(hq, 9);
  });

  test('[F6] notices by a child that has seen more of its chain than it wrote', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    sellAt(world, paris, 'p1', 2);
    const before = putBack(hq, [berlin, paris], image);
    expect(hq.self).toBe(before);
    paris.link();
    expect(hq.self).not.toBe(before);
    world.calm();
    paris.link();
    world.calm();
    expect(paris.replica.ledger.self.head.parent).toBe(hq.self);
  });

  test('[F6] a surrender in the very turn that tells it so is its former life’s', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    grant(world, hq, paris, 2);
    // Paris gives back what it has left, to the life that its books forget.
    paris.turn((self, now) => {
      const items = [{ pool: lamp, n: paris.free('lamp') }];
      self.ledger.append({ type: 'sent', to: hq.self, items }, '', 'system', now);
    });
    const given = paris.row('lamp').sent.reduce((sum, { n }) => sum + n, 0);
    expect(given).toBeGreaterThan(0);
    const before = putBack(hq, [berlin, paris], image);
    // Hello and stream come in one turn, before anybody has heard of a new life.
    const hello = paris.hello({ parentSeen: null });
    hq.turn((self, now) => {
      const opened = self.childUp(hello, { protocol: 1, channels: [] }, now);
      expect(opened).toMatchObject({ ok: true });
      const from = opened.ok ? (opened.welcome.has.find(({ writer }) => writer === paris.self)?.seq ?? 0) : 0;
      const base = paris.journal.positionBefore(paris.self, from + 1);
      const slice = paris.journal.readStream(base, 1_000_000);
      const frame = { writer: paris.self, base, from: base, to: slice.to, entries: slice.bytes };
      self.frame(paris.id, { kind: 'stream', ...frame }, now);
    });
    expect(hq.self).not.toBe(before);
    expect(hq.row('lamp', 'berlin', paris.self).sent).toMatchObject([{ writer: before, n: given }]);
    expect(hq.row('lamp').took).toEqual([]);
  });

  test('[F6] grants only what it received since, until every child has answered', () => {
    const { world, hq, berlin, paris } = twoShops();
    // The authority holds units of its own when the copy is made.
    berlin.turn((self, now) => {
      self.ledger.append({ type: 'sent', to: hq.self, items: [{ pool: lamp, n: 5 }] }, '', 'system', now);
    });
    world.calm();
    expect(hq.free('lamp')).toBe(5);
    const image = hq.journal.image(hq.journal.commitCount);
    sellAt(world, paris, 'p1', 2);
    const before = putBack(hq, [berlin, paris], image);
    notice(hq);
    berlin.link();
    world.calm();
    expect(missing(hq)).toEqual(['paris']);
    const left = accountOf(hq, before);
    expect(left).toBeGreaterThan(0);
    expect(hq.do(reclaim('r1', before, { lamp: 1 }))).toMatchObject({ code: 'former_lives_unknown' });
    // What a child sends it from now on is its own.
    berlin.turn((self, now) => {
      self.ledger.append({ type: 'sent', to: hq.self, items: [{ pool: lamp, n: 1 }] }, '', 'system', now);
    });
    world.calm();
    expect(hq.free('lamp')).toBe(1);
    paris.link();
    world.calm();
    expect(missing(hq)).toEqual([]);
    // Now it is known what Paris had of it.
    const known = accountOf(hq, before);
    expect(known).toBe(5 - 2 - paris.free('lamp'));
    expect(known).toBeLessThan(left);
    expectSum(hq, 9);
    expect(hq.do(reclaim('r2', before, { lamp: known + 1 }))).toMatchObject({ code: 'more_than_ordered' });
    if (known > 0) expect(hq.do(reclaim('r3', before, { lamp: known }))).toMatchObject({ ok: true });
    expectSum(hq, 9);
  });

  test('[F6] shuts out no honest child for what it wrote before it knew', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    sellAt(world, paris, 'p1', 2);
    const { seq } = hq.replica.ledger.self.head;
    const before = putBack(hq, [berlin, paris], image);
    // Another history of the same entries, that nobody outside ever saw.
    while (hq.replica.ledger.self.head.seq < seq) hq.turn((self, now) => appendCheckpoint(self.ledger, now));
    notice(hq);
    paris.link();
    world.calm();
    expect(hq.fenceOf(paris.self)).toBeUndefined();
    expect(hq.row('lamp', 'berlin', paris.self).took).toMatchObject([{ writer: before }]);
  });

  test('[F6] a child that was retired is not waited for', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    sellAt(world, paris, 'p1', 2);
    putBack(hq, [berlin, paris], image);
    notice(hq);
    berlin.link();
    world.calm();
    expect(missing(hq)).toEqual(['paris']);
    hq.turn((self, now) => expect(self.retire(paris.id, now)).toEqual([paris.self]));
    expect(missing(hq)).toEqual([]);
  });

  test('[F6] [F3a] a child that is given away is waited for until all that it did before has come (seed 80388)', () => {
    // Entry by entry: its first new word shows where it is reached now, and not yet what it took.
    const { link } = hastySettings('berlin' as ReplicaId, 'store');
    const { world, hq, berlin } = shop({ lamp: 9 }, { link: { ...link, streamBytesTarget: 1 } });
    const paris = world.add('paris', 'store', hq);
    const image = hq.journal.image(hq.journal.commitCount);
    grant(world, hq, paris, 2);
    const before = putBack(hq, [berlin, paris], image);
    notice(hq);
    berlin.link();
    world.calm();
    world.give(paris, berlin);
    expect(missing(hq)).toEqual(['paris']);
    paris.parent = berlin;
    paris.link();
    const head = () => hq.replica.ledger.streams.get(paris.self)?.head;
    const seq = head()?.seq;
    while (head()?.seq === seq) world.deliver(world.mail.shift() as Letter);
    expect([head()?.via, head()?.parent]).toEqual(['berlin', before]);
    expect(missing(hq)).toEqual(['paris']);
    expect(hq.do(reclaim('r1', before, { lamp: 1 }))).toMatchObject({ code: 'former_lives_unknown' });
    world.rejoin();
    expect([head()?.parent, missing(hq)]).toEqual([berlin.self, []]);
    expectSum(hq, 9);
  });

  test('[F6] [F3a] who took units here after the image is not given back unheard to where it stood then (seed 10302510)', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const paris = world.add('paris', 'store', berlin);
    world.calm();
    const image = hq.journal.image(hq.journal.commitCount);
    world.give(paris, hq);
    paris.parent = hq;
    paris.link();
    world.calm();
    const forgottenAt = (...parents: Node[]) =>
      parents.map((parent) => isForgottenAt(hq.replica.ledger, paris.id, parent.id));
    expect([missing(hq), ...forgottenAt(hq, berlin)]).toEqual([[], false, false]);
    grant(world, hq, paris, 2);
    putBack(hq, [berlin, paris], image);
    notice(hq);
    berlin.link();
    world.calm();
    // The registry alone knows that it stands here: given back, nobody would wait for it.
    expect([missing(hq), ...forgottenAt(hq, berlin)]).toEqual([['paris'], false, true]);
    paris.link();
    world.calm();
    expect([missing(hq), ...forgottenAt(hq, berlin)]).toEqual([[], false, false]);
    expectSum(hq, 9);
  });

  test('[F6] a child that begins a new life meanwhile is waited for until that life has spoken', () => {
    const { world, hq, berlin, paris } = twoShops();
    const image = hq.journal.image(hq.journal.commitCount);
    sellAt(world, paris, 'p1', 2);
    putBack(hq, [berlin, paris], image);
    notice(hq);
    berlin.link();
    world.calm();
    paris.turn((self, now) => self.becomeNewWriter('rollback', now));
    paris.link();
    // Its hello has shut the old life out, and nothing of the new one has come.
    expect(missing(hq)).toEqual(['paris']);
    world.calm();
    expect(missing(hq)).toEqual([]);
    expect(
      hq.row('lamp', 'berlin', (paris.replica.ledger.livesOf(paris.id)[0] as { writer: WriterId }).writer)
        .used,
    ).toBe(2);
  });
});
