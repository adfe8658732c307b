/** How often a writer puts a digest of its rows into its chain (D6). */
import { expect, test } from 'vitest';
import { receive } from './commands.test-kit.ts';
import { type Node, shop } from './world.test-kit.ts';

const EVERY = 3;

/** One entry each. */
function receiveTimes(node: Node, times: number, name: string): void {
  for (let i = 0; i < times; i += 1)
    expect(node.do(receive(`${name}-${i}`, { lamp: 1 }))).toMatchObject({ ok: true });
}

function checkpointsOf(node: Node): number[] {
  const own = node.journal.entries.filter(({ entry }) => entry.writer === node.self);
  return own.filter(({ entry }) => entry.body.type === 'checkpoint').map(({ entry }) => entry.seq);
}

test('[D6] a digest ends each turn that passes so many entries', () => {
  const { berlin } = shop({}, { checkpointEvery: EVERY });
  receiveTimes(berlin, 6, 'd');
  expect(checkpointsOf(berlin)).toEqual([4, 7, 10]);
});

test('[D6] a process that starts again before it wrote so many puts it in all the same', () => {
  const { berlin } = shop({}, { checkpointEvery: EVERY });
  for (const name of ['a', 'b', 'c', 'd']) {
    receiveTimes(berlin, 1, name);
    berlin.restart();
  }
  expect(checkpointsOf(berlin)).toEqual([4, 7]);
});

test('[D6] a new life begins to count anew', () => {
  const { world, berlin } = shop({}, { checkpointEvery: EVERY });
  receiveTimes(berlin, 9, 'd');
  world.calm();
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  berlin.link();
  world.calm();
  receiveTimes(berlin, 3, 'e');
  expect(checkpointsOf(berlin)).toEqual([4, 7]);
});

test('[F1][D6] a commit that failed is no reason to write: who was put back says nothing before it has met a peer (seed 166)', () => {
  const { world, berlin } = shop({}, { checkpointEvery: EVERY });
  receiveTimes(berlin, 3, 'd');
  const { seq } = berlin.replica.ledger.self.head;
  berlin.replica.execute(9, receive('e', { lamp: 1 }), world.now);
  berlin.replica.endTurn(world.now);
  berlin.replica.putBack();
  berlin.turn();
  expect(berlin.replica.ledger.self.head.seq).toBe(seq);
});
