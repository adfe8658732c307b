/** What a process tells those who are linked to it of what another process of the same replica wrote. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import { caughtUp, process } from './absorb.test-kit.ts';
import { absorb } from './absorb.ts';
import { receive } from './commands.test-kit.ts';
import type { Replica } from './replica.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');

/** Another process of the authority, to which these shops are linked while a first one writes. */
function processLinkedTo(hq: Node, ...shops: readonly Node[]) {
  const { now } = hq.world;
  const other = process(hq);
  absorb(other, caughtUp(hq, 0));
  for (const node of shops) {
    const opened = other.childUp(node.hello(), { protocol: 1, channels: [] }, now);
    expect(opened).toMatchObject({ ok: true });
  }
  /** One turn of it, behind what the first one wrote meanwhile. @returns what it writes, and what it tells to whom. */
  const turn = (act: (self: Replica) => void = () => {}) => {
    const from = other.ledger.position;
    if (from < hq.journal.entries.length) absorb(other, caughtUp(hq, from));
    act(other);
    const writes = other.endTurn(now);
    return { runs: writes?.runs, frames: other.keep(now).frames };
  };
  turn();
  return turn;
}

describe('[L1] a process that is linked to a shop tells it what another one wrote', () => {
  test('[L1] what was granted to it, and to nobody else', () => {
    const { world, hq, berlin } = shop();
    world.comesToRest = false;
    const rome = world.add('rome', 'store', hq);
    const turn = processLinkedTo(hq, berlin);
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
    const turn = processLinkedTo(hq, berlin);
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

  test('[F3] whom somebody below shut out', () => {
    const { world, hq, berlin, till } = shop();
    const turn = processLinkedTo(hq, berlin);
    berlin.turn((self, now) => self.retire(till.id, now));
    world.calm();
    expect(hq.fenceOf(till.self)).toBe('retired');
    const acks = turn().frames.filter(({ frame }) => frame.kind === 'ack');
    expect(acks).toMatchObject([{ frame: { fenced: [{ writer: till.self, reason: 'retired' }] } }]);
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
    const turn = processLinkedTo(hq, paris, rome);
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
