import { expect, test } from 'vitest';
import { EVERY_MS, FleetHistory, type FleetPoint, FleetSums } from './fleet-history.ts';

const sales = (sold: number, refused = 0) => ({ sold, soldAtOnce: sold, refused, refusedFalsely: 0 });
const point = (n: number): FleetPoint => ({ at: new Date(n * EVERY_MS).toISOString(), ...sales(n) });

test('a replica that is started anew or cannot be asked takes nothing from the sums', () => {
  const sums = new FleetSums();
  const take = (a: number | null, b: number | null) =>
    sums.take([
      { id: 'a', sales: a === null ? null : sales(a) },
      { id: 'b', sales: b === null ? null : sales(b) },
    ]).sold;
  const said: [number | null, number | null, number][] = [
    [100, 7, 0],
    [104, 7, 4],
    [null, 8, 5],
    [105, null, 6],
    [2, 8, 8],
    [3, 1, 10],
  ];
  for (const [a, b, sum] of said) expect(take(a, b)).toBe(sum);
});

test('a day is kept and no more; what is asked for comes evenly, oldest first, with the present moment last', () => {
  const history = new FleetHistory();
  const day = (24 * 3_600_000) / EVERY_MS;
  for (let n = 1; n <= day + 40; n += 1) history.add(point(n));
  const now = point(day + 41);
  const hour = history.since(60, now);
  expect(hour).toHaveLength(241);
  expect(hour.at(-1)).toBe(now);
  const all = history.since(100_000, now);
  expect(all.length).toBeLessThanOrEqual(360);
  expect(all.length).toBeGreaterThan(300);
  expect(all.at(-1)).toBe(now);
  const apart = all.slice(1).map(({ sold }, i) => sold - (all[i]?.sold ?? 0));
  expect(new Set(apart).size).toBe(1);
  expect(all[0]?.sold).toBeGreaterThan(40);
});
