import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Demand, demandAt, NO_NEED, observeDemand } from './demand.ts';

const HALF_LIFE_MS = 1_000_000;

function observed(lines: readonly (readonly [atMs: number, units: number])[]): Demand | undefined {
  let demand: Demand | undefined;
  for (const [atMs, units] of lines) demand = observeDemand(demand, units, atMs, HALF_LIFE_MS);
  return demand;
}

test('[R1] nobody asked: no need', () => {
  expect(demandAt(undefined, 5, HALF_LIFE_MS)).toEqual(NO_NEED);
});

test('[R1] a first line looks neither like nothing nor like a flood', () => {
  const { rate, sigma2 } = demandAt(observed([[0, 12]]), 0, HALF_LIFE_MS);
  expect(rate * HALF_LIFE_MS).toBeCloseTo(2 * Math.LN2 * 12);
  expect(sigma2 * HALF_LIFE_MS).toBeCloseTo(2 * Math.LN2 * 144);
});

test('[R1] steady trade is measured right from the second half-life on, and for ever', () => {
  // Six units every hundredth of a half-life.
  const lines = Array.from({ length: 1_000 }, (_, i) => [i * 10_000, 6] as const);
  for (const count of [200, 400, 1_000]) {
    const { rate, sigma2 } = demandAt(observed(lines.slice(0, count)), count * 10_000, HALF_LIFE_MS);
    expect(rate * 10_000).toBeGreaterThan(6 * 0.85);
    expect(rate * 10_000).toBeLessThan(6 * 1.05);
    expect(sigma2 / rate).toBeCloseTo(6);
  }
});

test('[R1] the same units in larger lines are less certain, not more', () => {
  const single = demandAt(observed(Array.from({ length: 12 }, () => [0, 1] as const)), 0, HALF_LIFE_MS);
  const dozen = demandAt(observed([[0, 12]]), 0, HALF_LIFE_MS);
  expect(dozen.rate).toBeCloseTo(single.rate);
  expect(dozen.sigma2).toBeCloseTo(12 * single.sigma2);
});

test('[R1] what is no longer asked for fades', () => {
  const demand = observed([[0, 12]]);
  const rates = [0, 1, 2, 4, 8].map((n) => demandAt(demand, n * HALF_LIFE_MS, HALF_LIFE_MS).rate);
  expect([...rates].sort((a, b) => b - a)).toEqual(rates);
  expect((rates[4] as number) / (rates[0] as number)).toBeLessThan(1 / 256);
});

test('[R1] a clock that jumps a century ahead and back does not freeze demand', () => {
  const century = 100 * 365 * 86_400_000;
  const jumped = observed([
    [0, 12],
    [century, 1],
    [1_000, 12],
  ]);
  const later = demandAt(jumped, 1_000 + 2 * HALF_LIFE_MS, HALF_LIFE_MS);
  expect(later.rate).toBeLessThan(demandAt(jumped, 1_000, HALF_LIFE_MS).rate);
});

test('[R1] whatever the clock reads, demand is a number from zero up, and variance covers the rate', () => {
  const units = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    fc.constantFrom(0, -5, Number.NaN, Infinity),
  );
  const clock = fc.oneof(fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity));
  fc.assert(
    fc.property(fc.array(fc.tuple(clock, units), { minLength: 1, maxLength: 20 }), clock, (lines, nowMs) => {
      const { rate, sigma2 } = demandAt(observed(lines), nowMs, HALF_LIFE_MS);
      expect(Number.isFinite(rate) && rate >= 0).toBe(true);
      expect(Number.isFinite(sigma2)).toBe(true);
      expect(sigma2).toBeGreaterThanOrEqual(rate * (1 - 1e-9));
    }),
  );
});
