import { expect, test } from 'vitest';
import { createFleetShape } from './fleet-shape.ts';

const programs = (shape: ReturnType<typeof createFleetShape>) =>
  shape.replicas.filter(({ runsIn }) => runsIn === undefined).map(({ id }) => id);

test('28 replicas in 16 programs: a computer serves a shop, but for the first shop of each region', () => {
  const shape = createFleetShape();
  expect(shape.replicas).toHaveLength(28);
  expect(programs(shape)).toHaveLength(16);
  expect(programs(shape).filter((id) => id.includes('till'))).toEqual([
    'berlin-till-1',
    'berlin-till-2',
    'boston-till-1',
    'boston-till-2',
  ]);
  const tills = shape.replicas.filter(({ runsIn }) => runsIn !== undefined);
  expect(tills.every(({ kind, parent, runsIn }) => kind === 'terminal' && runsIn === parent)).toBe(true);
});

test('apart, every replica is a program of its own', () => {
  expect(programs(createFleetShape(3, true))).toHaveLength(2 + 2 + 3 * 3);
});
