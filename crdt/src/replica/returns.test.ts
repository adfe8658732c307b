/** What a customer brings back, and where: T6, T8. */
import { expect, test } from 'vitest';
import type { LocationId, OrderId } from '../ids.ts';
import type { ReturnGoods, Ship } from './command.ts';
import { giveBack, receive, sell, ship } from './commands.test-kit.ts';
import { pool, shop, World } from './world.test-kit.ts';

const later = { departsFrom: [] };

/** Two shops beside each other; the first sold two lamps over its counter. */
function twoShops() {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const berlin = world.add('berlin', 'store', hq);
  const paris = world.add('paris', 'store', hq);
  berlin.do(receive('r1', { lamp: 10 }));
  paris.do(receive('r2', { lamp: 1, bulb: 1 }, 'paris'));
  world.calm();
  berlin.do(sell('o1', { lamp: 2 }));
  world.calm();
  const bringBack = (id: string, sku: string, n: number): ReturnGoods => ({
    ...giveBack(id, 'o1', '1', sku, n),
    lines: [
      {
        ...(giveBack(id, 'o1', '1', sku, n).lines[0] as ReturnGoods['lines'][number]),
        pool: pool(sku, 'paris'),
        sold: 2,
      },
    ],
  });
  return { world, hq, berlin, paris, bringBack };
}

test('[T8] goods come back at another place than they left from, and can be sold there', () => {
  const { world, hq, berlin, paris, bringBack } = twoShops();
  const { self } = paris;
  expect(paris.do(bringBack('b1', 'lamp', 1))).toMatchObject({ ok: true });
  world.calm();
  expect(hq.fenceOf(self)).toBeUndefined();
  expect(paris.free('lamp', 'paris')).toBe(2);
  // What came back in Paris does not come back in Berlin once more.
  expect(berlin.do(giveBack('b2', 'o1', '1', 'lamp', 1))).toMatchObject({ ok: true });
  world.calm();
  expect(hq.fenceOf(berlin.self)).toBeUndefined();
});

test('[T6] other goods than were sold do not come back: whoever knows the order says so, here or above', () => {
  const { world, hq, berlin, paris, bringBack } = twoShops();
  expect(berlin.do(giveBack('b1', 'o1', '1', 'bulb', 1))).toMatchObject({
    ok: false,
    code: 'invalid_request',
    message: 'Line 1 of order o1 is lamp from berlin, not bulb at berlin.',
  });
  const { self } = paris;
  world.comesToRest = false;
  paris.do(bringBack('b2', 'bulb', 1));
  world.calm();
  expect(hq.fenceOf(self)).toBe('departed');
});

test('[T6] goods leave from where they were sold', () => {
  const { berlin } = shop({ lamp: 5, bulb: 5 });
  berlin.do(sell('o1', { lamp: 3 }, later));
  const elsewhere = (sku: string): Ship => ({
    ...ship('s1', 'o1', '1', sku, 1),
    orderId: 'o1' as OrderId,
  });
  expect(berlin.do(elsewhere('bulb'))).toMatchObject({
    ok: false,
    message: `Line 1 of order o1 is lamp from berlin, not bulb at ${'berlin' as LocationId}.`,
  });
  expect(berlin.do(elsewhere('lamp'))).toMatchObject({ ok: true });
});

test('[T8] a return that is written down before its shipment keeps nobody from writing that down', () => {
  const { berlin } = shop({ lamp: 10 });
  berlin.do(sell('o1', { lamp: 10 }, later));
  expect(berlin.do(giveBack('b1', 'o1', '1', 'lamp', 8))).toMatchObject({ ok: true });
  expect(berlin.do(ship('s1', 'o1', '1', 'lamp', 10))).toMatchObject({ ok: true });
});
