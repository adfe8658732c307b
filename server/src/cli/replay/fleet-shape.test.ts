import { expect, test } from 'vitest';
import { createFleetShape } from './fleet-shape.ts';

const programs = (shape: ReturnType<typeof createFleetShape>) =>
  shape.replicas.filter(({ runsIn }) => runsIn === undefined).map(({ id }) => id);

test('28 replicas in 12 programs: the first shop of each region has its own, the others share one a region', () => {
  const shape = createFleetShape();
  expect(shape.replicas).toHaveLength(28);
  expect(programs(shape)).toHaveLength(12);
  const hosted = (host: string) => shape.replicas.filter(({ runsIn }) => runsIn === host).map(({ id }) => id);
  const of = (...stores: string[]) => stores.flatMap((id) => [id, `${id}-till-1`, `${id}-till-2`]);
  expect(['paris', ...hosted('paris')]).toEqual(of('paris', 'madrid', 'vienna'));
  expect(['austin', ...hosted('austin')]).toEqual(of('austin', 'denver', 'seattle'));
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
