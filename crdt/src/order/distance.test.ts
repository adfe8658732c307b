import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distanceKm, type Position } from './distance.ts';

const BERLIN = { lat: 52.52, lon: 13.405 };
const HAMBURG = { lat: 53.5511, lon: 9.9937 };
const SYDNEY = { lat: -33.8688, lon: 151.2093 };
const QUARTER_KM = (6_371.0088 * Math.PI) / 2;

test.each<[string, Position, Position, number, number]>([
  ['a place and itself', BERLIN, BERLIN, 0, 0],
  ['Berlin and Hamburg', BERLIN, HAMBURG, 255.3, 1],
  ['Berlin and Sydney', BERLIN, SYDNEY, 16_094, 30],
  ['the pole and the equator', { lat: 90, lon: 77 }, { lat: 0, lon: 0 }, QUARTER_KM, 0.001],
  ['opposite places', { lat: 0, lon: 0 }, { lat: 0, lon: 180 }, 2 * QUARTER_KM, 0.001],
  ['both sides of the date line', { lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 }, QUARTER_KM / 90, 0.001],
])('%s', (_, a, b, km, within) => {
  expect(Math.abs(distanceKm(a, b) - km)).toBeLessThanOrEqual(within);
});

test('it is the same both ways, never negative, and never more than half way round', () => {
  const position = fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(position, position, (a, b) => {
      const km = distanceKm(a, b);
      expect(distanceKm(b, a)).toBeCloseTo(km, 6);
      expect(km).toBeGreaterThanOrEqual(0);
      expect(km).toBeLessThanOrEqual(2 * QUARTER_KM + 0.001);
    }),
  );
});
