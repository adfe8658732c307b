/** The root passes carts on by name, and says so where it cannot. */
import type { ReplicaId } from '@tallystick/crdt';
import type { CartFrame } from '@tallystick/crdt/wire';
import { expect, test } from 'vitest';
import { CartRelay } from './cart-relay.ts';

const [eu, us, asia] = ['eu', 'us', 'asia'] as [ReplicaId, ReplicaId, ReplicaId];

function relay(up: readonly ReplicaId[], full: readonly ReplicaId[] = []) {
  const sent: [ReplicaId, CartFrame][] = [];
  const made = new CartRelay({
    takes: (region) => up.includes(region) && !full.includes(region),
    send: (to, frame) => sent.push([to, frame]),
    regions: () => up,
  });
  return { made, sent };
}

const open: CartFrame = {
  kind: 'cart-open',
  from: us,
  to: eu,
  session: 3,
  isKeeper: false,
  cart: 'c',
  token: 't',
};

test('a frame goes to whom it names', () => {
  const { made, sent } = relay([eu, us]);
  made.pass(open);
  expect(sent).toEqual([[eu, open]]);
});

test.each([
  ['is not there', relay([us])],
  ['reads too slowly', relay([eu, us], [eu])],
])('a region that %s: whoever spoke hears of it', (_, { made, sent }) => {
  made.pass(open);
  made.pass({ ...open, kind: 'cart-ended', code: 1013, reason: '' });
  const end = { kind: 'cart-ended', from: eu, to: us, session: 3, isKeeper: true, code: 1013 };
  expect(sent).toMatchObject([[us, end]]);
});

test('nobody is passed on to itself', () => {
  const { made, sent } = relay([us]);
  made.pass({ ...open, to: us });
  expect(sent).toMatchObject([[us, { kind: 'cart-ended', session: 3 }]]);
});

test('a region that is gone is told of to the others', () => {
  const { made, sent } = relay([us, asia]);
  made.gone(eu);
  const end = { kind: 'cart-ended', from: eu, session: 0 };
  expect(sent).toMatchObject([
    [us, { ...end, to: us }],
    [asia, { ...end, to: asia }],
  ]);
});
