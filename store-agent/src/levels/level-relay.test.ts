import type { PoolId, ReplicaId } from '@tallystick/crdt';
import type { Levels as LevelsFrame } from '@tallystick/crdt/wire';
import { expect, test } from 'vitest';
import { LevelRelay } from './level-relay.ts';
import { Levels } from './levels.ts';

const [TILL, SLOW] = ['till', 'slow'] as ReplicaId[] as [ReplicaId, ReplicaId];

const frame = (asOfMs: number, levels: Record<string, number>): LevelsFrame => ({
  kind: 'levels',
  asOfMs,
  items: Object.entries(levels).map(([pool, n]) => ({ pool: pool as PoolId, onHand: n, available: n })),
});

function relayOf(levels: Levels | undefined) {
  const sent: [ReplicaId, number, string][] = [];
  const slow = new Set<ReplicaId>();
  const clock = { nowMs: 0, arrivedMs: Number.NEGATIVE_INFINITY };
  const relay = new LevelRelay({
    levels,
    nowMs: () => 10_000,
    monotonicMs: () => clock.nowMs,
    arrivedBeforeMs: () => clock.arrivedMs,
    takes: (child) => !slow.has(child),
    send: (to, { asOfMs, items }) =>
      sent.push([to, asOfMs, items.map(({ pool, onHand }) => `${pool} ${onHand}`).join()]),
  });
  const take = (given: LevelsFrame) => {
    relay.changed(levels?.apply(given) ?? []);
  };
  const told = () => {
    relay.send();
    return sent.splice(0);
  };
  return { relay, slow, clock, take, told };
}

test('a child is told all that is known, then what changes, and since when that holds where nothing does', () => {
  const shop = relayOf(new Levels());
  shop.relay.opened(TILL, false);
  expect(shop.told()).toEqual([]);
  shop.take(frame(1, { 'LAMP@a': 5, 'MUG@a': 7 }));
  expect(shop.told()).toEqual([[TILL, 1, 'LAMP@a 5,MUG@a 7']]);
  expect(shop.told()).toEqual([]);
  shop.take(frame(2, { 'LAMP@a': 4 }));
  shop.take(frame(3, { 'LAMP@a': 3 }));
  expect(shop.told()).toEqual([[TILL, 3, 'LAMP@a 3']]);
  shop.take(frame(4, {}));
  expect(shop.told()).toEqual([[TILL, 4, '']]);
  shop.relay.closed(TILL, 0);
  shop.take(frame(5, { 'MUG@a': 1 }));
  expect(shop.told()).toEqual([]);
  shop.relay.opened(TILL, false);
  expect(shop.told()).toEqual([[TILL, 5, 'LAMP@a 3,MUG@a 1']]);
});

test('what a new link says once more is no news, but younger', () => {
  const levels = new Levels();
  const shop = relayOf(levels);
  const news: string[] = [];
  levels.whenNews((skus) => news.push([...skus].join()));
  shop.relay.opened(TILL, false);
  shop.take(frame(1, { 'LAMP@a': 5, 'MUG@a': 7 }));
  expect(shop.told()).toEqual([[TILL, 1, 'LAMP@a 5,MUG@a 7']]);
  expect(levels.takeUnsaved(10)).toHaveLength(2);
  shop.take(frame(2, { 'LAMP@a': 4, 'MUG@a': 7 }));
  expect(shop.told()).toEqual([[TILL, 2, 'LAMP@a 4']]);
  expect(levels.takeUnsaved(10)).toEqual([{ pool: 'LAMP@a', onHand: 4, available: 4 }]);
  shop.take(frame(3, { 'LAMP@a': 4, 'MUG@a': 7 }));
  expect(shop.told()).toEqual([[TILL, 3, '']]);
  expect(levels.takeUnsaved(10)).toEqual([]);
  expect(news).toEqual(['LAMP,MUG', 'LAMP']);
});

