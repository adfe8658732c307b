/** What a process tells those who are linked to it of what another process of the same replica wrote. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import { caughtUp, headOf, process } from './absorb.test-kit.ts';
import { absorb } from './absorb.ts';
import { receive, sell } from './commands.test-kit.ts';
import type { Replica } from './replica.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');

/** Another process of the same replica that is current, and has the links of these children. */
function linked(node: Node, ...children: readonly Node[]): Replica {
  const follower = process(node);
  absorb(follower, caughtUp(node, 0));
  for (const child of children) {
    const opened = follower.childUp(child.hello(), { protocol: 1, channels: [] }, node.world.now);
    expect(opened).toMatchObject({ ok: true });
  }
  told(follower, node);
  return follower;
}

/** What leaves a follower in a turn that has nothing to write: whom it hangs up on, and who is told of whose end. */
function told(follower: Replica, { world }: Node) {
  expect(follower.endTurn(world.now)).toBeUndefined();
  const { frames, hangUps } = follower.keep(world.now);
  const acks = frames.flatMap(({ to, frame }) => (frame.kind === 'ack' ? [{ to, ...frame }] : []));
  return {
    acks: acks.map(({ to, fenced }) => ({ to, fenced: fenced.map(({ writer }) => writer) })),
    hangUps: hangUps.map(({ peer }) => peer),
  };
}

/** Its turns, each behind what the first one wrote meanwhile: what it writes, and what it tells to whom. */
function turnsOf(other: Replica, hq: Node) {
  const { now } = hq.world;
  return (act: (self: Replica) => void = () => {}) => {
    const from = other.ledger.position;
    if (from < hq.journal.entries.length) absorb(other, caughtUp(hq, from));
    act(other);
    const writes = other.endTurn(now);
    return { runs: writes?.runs, frames: other.keep(now).frames };
  };
}

describe('[L1] a process that is linked to a shop tells it what another one wrote', () => {
  test('[L1] what was granted to it, and to nobody else', () => {
    const { world, hq, berlin } = shop();
    world.comesToRest = false;
    const rome = world.add('rome', 'store', hq);
    const turn = turnsOf(linked(hq, berlin), hq);
    const items = [{ pool: pool('lamp', 'hq'), n: 2 }];
    hq.do(receive('d1', { lamp: 6 }, 'hq'));
    const told = (to: WriterId) => {
      hq.turn((self, now) => self.ledger.append({ type: 'sent', to, items }, '', 'system', now));
      return turn().frames.filter(({ frame }) => frame.kind === 'cells');
    };
    const cells = items.map((item) => ({ ...item, to: berlin.self }));
    expect(told(berlin.self)).toMatchObject([{ to: berlin.id, frame: { cells } }]);
    // Rome is linked elsewhere, and so is Berlin's next life.
    for (const writer of [rome.self, `berlin.2.${'e'.repeat(32)}` as WriterId])
      expect(told(writer)).toEqual([]);
  });

  test('[L1] how far its words and those from below it came by another link', () => {
    const { world, hq, berlin, till } = shop();
    const turn = turnsOf(linked(hq, berlin), hq);
    till.do(receive('d1', { lamp: 1 }, 'till'));
    berlin.do(receive('d1', { lamp: 1 }));
    world.calm();
    const acks = turn().frames.filter(({ frame }) => frame.kind === 'ack');
    const points = [berlin, till].map(({ self, replica }) => {
      const { seq, hash } = replica.ledger.self.head;
      return { writer: self, seq, hash };
    });
    expect(acks).toHaveLength(1);
    expect(acks[0]).toMatchObject({ to: berlin.id, frame: { has: expect.arrayContaining(points) } });
  });

  test('[R4] and gives at once what another one took for it', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const [paris, rome] = [world.add('paris', 'store', hq), world.add('rome', 'store', hq)];
    const asks = (node: Node) => {
      const items = [{ pool: lamp, atLeast: 3, waitMs: 5_000 }];
      return { kind: 'asks', writer: node.self, parent: hq.self, items } as const;
    };
    hq.hear(rome.id, asks(rome));
    world.calm();
    expect(rome.free('lamp')).toBe(3);
    const turn = turnsOf(linked(hq, paris, rome), hq);
    // Paris asks; Rome may give back what it has, and does not answer.
    const asked = turn((self) => self.frame(paris.id, asks(paris), world.now));
    expect(asked.frames.map(({ to, frame }) => [to, frame.kind])).toEqual([[rome.id, 'recalls']]);
    const items = [{ pool: lamp, n: 3 }];
    berlin.turn((self, now) => self.ledger.append({ type: 'sent', to: hq.self, items }, '', 'system', now));
    world.calm();
    expect(hq.free('lamp')).toBe(3);
    expect(turn().runs).toMatchObject([
      { entries: [{ entry: { body: { type: 'sent', to: paris.self, items } } }] },
    ]);
  });
});

