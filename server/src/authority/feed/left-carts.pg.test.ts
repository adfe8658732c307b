/** A cart that was left is one event in the feed, however often a region says so. */
import type { ReplicaId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { EVENTS } from '../../events/catalogue.ts';
import { serveCall } from '../calls/serve-call.ts';
import { TestFleet } from '../fleet.test-kit.ts';
import { readFeed } from './read-feed.ts';

const { replica: _, ...cart } = EVENTS['cart.abandoned'].example;

test('told by two regions and again by one, it is one event each, with what a reminder needs', async () => {
  const fleet = await TestFleet.start();
  const [{ authority }] = fleet.authorities as [(typeof fleet.authorities)[number]];
  const body = JSON.stringify({ call: 'cart.abandoned', cart });
  for (const via of ['eu', 'us', 'eu'] as ReplicaId[])
    expect(await serveCall(authority, body, via)).toEqual({ ok: true, value: {} });
  const read = await readFeed(authority.pool, 0, 100);
  if ('gone' in read) throw new Error('gone');
  const told = read.events.filter(({ type }) => type === 'cart.abandoned');
  expect(told.map(({ subject, data }) => [subject, data])).toEqual(
    ['eu', 'us'].map((replica) => [cart.cartId, { ...cart, replica }]),
  );
});

test('what names a person is not taken along', async () => {
  const fleet = await TestFleet.start();
  const [{ authority }] = fleet.authorities as [(typeof fleet.authorities)[number]];
  const told = { call: 'cart.abandoned', cart: { ...cart, note: 'for Ada Byron', cartId: 'c-2' } };
  await serveCall(authority, JSON.stringify(told), 'eu');
  const read = await readFeed(authority.pool, 0, 100);
  if ('gone' in read) throw new Error('gone');
  expect(JSON.stringify(read.events)).not.toContain('Ada');
});
