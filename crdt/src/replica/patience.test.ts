/** Whose turn may come a little later: D4, L3, R4. */
import { expect, test } from 'vitest';
import { encodeEntry } from '../entry/codec.ts';
import { decodeSlice } from '../entry/decode-slice.ts';
import { type Entry, type EntryBody, NO_HASH } from '../entry/entry.ts';
import type { Frame, StockFrame, StreamFrame } from '../wire/frames.ts';
import { joinEntries } from '../wire/slices.ts';
import { name } from './books.test-kit.ts';
import { receive, sell } from './commands.test-kit.ts';
import { mayGather } from './patience.ts';
import { type Node, pool, World } from './world.test-kit.ts';

const lamp = pool('lamp');

function shopOf() {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const berlin = world.add('berlin', 'store', hq);
  /** What it says to the other when it has done this. */
  const says = (from: Node, kind: Frame['kind'], act: () => void): StockFrame => {
    act();
    const [letter] = world.intercept(kind).filter((one) => one.from === from.id);
    if (letter === undefined) throw new Error(`No ${kind} came.`);
    world.mail.push(letter);
    world.calm();
    return letter.frame as StockFrame;
  };
  return { world, hq, berlin, says };
}

test('[D4] a parent hears of sales when it comes to it, and at once of goods that came and of units for itself', () => {
  const { hq, berlin, says } = shopOf();
  const received = says(berlin, 'stream', () => berlin.do(receive('d1', { lamp: 5 })));
  expect(mayGather(hq.replica, received)).toBe(false);
  const sold = says(berlin, 'stream', () => berlin.do(sell('s1', { lamp: 1 })));
  expect(mayGather(hq.replica, sold)).toBe(true);
  const surrendered = says(berlin, 'stream', () =>
    berlin.turn(({ ledger }, now) =>
      ledger.append({ type: 'sent', to: hq.self, items: [{ pool: lamp, n: 1 }] }, '', 'system', now),
    ),
  );
  expect(mayGather(hq.replica, surrendered)).toBe(false);
  // Those are nobody's to use at the replica that relays them.
  expect(mayGather(berlin.replica, surrendered)).toBe(true);
});

const moved = { orderId: 'o1' as never, reason: 'x', lines: [{ lineId: '1' as never, pool: lamp, n: 1 }] };
const lost: EntryBody = {
  type: 'lost',
  cause: 'shrinkage',
  reason: 'x',
  lines: [{ pool: lamp, less: 1, owed: 0 }],
};
const fenced: EntryBody = { type: 'fenced', writer: name('till'), seq: 1, hash: NO_HASH, reason: 'fork' };

test.each<[string, EntryBody]>([
  ['units that came back', { type: 'returned', ...moved }],
  ['units of an order that is off', { type: 'cancelled', ...moved }],
  ['units that were taken back', { type: 'reclaimed', writer: name('till'), items: [{ pool: lamp, n: 1 }] }],
  ['a new life', { type: 'life', kind: 'store', parent: name('hq') }],
  ['whose child somebody is now', { type: 'reparented', parent: name('hq') }],
  ['who is shut out', fenced],
])('[D4] a parent hears at once of %s, even among what can wait', (_, body) => {
  const { hq, berlin, says } = shopOf();
  const frame = says(berlin, 'stream', () => berlin.do(receive('d1', { lamp: 5 }))) as StreamFrame;
  const { entry } = decodeSlice(frame.entries).entries[0] as { entry: Entry };
  /** As if its child had said this. */
  const saying = (...bodies: EntryBody[]): StreamFrame => ({
    ...frame,
    entries: joinEntries(bodies.map((each) => ({ bytes: encodeEntry({ ...entry, body: each }) }))),
  });
  expect(mayGather(hq.replica, saying(lost, lost))).toBe(true);
  expect(mayGather(hq.replica, saying(body))).toBe(false);
  expect(mayGather(hq.replica, saying(lost, body))).toBe(false);
});

test('[D4] an ack can wait, unless it says that something was lost, or who is shut out, or makes room for more', () => {
  const { hq, berlin, says } = shopOf();
  const ack = says(hq, 'ack', () => {
    berlin.do(receive('d1', { lamp: 5 }));
    const [stream] = berlin.world.intercept('stream');
    if (stream !== undefined) berlin.world.deliver(stream);
  });
  if (ack.kind !== 'ack') throw new Error('It is none.');
  expect(mayGather(berlin.replica, ack)).toBe(true);
  expect(mayGather(berlin.replica, { ...ack, gap: true })).toBe(false);
  const [point] = ack.has;
  if (point === undefined) throw new Error('It says nothing.');
  expect(mayGather(berlin.replica, { ...ack, fenced: [{ ...point, reason: 'fork' }] })).toBe(false);
  Object.defineProperty(berlin.replica.uplink, 'isFull', { value: true });
  expect(mayGather(berlin.replica, ack)).toBe(false);
});

test('[R4] what is asked, granted, denied or called back never waits', () => {
  const { hq, berlin } = shopOf();
  const names = { writer: berlin.self, parent: hq.self };
  expect(mayGather(hq.replica, { kind: 'asks', ...names, items: [] })).toBe(false);
  for (const kind of ['recalls', 'denied'] as const)
    expect(mayGather(berlin.replica, { kind, ...names, items: [] })).toBe(false);
  expect(mayGather(berlin.replica, { kind: 'cells', ...names, from: 0, to: 0, cells: [] })).toBe(false);
  expect(mayGather(hq.replica, { kind: 'seen', ...names, seq: 0 })).toBe(true);
});
