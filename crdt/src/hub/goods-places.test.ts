/** Whoever counts goods hears of all who moved them there, also while it is connected: F3a, T9. */
import { expect, test } from 'vitest';
import type { LineId, LocationId, OrderId, ReplicaId } from '../ids.ts';
import { Books, name } from '../replica/books.test-kit.ts';
import { count, sell } from '../replica/commands.test-kit.ts';
import { type Node, pool, shop } from '../replica/world.test-kit.ts';
import { GoodsPlaces } from './goods-places.ts';
import { MOVED_EVERY_MS } from './pace.ts';

const KIOSK = 'kiosk' as LocationId;
const inHand = { override: { reason: 'in the customer’s hands', owedMax: 9 } };

/** Berlin's shelf holds nine lamps; Paris, under another parent, hands some of them over. */
function twoShops() {
  const { world, hq, berlin } = shop({ lamp: 9 });
  const region = world.add('region', 'region', hq);
  const paris = world.add('paris', 'store', region);
  const handOver = (id: string, n: number) => {
    expect(paris.do(sell(id, { lamp: n }, inHand))).toMatchObject({ ok: true });
    world.rejoin();
  };
  return { world, hq, berlin, region, paris, handOver };
}

const isKnownAt = (node: Node, of: Node) => node.replica.ledger.streams.has(of.self);
const partings = (node: Node) => node.hangUps.filter((message) => message.includes('say hello again'));

test('[F3a] [T9] a connected shop hears what somebody elsewhere hands over at its place (seed 4007768)', () => {
  const { hq, berlin, paris, handOver } = twoShops();
  expect(isKnownAt(berlin, paris)).toBe(false);
  handOver('p1', 2);
  expect(berlin.row('lamp', 'berlin', paris.self).departed).toBe(2);
  expect(berlin.do(count('c1', { lamp: 7 }))).toMatchObject({
    ok: true,
    entry: { body: { lines: [{ more: 0, less: 0 }] } },
  });
  expect(partings(hq)).toHaveLength(1);
});

test('[F3a] [T9] what is handed over there soon after gathers, for the link begins anew each time', () => {
  const { world, hq, berlin, paris, handOver } = twoShops();
  handOver('p1', 2);
  handOver('p2', 1);
  handOver('p3', 1);
  expect([berlin.row('lamp', 'berlin', paris.self).departed, partings(hq).length]).toEqual([2, 1]);
  world.calmFor(MOVED_EVERY_MS);
  world.rejoin();
  expect([berlin.row('lamp', 'berlin', paris.self).departed, partings(hq).length]).toEqual([4, 2]);
  world.calmFor(2 * MOVED_EVERY_MS);
  expect(partings(hq)).toHaveLength(2);
});

test('[F3a] [T9] a shop further below hears it by those between, and a commit that fails delays nothing', () => {
  const { world, berlin, paris, handOver } = twoShops();
  const kiosk = world.add('kiosk', 'store', berlin);
  // Everybody's place is registered.
  world.give(kiosk, berlin);
  world.failsEachCommitOnce = true;
  const { lines, ...order } = sell('p1', { lamp: 1 }, { ...inHand, departsFrom: [KIOSK] });
  expect(paris.do({ ...order, lines: lines.map((line) => ({ ...line, locationId: KIOSK })) })).toMatchObject({
    ok: true,
  });
  world.rejoin();
  expect(kiosk.row('lamp', 'kiosk', paris.self).departed).toBe(1);
  handOver('p2', 1);
});

test('[F3a] what the shop itself, or somebody below it, hands over is no news to it', () => {
  const { world, hq, berlin } = twoShops();
  const till = world.nodes.get('till' as ReplicaId) as Node;
  expect(berlin.do(sell('b1', { lamp: 1 }))).toMatchObject({ ok: true });
  expect(till.do(sell('t1', { lamp: 1 }, inHand))).toMatchObject({ ok: true });
  world.calm();
  expect(hq.row('lamp', 'berlin', till.self).departed).toBe(1);
  world.calmFor(2 * MOVED_EVERY_MS);
  expect(partings(hq)).toEqual([]);
});

test('[F3a] nor is it what its parent hands over there: of itself that one tells no past', () => {
  const { world, hq, berlin } = twoShops();
  expect(hq.do(sell('h1', { lamp: 1 }, inHand))).toMatchObject({ ok: true });
  expect(hq.row('lamp').departed).toBe(1);
  world.calmFor(2 * MOVED_EVERY_MS);
  expect([partings(hq), berlin.hangUps]).toEqual([[], []]);
});

test('[T9] after a restart it is known where each writer ever let goods go or took them in, and of no other place', () => {
  const books = new Books();
  const { ledger, shop: berlin } = books;
  const paris = books.add(name('paris'), 'paris');
  const rome = books.add(name('rome'), 'rome');
  const lines = (location: string) => [{ pool: pool('lamp', location), n: 1 }];
  books.say(berlin, { type: 'received', cause: 'delivery', lines: lines('berlin') });
  books.say(berlin, { type: 'received', cause: 'delivery', lines: lines('kiosk') });
  const shipped = (location: string) => lines(location).map((line) => ({ ...line, lineId: '1' as LineId }));
  books.say(paris, { type: 'shipped', orderId: 'o1' as OrderId, lines: shipped('kiosk') });
  // Rights alone are no goods.
  books.say(rome, { type: 'sent', to: paris.writer, items: lines('kiosk') });
  const of = (goods: GoodsPlaces) => [berlin, paris, rome].map((stream) => [...goods.of(stream)]);
  expect(of(new GoodsPlaces(ledger))).toEqual([['berlin', 'kiosk'], ['kiosk'], []]);
});
