import { expect, test } from 'vitest';
import { type LocationId, type PoolId, poolId, type Sku } from '../ids.ts';
import type { Sell } from './command.ts';
import { sell } from './commands.test-kit.ts';
import { placeToAsk } from './place-to-ask.ts';
import { pool, shop } from './world.test-kit.ts';

const [BERLIN, ROME, OSLO] = ['berlin', 'rome', 'oslo'] as LocationId[] as [
  LocationId,
  LocationId,
  LocationId,
];
const LAMP = 'lamp' as Sku;

/** What is said of lamps, place by place. */
const said = (units: Readonly<Record<string, number>>) => ({
  availableOf: (asked: PoolId) =>
    Object.entries(units).find(([place]) => poolId(LAMP, place as LocationId) === asked)?.[1],
});

test('[R4] units are asked for in the first place that is said to have enough, else where most are', () => {
  const asked = (units: Readonly<Record<string, number>>, n = 3) =>
    placeToAsk(said(units), LAMP, n, [BERLIN, ROME, OSLO]);
  expect(asked({})).toBe(BERLIN);
  expect(asked({ berlin: 3, rome: 9 })).toBe(BERLIN);
  expect(asked({ berlin: 2, rome: 3, oslo: 9 })).toBe(ROME);
  expect(asked({ berlin: 0, rome: 1, oslo: 2 })).toBe(OSLO);
  expect(asked({ rome: 2, oslo: 2 })).toBe(ROME);
  expect(placeToAsk({}, LAMP, 1, [ROME])).toBe(ROME);
});

test('[R4] a line without a place is not refused for want of what another place has', () => {
  const { world, berlin } = shop({ lamp: 4 });
  const { availableOf } = said({ berlin: 0, oslo: 7 });
  Object.assign(world.directory, { availableOf });
  const { lines, ...order } = sell('o1', { lamp: 5 }, { locations: [BERLIN, OSLO] });
  const open = lines.map(({ locationId: _, ...line }) => line);
  expect(berlin.do({ ...order, lines: open } as Sell)).toMatchObject({
    code: 'insufficient_stock',
    items: [{ pool: pool('lamp', OSLO), requested: 5, available: 0 }],
  });
});
