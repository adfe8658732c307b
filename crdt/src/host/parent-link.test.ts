/** The child's end of its link: how it comes up. */
import { expect, test, vi } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { atFirst, name } from '../replica/books.test-kit.ts';
import type { Replica } from '../replica/replica.ts';
import type { ErrorCode } from '../wire/error-codes.ts';
import type { Frame } from '../wire/frames.ts';
import type { Engine } from './engine.ts';
import { type ConnectionEvents, ParentLink } from './parent-link.ts';

/** A link that is being opened, and what the shop says on it. */
function connecting() {
  const said: Frame[] = [];
  const connections: ConnectionEvents[] = [];
  const timers = new Set<() => void>();
  const after = (_: number, act: () => void) => {
    timers.add(act);
    return () => timers.delete(act);
  };
  const writer = name('berlin');
  const replica = {
    ledger: { self: { writer } },
    settings: { kind: 'store' },
    uplink: { hello: () => ({ writer, parentSeen: null, heads: [] }) },
    beginLife: () => {},
    say: (_: unknown, frame: Frame) => said.push(frame),
  } as unknown as Replica;
  const link = new ParentLink({
    engine: {
      run: (run: (replica: Replica, now: typeof atFirst) => void) => run(replica, atFirst),
      runDurably: async (run: (replica: Replica, now: typeof atFirst) => unknown) => run(replica, atFirst),
    } as unknown as Engine,
    identity: { replica: 'berlin' as ReplicaId, sign: async () => new Uint8Array(64) } as never,
    wantsLevels: false,
    machine: { now: () => atFirst, nextPass: (run) => run(), after, random: () => 0 },
    url: 'ws://hq',
    connect: (events) => {
      connections.push(events);
      return { send: () => {}, end: () => events.closed('ended'), waitingBytes: 0 };
    },
    catalogueVersion: () => 0,
    frame: () => {},
    changed: () => {},
  });
  link.start();
  const challenge: Frame = {
    kind: 'challenge',
    parent: 'hq' as ReplicaId,
    writer: name('hq'),
    nonce: new Uint8Array(32),
  };
  return { link, said, connections, challenge, timers };
}

test('[F2] it says one hello a connection: another would name what came since, to which no welcome answers (seed 13007971)', async () => {
  const { link, said, connections, challenge } = connecting();
  connections[0]?.frame(challenge);
  connections[0]?.frame(challenge);
  await vi.waitFor(() => expect(said).toHaveLength(1));
  connections[0]?.frame(challenge);
  await Promise.resolve();
  expect(said.map(({ kind }) => kind)).toEqual(['hello']);
  connections[0]?.closed('cut');
  link.stop();
  link.start();
  connections[1]?.frame(challenge);
  await vi.waitFor(() => expect(said).toHaveLength(2));
});

test.each<[ErrorCode, boolean]>([
  ['replica_retired', false],
  ['unknown_replica', true],
])('[L5] refused as %s it asks again: %s', (code, asksAgain) => {
  const { link, connections, timers } = connecting();
  connections[0]?.frame({ kind: 'refuse', code, message: 'berlin was retired.' });
  connections[0]?.closed('refused');
  expect(link).toMatchObject({
    state: 'down',
    why: 'refused by the parent: berlin was retired.',
    isRetired: !asksAgain,
  });
  for (const act of [...timers]) act();
  expect(connections).toHaveLength(asksAgain ? 2 : 1);
  link.start();
  expect(connections).toHaveLength(2);
  expect(link.isRetired).toBe(false);
});
