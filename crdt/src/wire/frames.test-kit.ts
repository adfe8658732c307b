/** Arbitrary frames of every kind. */
import fc from 'fast-check';
import { FENCE_REASONS, REPLICA_KINDS } from '../entry/entry.ts';
import { few, hashes, ids, pools, replicas, texts, uints, writers } from '../fields.test-kit.ts';
import { ERROR_CODES } from './error-codes.ts';
import type { Frame, FrameKind } from './frames.ts';

const blobs = fc.uint8Array({ maxLength: 64 });
const names = { writer: writers, parent: writers };
const point = { writer: writers, seq: uints, hash: hashes };
const points = few(fc.record(point));
const range = { min: uints, max: uints };
const session = { from: replicas, to: replicas, session: uints, isKeeper: fc.boolean() };
const channel = fc.constantFrom('stock', 'carts');
const signed = fc.tuple(uints, fc.boolean()).map(([n, below]) => (below && n > 0 ? -n : n));

/** The compiler finds the kind that is missing here. */
const bodies: { readonly [Kind in FrameKind]: fc.Arbitrary<Omit<Extract<Frame, { kind: Kind }>, 'kind'>> } = {
  challenge: fc.record({ parent: replicas, writer: writers, nonce: hashes }),
  hello: fc.record({
    protocol: fc.record(range),
    channels: few(fc.record({ name: channel, ...range })),
    writer: writers,
    replicaKind: fc.constantFrom(...REPLICA_KINDS),
    parentSeen: fc.option(fc.record({ writer: writers, seq: uints })),
    heads: points,
    wantsLevels: fc.boolean(),
    catalogueVersion: uints,
    signature: blobs,
  }),
  enrol: fc.record({ replica: replicas, code: ids, publicKey: blobs, signature: blobs }),
  enrolled: fc.record({
    replicaKind: fc.constantFrom(...REPLICA_KINDS),
    location: fc.constantFrom('', 'berlin'),
  }),
  welcome: fc.record({
    protocol: uints,
    channels: few(fc.record({ name: channel, version: uints })),
    writer: writers,
    has: points,
    settled: points,
  }),
  refuse: fc.record({ code: fc.constantFrom(...ERROR_CODES), message: texts }),
  stream: fc.record({ writer: writers, base: uints, from: uints, to: uints, entries: blobs }),
  asks: fc.record({ ...names, items: few(fc.record({ pool: pools, atLeast: uints, waitMs: uints })) }),
  seen: fc.record({ ...names, seq: uints }),
  ack: fc.record({
    ...names,
    gap: fc.boolean(),
    cursor: uints,
    has: points,
    settled: points,
    fenced: few(fc.record({ ...point, reason: fc.constantFrom(...FENCE_REASONS) })),
  }),
  cells: fc.record({
    ...names,
    from: uints,
    to: uints,
    cells: few(fc.record({ pool: pools, from: writers, to: writers, n: uints, seq: uints })),
  }),
  recalls: fc.record({ ...names, items: few(fc.record({ pool: pools, keep: uints, given: uints })) }),
  denied: fc.record({ ...names, items: few(fc.record({ pool: pools, atLeast: uints })) }),
  levels: fc.record({
    asOfMs: uints,
    items: few(fc.record({ pool: pools, onHand: signed, available: signed })),
  }),
  former: fc.record({ writer: writers, entries: blobs, last: fc.boolean() }),
  call: fc.record({ callId: uints, target: replicas, waitMs: uints, body: texts }),
  reply: fc.record({ callId: uints, body: texts }),
  catalogue: fc.record({
    from: uints,
    to: uints,
    items: few(
      fc.record({
        kind: fc.constantFrom('item', 'price'),
        id: ids,
        version: uints,
        body: fc.option(fc.constantFrom('{}', '{"name":"grün"}')),
      }),
    ),
  }),
  'catalogue-seen': fc.record({ version: uints }),
  'cart-open': fc.record({ ...session, cart: ids, token: texts }),
  'cart-said': fc.record({ ...session, nr: uints, bytes: blobs }),
  'cart-ended': fc.record({ ...session, code: fc.nat(4_999), reason: texts }),
};

export const FRAME_KINDS = Object.keys(bodies) as readonly FrameKind[];

export function framesOf(kind: FrameKind): fc.Arbitrary<Frame> {
  return bodies[kind].map((body) => ({ kind, ...body }) as Frame);
}

export const frames: fc.Arbitrary<Frame> = fc.oneof(...FRAME_KINDS.map(framesOf));
