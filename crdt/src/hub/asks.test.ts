/** What a parent hears of an ask: L3, L7. */
import { describe, expect, test } from 'vitest';
import type { PoolId } from '../ids.ts';
import { receive, sell } from '../replica/commands.test-kit.ts';
import { type Node, pool, shop } from '../replica/world.test-kit.ts';
import type { Asks } from '../wire/frames.ts';
import { hearAsks } from './asks.ts';
import type { Session } from './child.ts';

const lamp = pool('lamp');
const STRANGE_POOLS_MAX = 10_000;

function asks(till: Node, items: Asks['items']): Asks {
  return { kind: 'asks', writer: till.self, parent: (till.parent as Node).self, items };
}

const one = (at: PoolId, atLeast: number) => ({ pool: at, atLeast, waitMs: 5_000 });

describe('[L3] an ask', () => {
  test('[L3] for what was granted already is answered with its cell, which the child has not heard of', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    till.ask(sell('t1', { lamp: 3 }, { waitMs: 5_000 }));
    world.deliver(world.intercept('asks')[0] as never);
    expect(world.intercept('cells')).toHaveLength(1);
    const sent = berlin.row('lamp').sent[0]?.n ?? 0;
    const before = berlin.journal.entries.length;
    const out = berlin.hear(till.id, asks(till, [one(lamp, sent)]));
    expect(out.frames.map(({ frame }) => frame)).toMatchObject([
      { kind: 'cells', cells: [{ pool: lamp, n: sent, to: till.self }] },
    ]);
    expect(berlin.journal.entries.length).toBe(before);
  });

  test('[L3] makes somebody wait for what was not granted, and for nothing else', () => {
    const { world, berlin, till } = shop({ lamp: 9 });
    world.comesToRest = false;
    const { hub, ledger } = berlin.replica;
    const known = hub.child(till.id);
    const heard = (atLeast: number) => {
      const frame = asks(till, [one(lamp, atLeast)]);
      return hearAsks(hub, ledger, known, known.session as Session, frame, berlin.settings, world.now);
    };
    expect([heard(0), heard(2)]).toEqual([[], [lamp]]);
  });

  test('[L3] for one unit more is an ask', () => {
    const { berlin, till } = shop({ lamp: 9 });
    berlin.hear(till.id, asks(till, [one(lamp, 2)]));
    const [{ n: sent } = { n: 0 }] = berlin.row('lamp').sent;
    berlin.hear(till.id, asks(till, [one(lamp, sent + 1)]));
    expect(berlin.row('lamp').sent[0]?.n).toBeGreaterThan(sent);
  });
});

test('[L7] pools that nobody has heard of may be asked for up to a bound; what is beyond it is refused, and forgotten', () => {
  const { world, berlin, till } = shop({ lamp: 1 });
  world.comesToRest = false;
  const known = berlin.replica.hub.child(till.id);
  known.strangePools = STRANGE_POOLS_MAX - 2;
  const denied = (...skus: string[]) => {
    const items = skus.map((sku) => one(pool(sku), 2));
    const { frames } = berlin.hear(till.id, asks(till, items));
    return frames.flatMap(({ frame }) => (frame.kind === 'denied' ? frame.items : []));
  };
  expect(denied('a', 'b', 'c', 'd')).toEqual(['c', 'd'].map((sku) => ({ pool: pool(sku), atLeast: 2 })));
  expect([...known.pools.keys()]).toEqual(expect.arrayContaining([pool('a'), pool('b')]));
  expect(known.pools.has(pool('c'))).toBe(false);
  // What was asked for before, or is known here, is no stranger.
  berlin.do(receive('d1', { c: 9 }));
  expect(denied('a', 'c', 'e')).toEqual([{ pool: pool('e'), atLeast: 2 }]);
  expect(known.strangePools).toBe(STRANGE_POOLS_MAX);
});
