/** A batch of adjustments is all or nothing for each keeper, whatever its type: also what becomes several acts there. */
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

type Line = readonly [place: string, sku: string, quantity: number];

let fleet: TestFleet;
let url: string;

const adjust = async (id: string, type: string, ...lines: readonly Line[]) => {
  const body = {
    id,
    type,
    reason: 'stocktake',
    lines: lines.map(([locationId, sku, quantity]) => ({ sku, locationId, quantity })),
  };
  const headers = { 'content-type': 'application/json' };
  return said(
    await fetch(`${url}/v1/inventory/adjustments`, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
};
/** As the keeper itself has it: nothing of it has to travel first. */
const onHand = (place: string, sku: string) => {
  const { self } = (fleet.served.get(place) as NonNullable<ReturnType<typeof fleet.served.get>>).agent.engine
    .replica.ledger;
  const { received, departed } = self.row(`${sku}@${place}` as Parameters<typeof self.row>[0]);
  return received - departed;
};

beforeEach(async () => {
  fleet = await TestFleet.start();
  url = await fleet.addRegion();
  expect((await adjust('d1', 'receive', ['depot', 'MUG', 4], ['berlin', 'MUG', 4])).status).toBe(201);
});

test('a correction that lacks goods on one line leaves the others of that keeper alone', async () => {
  const half = await adjust(
    'c1',
    'correct',
    ['depot', 'MUG', -5],
    ['depot', 'LAMP', 7],
    ['berlin', 'MUG', -1],
    ['berlin', 'LAMP', 1],
  );
  expect(half.status).toBe(207);
  expect(half.body.results).toMatchObject([
    { keeper: 'depot', ok: false, code: 'more_than_ordered' },
    { keeper: 'berlin', ok: true, replayed: false },
  ]);
  expect([onHand('depot', 'MUG'), onHand('depot', 'LAMP')]).toEqual([4, 0]);
  expect([onHand('berlin', 'MUG'), onHand('berlin', 'LAMP')]).toEqual([3, 1]);
});

test('a correction of which one act would be refused does not do the other', async () => {
  // Somebody called a delivery what the half of a correction would be called.
  expect((await adjust('c2+', 'receive', ['depot', 'LAMP', 1])).status).toBe(201);
  const refused = await adjust('c2', 'correct', ['depot', 'MUG', -1], ['depot', 'LAMP', 5]);
  expectProblem(refused, 422, 'document_differs');
  expect([onHand('depot', 'MUG'), onHand('depot', 'LAMP')]).toEqual([4, 1]);
});

test('a correction both ways is one act of its keeper, and its repeat is that act', async () => {
  const correct = () => adjust('c3', 'correct', ['depot', 'MUG', -1], ['depot', 'LAMP', 5]);
  const first = await correct();
  expect(first.status).toBe(201);
  expect(first.body.results).toEqual([{ keeper: 'depot', ok: true, replayed: false }]);
  const again = await correct();
  expect(again.body.results).toEqual([{ keeper: 'depot', ok: true, replayed: true }]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect([onHand('depot', 'MUG'), onHand('depot', 'LAMP')]).toEqual([3, 5]);
});

test('a correction both ways is passed on to a keeper of another region', async () => {
  await fleet.add('us', 'region', 'authority', null);
  url = fleet.served.get('us')?.url as string;
  await until(async () => (await fetch(`${url}/v1/locations/depot`)).ok, 'the depot is known there too');
  const done = await adjust('c4', 'correct', ['depot', 'MUG', -1], ['depot', 'LAMP', 5]);
  expect(done).toMatchObject({ status: 201, body: { results: [{ keeper: 'depot', ok: true }] } });
  expect([onHand('depot', 'MUG'), onHand('depot', 'LAMP')]).toEqual([3, 5]);
});

test.each<[string, Line]>([
  ['damage', ['depot', 'LAMP', 1]],
  ['receive', ['nowhere', 'LAMP', 1]],
  ['count', ['depot', 'MUG', 9]],
  ['correct', ['depot', 'MUG', -9]],
])('a batch of type %s with a line that cannot be done changes nothing', async (type, bad) => {
  const refused = await adjust(`b-${type}`, type, ['depot', 'MUG', 1], bad);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect([onHand('depot', 'MUG'), onHand('depot', 'LAMP')]).toEqual([4, 0]);
});
