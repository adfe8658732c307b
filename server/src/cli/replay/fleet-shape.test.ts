import { expect, test } from 'vitest';
import { createFleetShape } from './fleet-shape.ts';

const programs = (shape: ReturnType<typeof createFleetShape>) =>
  shape.replicas.filter(({ runsIn }) => runsIn === undefined).map(({ id }) => id);

test('28 replicas in 7 programs: the first shop of all has its own, what else a region has shares one', () => {
  const shape = createFleetShape();
  expect(shape.replicas).toHaveLength(28);
  expect(programs(shape)).toHaveLength(7);
  const hosted = (host: string) => shape.replicas.filter(({ runsIn }) => runsIn === host).map(({ id }) => id);
  const of = (...stores: string[]) => stores.flatMap((id) => [id, `${id}-till-1`, `${id}-till-2`]);
  expect(programs(shape)).toEqual(['eu', 'us', ...of('berlin'), 'boston', 'paris']);
  expect(hosted('paris').sort()).toEqual(
    ['eu-warehouse', ...of('paris', 'madrid', 'vienna').slice(1)].sort(),
  );
  expect(hosted('boston').sort()).toEqual(
    ['us-warehouse', ...of('boston', 'austin', 'denver', 'seattle').slice(1)].sort(),
  );
});

test('a parent comes before those below it, so that a program can start its replicas in this order', () => {
  const seen = new Set(['authority']);
  for (const { id, parent } of createFleetShape(11).replicas) {
    expect(seen).toContain(parent);
    seen.add(id);
  }
});

test('apart, every replica is a program of its own', () => {
  expect(programs(createFleetShape(3, true))).toHaveLength(2 + 2 + 3 * 3);
});

test('where the first shop is the only one, warehouses have computers of their own', () => {
  expect(programs(createFleetShape(1))).toHaveLength(2 + 2 + 3);
});
