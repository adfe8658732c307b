/** What would make rights out of nothing, and what would pass what numbers can say: L7, T6, T7. */
import { expect, test } from 'vitest';
import type { EntryBody, FenceReason } from '../entry/entry.ts';
import type { LineId, OrderId, WriterId } from '../ids.ts';
import { cancel, sell } from '../replica/commands.test-kit.ts';
import { type Node, pool, shop } from '../replica/world.test-kit.ts';
import { COLUMN_MAX } from '../tally/row.ts';
import type { Levels } from '../wire/frames.ts';
import { Forger } from './forger.test-kit.ts';

const lamp = pool('lamp');
const cancelled = (orderId: string, of = lamp): EntryBody => ({
  type: 'cancelled',
  orderId: orderId as OrderId,
  reason: 'x',
  lines: [{ lineId: '1' as LineId, pool: of, n: 1 }],
});

const lies: readonly [string, FenceReason, (berlin: Node, till: Node) => EntryBody][] = [
  ['cancels an order that nobody sold', 'departed', () => cancelled('nobody-1')],
  ['cancels another pool than was sold', 'departed', () => cancelled('b1', pool('bulb'))],
  [
    'cancels a line that the order does not have',
    'departed',
    () => {
      const body = cancelled('b1') as Extract<EntryBody, { type: 'cancelled' }>;
      return { ...body, lines: [{ lineId: '9' as LineId, pool: lamp, n: 1 }] };
    },
  ],
  [
    'took from somebody never heard of',
    'false-took',
    () => ({
      type: 'took',
      from: `ghost.1.${'9'.repeat(32)}` as WriterId,
      items: [{ pool: lamp, seq: 1, n: 500 }],
    }),
  ],
  ['sends to itself', 'rights', ({ self }) => ({ type: 'sent', to: self, items: [{ pool: lamp, n: 1 }] })],
  [
    'takes back from somebody never heard of',
    'rights',
    () => ({
      type: 'reclaimed',
      writer: `ghost.1.${'9'.repeat(32)}` as WriterId,
      items: [{ pool: lamp, n: 500 }],
    }),
  ],
  [
    'takes back from itself',
    'rights',
    ({ self }) => ({ type: 'reclaimed', writer: self, items: [{ pool: lamp, n: 1 }] }),
  ],
];

test.each(lies)('[L7] who %s is fenced at the root: %s', (_, reason, lie) => {
  const { world, hq, berlin, till } = shop({ lamp: 5 });
  berlin.do(sell('b1', { lamp: 2 }, { departsFrom: [] }));
  world.calm();
  new Forger(berlin).say(lie(berlin, till));
  expect(hq.fenceOf(berlin.self)).toBe(reason);
});

test('[L7] an owner that cancels its own order is not taken for a liar', () => {
  const { world, hq, berlin } = shop({ lamp: 5 });
  berlin.do(sell('b1', { lamp: 2 }, { departsFrom: [] }));
  expect(berlin.do(cancel('c1', 'b1'))).toMatchObject({ ok: true });
  world.calm();
  expect(hq.fenceOf(berlin.self)).toBeUndefined();
});

const most = COLUMN_MAX;
const found = (more: number, less: number) => ({ pool: lamp, found: 0, more, less, owed: less });
const counted = (...lines: ReturnType<typeof found>[]): EntryBody => ({ type: 'counted', reason: '', lines });

test.each<[string, EntryBody[]]>([
  ['in one entry', [counted(found(0, most - 9), found(0, 10))]],
  ['over two entries', [counted(found(most - 5, 0)), counted(found(1, 0))]],
])('[T7] who passes what a column counts, %s, is shut out before: nothing is rounded', (_, lies) => {
  const { hq, berlin } = shop({ lamp: 5 });
  new Forger(berlin).say(...lies);
  expect(hq.fenceOf(berlin.self)).toBe('rights');
});

test('[T7] who comes as far as a column counts is believed', () => {
  const { hq, berlin } = shop({ lamp: 5 });
  new Forger(berlin).say(counted(found(most - 6, 0)), counted(found(1, 0)));
  expect(hq.fenceOf(berlin.self)).toBeUndefined();
  expect(hq.row('lamp', 'berlin', berlin.self).received).toBe(most);
});

test('[T7] sums of a liar stay within what a frame can say', () => {
  const { world, hq, berlin } = shop({ lamp: 5 });
  const paris = world.add('paris', 'store', hq);
  paris.cut();
  paris.link({ wantsLevels: true });
  world.calm();
  const huge = { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 2 ** 31 - 1 }] } as const;
  const used = { type: 'took', from: hq.self, items: [{ pool: lamp, seq: 1, n: COLUMN_MAX }] } as const;
  new Forger(berlin).say(huge, used, used, { ...huge });
  world.pass(60_000);
  hq.turn();
  const told = world.intercept('levels').map(({ frame }) => frame as Levels);
  expect(told.length).toBeGreaterThan(0);
  for (const item of told.flatMap(({ items }) => items)) expect(Number.isSafeInteger(item.onHand)).toBe(true);
  expect(hq.fenceOf(paris.self)).toBeUndefined();
});

test('[L7] pools that nobody has heard of are remembered up to a bound', () => {
  const { hq, berlin } = shop({ lamp: 5 });
  for (let round = 0; round < 12; round += 1) {
    const items = Array.from({ length: 1_000 }, (_, i) => ({
      pool: pool(`ghost-${round}-${i}`),
      atLeast: 1,
      waitMs: 1_000,
    }));
    hq.hear(berlin.id, { kind: 'asks', writer: berlin.self, parent: hq.self, items });
  }
  expect(hq.replica.hub.child(berlin.id).pools.size).toBeLessThan(10_100);
});
