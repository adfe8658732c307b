import type { LocationId, ReplicaId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import type { Location } from './catalogue/items.ts';
import { settingsSchema } from './config.ts';
import { type Seller, sellsFrom } from './sells-from.ts';

const place = (
  id: string,
  position?: Location['position'],
  kind: Location['kind'] = 'warehouse',
): Location => ({
  id: id as LocationId,
  name: id,
  kind,
  keeper: id as ReplicaId,
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  ...(position === undefined ? {} : { position }),
});
const LOCATIONS = [
  place('anywhere'),
  place('madrid', { lat: 40.4, lon: -3.7 }),
  place('hamburg', { lat: 53.55, lon: 9.99 }),
  place('shop', { lat: 52.5, lon: 13.4 }, 'store'),
  place('poznan', { lat: 52.4, lon: 16.9 }),
];
const from = (settings: object, more: Partial<Seller> = {}) =>
  sellsFrom({
    id: 'eu' as ReplicaId,
    location: undefined,
    sourcing: settingsSchema.parse(settings).sourcing,
    locations: LOCATIONS,
    regionOf: (id) => (id === 'madrid' || id === 'eu' ? 'eu' : 'us') as ReplicaId,
    ...more,
  });

test('without a setting: the own place, then every warehouse, those of the region first', () => {
  expect(from({})).toEqual(['madrid', 'anywhere', 'hamburg', 'poznan']);
  expect(from({}, { location: 'shop' as LocationId })[0]).toBe('shop');
  expect(from({}, { location: 'poznan' as LocationId })).toEqual(['poznan', 'madrid', 'anywhere', 'hamburg']);
});

test('a list is taken as it is, and nothing else', () => {
  expect(from({ sourcing: ['poznan', 'shop'] })).toEqual(['poznan', 'shop']);
});

test('the nearest warehouse first; one of which nobody knows where it is last', () => {
  const berlin = { sourcing: { nearestTo: { lat: 52.52, lon: 13.4 } } };
  expect(from(berlin)).toEqual(['poznan', 'hamburg', 'madrid', 'anywhere']);
  expect(from({ sourcing: { nearestTo: { lat: 41, lon: 2 } } })[0]).toBe('madrid');
});

test.each([{ nearestTo: { lat: 91, lon: 0 } }, { nearestTo: { lat: 0 } }, {}, 'near', ['NOT A PLACE']])(
  '%j is no order of preference',
  (sourcing) => expect(settingsSchema.safeParse({ sourcing }).success).toBe(false),
);
