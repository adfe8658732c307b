/** Well-formed frames of every kind, from chance. */
import { encodeEntry, FENCE_REASONS, REPLICA_KINDS, type ReplicaId } from '@tallystick/crdt';
import { ERROR_CODES, type Frame, type FrameKind, joinEntries } from '@tallystick/crdt/wire';
import type { Prng } from '../sim/prng.ts';
import { few, hash, id, pool, sampleEntry, text, uint, writer } from './sample-entries.ts';

const names = (prng: Prng) => ({ writer: writer(prng), parent: writer(prng) });
const point = (prng: Prng) => ({ writer: writer(prng), seq: uint(prng), hash: hash(prng) });
const points = (prng: Prng) => few(prng, point);
const replica = (prng: Prng) => prng.pick(['hq', 'berlin']) as ReplicaId;
const session = (prng: Prng) => ({
  from: replica(prng),
  to: replica(prng),
  session: uint(prng),
  isKeeper: prng.chance(0.5),
});
const signed = (prng: Prng) => (prng.chance(0.5) ? uint(prng) : -1 - prng.below(300));
const entries = (prng: Prng) => joinEntries(few(prng, () => ({ bytes: encodeEntry(sampleEntry(prng)) })));

/** The compiler finds the kind that is missing here. */
const BODIES: {
  readonly [Kind in FrameKind]: (prng: Prng) => Omit<Extract<Frame, { kind: Kind }>, 'kind'>;
} = {
  challenge: (prng) => ({ parent: replica(prng), writer: writer(prng), nonce: hash(prng) }),
  hello: (prng) => ({
    protocol: { min: uint(prng), max: uint(prng) },
    channels: few(prng, () => ({ name: 'stock', min: uint(prng), max: uint(prng) })),
    writer: writer(prng),
    replicaKind: prng.pick(REPLICA_KINDS),
    parentSeen: prng.chance(0.5) ? { writer: writer(prng), seq: uint(prng) } : null,
    heads: points(prng),
    wantsLevels: prng.chance(0.5),
    catalogueVersion: uint(prng),
    signature: hash(prng),
  }),
  enrol: (prng) => ({
    replica: replica(prng),
    code: id(prng),
    publicKey: hash(prng),
    signature: hash(prng),
  }),
  enrolled: (prng) => ({ replicaKind: prng.pick(REPLICA_KINDS), location: prng.pick(['', 'berlin']) }),
  welcome: (prng) => ({
    protocol: uint(prng),
    channels: few(prng, () => ({ name: 'stock', version: uint(prng) })),
    writer: writer(prng),
    has: points(prng),
    settled: points(prng),
  }),
  refuse: (prng) => ({ code: prng.pick(ERROR_CODES), message: text(prng) }),
  stream: (prng) => ({
    writer: writer(prng),
    base: uint(prng),
    from: uint(prng),
    to: uint(prng),
    entries: entries(prng),
  }),
  asks: (prng) => ({
    ...names(prng),
    items: few(prng, () => ({ pool: pool(prng), atLeast: uint(prng), waitMs: uint(prng) })),
  }),
  seen: (prng) => ({ ...names(prng), seq: uint(prng) }),
  ack: (prng) => ({
    ...names(prng),
    cursor: uint(prng),
    gap: prng.chance(0.5),
    has: points(prng),
    settled: points(prng),
    fenced: few(prng, () => ({ ...point(prng), reason: prng.pick(FENCE_REASONS) })),
  }),
  cells: (prng) => ({
    ...names(prng),
    from: uint(prng),
    to: uint(prng),
    cells: few(prng, () => ({
      pool: pool(prng),
      from: writer(prng),
      to: writer(prng),
      n: uint(prng),
      seq: uint(prng),
    })),
  }),
  recalls: (prng) => ({
    ...names(prng),
    items: few(prng, () => ({ pool: pool(prng), keep: uint(prng), given: uint(prng) })),
  }),
  denied: (prng) => ({
    ...names(prng),
    items: few(prng, () => ({ pool: pool(prng), atLeast: uint(prng) })),
  }),
  levels: (prng) => ({
    asOfMs: uint(prng),
    items: few(prng, () => ({ pool: pool(prng), onHand: signed(prng), available: signed(prng) })),
  }),
  former: (prng) => ({ writer: writer(prng), entries: entries(prng), last: prng.chance(0.5) }),
  call: (prng) => ({
    callId: uint(prng),
    target: replica(prng),
    waitMs: uint(prng),
    body: prng.pick(['', '{}', '{"call":"status"}', text(prng)]),
  }),
  reply: (prng) => ({ callId: uint(prng), body: text(prng) }),
  catalogue: (prng) => ({
    from: uint(prng),
    to: uint(prng),
    items: few(prng, () => ({
      kind: 'product',
      id: id(prng),
      version: uint(prng),
      body: prng.chance(0.5) ? '{"name":"grün"}' : null,
    })),
  }),
  'catalogue-seen': (prng) => ({ version: uint(prng) }),
  'cart-open': (prng) => ({ ...session(prng), cart: id(prng), token: text(prng) }),
  'cart-said': (prng) => ({ ...session(prng), nr: uint(prng), bytes: hash(prng) }),
  'cart-ended': (prng) => ({ ...session(prng), code: prng.below(5_000), reason: text(prng) }),
};

const FRAME_KINDS = Object.keys(BODIES) as readonly FrameKind[];

export function sampleFrame(prng: Prng, kind: FrameKind = prng.pick(FRAME_KINDS)): Frame {
  return { kind, ...BODIES[kind](prng) } as Frame;
}
