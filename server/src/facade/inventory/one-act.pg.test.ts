/** One id, one adjustment: whatever its type, its goods, and whoever keeps them (T8). */
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;
let url: string;

const adjust = async (
  id: string,
  type: string,
  lines: readonly [string, number, string?][],
  more: object = {},
) => {
  const body = {
    id,
    type,
    lines: lines.map(([locationId, quantity, sku = 'MUG']) => ({ sku, locationId, quantity })),
    ...more,
  };
  const headers = { 'content-type': 'application/json' };
  return said(
    await fetch(`${url}/v1/inventory/adjustments`, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
};
/** The region has heard of everything that its keepers wrote down. */
const heard = () =>
  until(() => {
    const { streams } = (fleet.served.get('eu') as NonNullable<ReturnType<typeof fleet.served.get>>).agent
      .engine.replica.ledger;
    return ['depot', 'berlin'].every((id) => {
      const { self } = (fleet.served.get(id) as NonNullable<ReturnType<typeof fleet.served.get>>).agent.engine
        .replica.ledger;
      return streams.get(self.writer)?.head.seq === self.head.seq;
    });
  }, 'the region has heard of it');

beforeEach(async () => {
  fleet = await TestFleet.start();
  url = await fleet.addRegion();
  expect((await adjust('d1', 'receive', [['depot', 40]])).status).toBe(201);
  await heard();
});

test('the same request is the same act, whoever asks again', async () => {
  const again = await adjust('d1', 'receive', [['depot', 40]]);
  expect(again.status).toBe(201);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

test.each<[string, string, readonly [string, number, string?][]]>([
  ['other goods', 'receive', [['depot', 41]]],
  ['another place', 'receive', [['berlin', 40]]],
  ['another type', 'damage', [['depot', 4]]],
  ['a count', 'count', [['depot', 40]]],
  ['a correction', 'correct', [['depot', 40]]],
  [
    'two keepers',
    'receive',
    [
      ['depot', 40],
      ['berlin', 1],
    ],
  ],
])('the id of another act: %s', async (_, type, lines) => {
  expectProblem(await adjust('d1', type, lines, { reason: 'why not' }), 422, 'document_differs');
});

test('the id of an act of two keepers, or of a correction, is good for no other', async () => {
  const both = () =>
    adjust('m1', 'receive', [
      ['depot', 2],
      ['berlin', 3],
    ]);
  const correction = () =>
    adjust(
      'c1',
      'correct',
      [
        ['depot', -1],
        ['depot', 5, 'LAMP'],
      ],
      { reason: 'stocktake' },
    );
  for (const act of [both, correction, both, correction]) {
    expect((await act()).status).toBe(201);
    await heard();
  }
  expectProblem(await adjust('m1', 'receive', [['depot', 2]]), 422, 'document_differs');
  expectProblem(await adjust('c1', 'correct', [['depot', 5]], { reason: 'again' }), 422, 'document_differs');
  expectProblem(await adjust('c1', 'receive', [['depot', 5]]), 422, 'document_differs');
  // Somebody's own name that looks like a part of another is another.
  expect((await adjust('x+', 'receive', [['depot', 1]])).status).toBe(201);
  await heard();
  expect((await adjust('x', 'receive', [['depot', 1]])).status).toBe(201);
});
