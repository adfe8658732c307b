/** The authority's disk stands for its database, and says of a turn what that says. */
import { defaultSettings, Replica, type ReplicaId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { SimDisk } from './disk.ts';
import { sha256 } from './sha256.ts';

const NOW = { wallMs: 1, monotonicMs: 1, bootId: 'ab'.repeat(16) };

function afterOneTurn(disk: SimDisk) {
  const tools = {
    sha256,
    nonce: () => 'cd'.repeat(16),
    directory: { keeperOf: () => undefined, isShared: () => false, parentOf: () => undefined },
  };
  const settings = defaultSettings('hq' as ReplicaId, 'authority');
  const replica = new Replica(settings, disk.stored(), disk, tools);
  replica.beginLife(null, NOW);
  const writes = replica.endTurn(NOW);
  if (writes === undefined) throw new Error('a life begins with an entry');
  disk.commit(writes);
  return disk;
}

test('[D7] what stands in the books is settled, for whoever opens them after a crash', () => {
  const [opened] = [...afterOneTurn(new SimDisk(true)).stored().streams];
  expect(opened?.head).toMatchObject({ seq: 1, settled: { seq: 1 } });
  const [elsewhere] = [...afterOneTurn(new SimDisk()).stored().streams];
  expect(elsewhere?.head).toMatchObject({ seq: 1, settled: { seq: 0 } });
});