test('who comes back and kept what it was told hears what it missed and what may have been lost', () => {
  const { relay, clock, take, told } = relayOf(new Levels());
  relay.opened(TILL, false);
  take(frame(1, { 'LAMP@a': 5, 'MUG@a': 7 }));
  clock.nowMs = 1_000;
  expect(told()).toHaveLength(1);
  take(frame(2, { 'MUG@a': 6, 'PEN@a': 1 }));
  clock.nowMs = 2_000;
  expect(told()).toEqual([[TILL, 2, 'MUG@a 6,PEN@a 1']]);
  // The first telling was answered for, the second not.
  relay.closed(TILL, 1_500);
  take(frame(3, { 'PEN@a': 2, 'HAT@a': 3 }));
  relay.opened(TILL, true);
  expect(told()).toEqual([[TILL, 3, 'MUG@a 6,PEN@a 2,HAT@a 3']]);
  // All of it arrived, and nothing happened meanwhile: only the age is told.
  clock.arrivedMs = 2_500;
  relay.closed(TILL, 2_500);
  relay.opened(TILL, true);
  expect(told()).toEqual([[TILL, 3, '']]);
});

test('who was started anew is told everything, and everybody is where that is ten minutes ago', () => {
  const { relay, clock, take, told } = relayOf(new Levels());
  relay.opened(TILL, true);
  take(frame(1, { 'LAMP@a': 5, 'MUG@a': 7 }));
  const everything = [[TILL, 1, 'LAMP@a 5,MUG@a 7']];
  expect(told()).toEqual(everything);
  relay.closed(TILL, 1);
  relay.opened(TILL, false);
  expect(told()).toEqual(everything);
  clock.nowMs = 600_000;
  relay.closed(TILL, 600_000);
  relay.opened(TILL, true);
  expect(told()).toEqual([[TILL, 1, '']]);
  relay.closed(TILL, 600_000);
  clock.nowMs = 600_001;
  relay.opened(TILL, true);
  expect(told()).toEqual(everything);
  // A second link before the first was found dead: what was sent over that one may not have arrived.
  relay.opened(TILL, true);
  expect(told()).toEqual(everything);
});

test('who is too slow is told later, each pool once, and keeps nobody else waiting', () => {
  const shop = relayOf(new Levels());
  for (const child of [TILL, SLOW]) shop.relay.opened(child, false);
  shop.slow.add(SLOW);
  for (const n of [1, 2, 3]) {
    shop.take(frame(n, { 'LAMP@a': n }));
    expect(shop.told()).toEqual([[TILL, n, `LAMP@a ${n}`]]);
  }
  shop.slow.delete(SLOW);
  expect(shop.told()).toEqual([[SLOW, 3, 'LAMP@a 3']]);
});

test('many pools come in pieces', () => {
  const shop = relayOf(new Levels());
  shop.relay.opened(TILL, false);
  shop.take(frame(1, Object.fromEntries(Array.from({ length: 2_500 }, (_, i) => [`SKU${i}@a`, i]))));
  expect(shop.told().map(([, , items]) => items.split(',').length)).toEqual([1_000, 1_000, 500]);
});

test('who was told many rests for a while; the next is told at once', () => {
  const shop = relayOf(new Levels());
  const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`SKU${i}@a`, n]));
  const passes = () => {
    let count = 1;
    while (shop.told().length === 0) count += 1;
    return count;
  };
  shop.relay.opened(TILL, false);
  shop.take(frame(1, many(49)));
  expect(passes()).toBe(1);
  shop.take(frame(2, many(120)));
  expect(passes()).toBe(1);
  shop.take(frame(3, many(5_000)));
  expect(passes()).toBe(3);
  shop.take(frame(4, many(1)));
  expect(passes()).toBe(61);
});

test('the root says that what its core sent still holds', () => {
  const root = relayOf(undefined);
  root.relay.opened(TILL, false);
  expect(root.told()).toEqual([[TILL, 9_000, '']]);
});