describe('[L1] a child whose link another process has', () => {
  test('[F3] is told once of who was shut out elsewhere, in an entry or beside the entries', () => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    const desk = world.add('desk', 'terminal', berlin);
    const follower = linked(hq, berlin);
    const at = follower.ledger.durablePosition;
    till.cut();
    till.isRunning = false;
    berlin.turn((self, now) => self.retire(till.id, now));
    world.calm();
    absorb(follower, caughtUp(hq, at));
    expect(told(follower, hq).acks).toEqual([{ to: 'berlin', fenced: [till.self] }]);
    const { seq, hash } = headOf(hq.replica, desk.self);
    const head = { ...headOf(hq.replica, desk.self), fence: { seq, hash, reason: 'retired' } as const };
    const beside = { runs: [], heads: [{ writer: desk.self, head }] };
    absorb(follower, beside);
    expect(told(follower, hq).acks).toEqual([{ to: 'berlin', fenced: [desk.self] }]);
    // What is said of it later is no news of its end, and goes with the next ack.
    absorb(follower, beside);
    expect(told(follower, hq).acks).toEqual([]);
    world.pass(60_000);
    expect(told(follower, hq).acks).toEqual([{ to: 'berlin', fenced: [desk.self] }]);
  });

  test('[F3] is told once whom the other process shut out itself', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const paris = world.add('paris', 'store', hq);
    const follower = linked(hq, berlin);
    const at = follower.ledger.durablePosition;
    paris.cut();
    paris.isRunning = false;
    hq.turn((self, now) => self.retire(paris.id, now));
    world.calm();
    absorb(follower, caughtUp(hq, at));
    world.pass(60_000);
    expect(told(follower, hq).acks).toEqual([{ to: 'berlin', fenced: [paris.self] }]);
    expect(told(follower, hq).acks).toEqual([]);
  });

  test('[L1] is told with the next ack how far others of its part of the tree came, and not at once', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const follower = linked(hq, berlin);
    for (const fenced of [[{ to: 'berlin', fenced: [] }], []]) {
      const at = follower.ledger.durablePosition;
      berlin.do(sell(`o${at}`, { lamp: 1 }));
      world.calm();
      absorb(follower, caughtUp(hq, at));
      expect(told(follower, hq).acks).toEqual(fenced);
    }
    world.pass(60_000);
    expect(told(follower, hq).acks).toEqual([{ to: 'berlin', fenced: [] }]);
  });

  test('[F6] is hung up on where a new life began elsewhere, and for nothing less', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const follower = linked(hq, berlin);
    const at = follower.ledger.durablePosition;
    berlin.do(sell('o1', { lamp: 1 }));
    world.calm();
    absorb(follower, caughtUp(hq, at));
    expect(told(follower, hq).hangUps).toEqual([]);
    const then = follower.ledger.durablePosition;
    hq.turn((self, now) => self.becomeNewWriter('rollback', now));
    absorb(follower, caughtUp(hq, then));
    expect(told(follower, hq).hangUps).toEqual(['berlin']);
  });
});
