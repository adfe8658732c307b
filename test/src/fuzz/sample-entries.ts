/** Well-formed entries of every type, from chance: what mutations begin with. */
import {
  type BodyOf,
  type Entry,
  type EntryType,
  FENCE_REASONS,
  type HoldId,
  type LineId,
  LOSS_CAUSES,
  type LocationId,
  ORDER_MARKS,
  type OrderHead,
  type OrderId,
  poolId,
  RECEIPT_CAUSES,
  RELEASE_CAUSES,
  REPLICA_KINDS,
  type ReplicaId,
  type Sku,
  type SoldLine,
  type WriterId,
  writerId,
} from '@tallystick/crdt';
import type { Prng } from '../sim/prng.ts';

const EDGES = [0, 1, 2, 127, 128, 300, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];

export const uint = (prng: Prng) => (prng.chance(0.5) ? prng.below(300) : prng.pick(EDGES));
const quantity = (prng: Prng) => prng.pick([1, 2, 7, 2 ** 31 - 1, 1 + prng.below(300)]);
export const text = (prng: Prng) => prng.pick(['', 'a', 'grün', '€', '🥕', 'x'.repeat(prng.below(120))]);
export const id = (prng: Prng) => prng.pick(['1', 'order-2', 'till-7/2026#3', 'z'.repeat(128), prng.hex(8)]);
export const hash = (prng: Prng) => Uint8Array.from({ length: 32 }, () => prng.below(256));
export const pool = (prng: Prng) =>
  poolId(prng.pick(['lamp', 'a@b', '🥕', 'x'.repeat(64)]) as Sku, place(prng));
const place = (prng: Prng) => prng.pick(['berlin', '1', `w${'-9'.repeat(31)}`]) as LocationId;

export function writer(prng: Prng): WriterId {
  const replica = prng.pick(['hq', 'berlin', `a${'b'.repeat(62)}`]) as ReplicaId;
  return writerId(replica, prng.pick([1, 2, 999_999_999]), prng.pick(['0', 'a', 'f']).repeat(32));
}

export function few<T>(prng: Prng, make: (prng: Prng) => T): T[] {
  return Array.from({ length: prng.below(5) }, () => make(prng));
}

const poolUnits = (prng: Prng) => ({ pool: pool(prng), n: quantity(prng) });
const lineUnits = (prng: Prng) => ({ lineId: id(prng) as LineId, ...poolUnits(prng) });
const maybe = <K extends string>(prng: Prng, key: K, value: string) =>
  (prng.chance(0.5) ? { [key]: value } : {}) as { [key in K]?: string };

function orderHead(prng: Prng): OrderHead {
  return {
    orderId: id(prng) as OrderId,
    channel: text(prng),
    ...maybe(prng, 'clientId', text(prng)),
    ...maybe(prng, 'customerId', text(prng)),
    priority: uint(prng),
    placedAt: uint(prng),
    payments: few(prng, () => ({ method: 'card', amountMinor: uint(prng), currency: 'EUR' })),
    ...maybe(prng, 'note', text(prng)),
    ...maybe(prng, 'overrideReason', text(prng)),
  };
}

function soldLine(prng: Prng): SoldLine {
  const sku = prng.pick(['lamp', 'a@b']) as Sku;
  const locationId = place(prng);
  const quantityBase = quantity(prng);
  return {
    lineId: id(prng) as LineId,
    sku,
    locationId,
    pool: poolId(sku, locationId),
    quantityBase,
    unit: prng.pick(['piece', 'case']),
    quantityUnits: quantity(prng),
    unitPriceMinor: uint(prng),
    currency: 'EUR',
    taxRateBp: uint(prng),
    taxIncluded: prng.chance(0.5),
    discounts: few(prng, () =>
      prng.chance(0.5)
        ? { kind: 'rate' as const, rateBp: uint(prng), code: 'spring' }
        : { kind: 'amount' as const, amountMinor: uint(prng) },
    ),
    departed: prng.chance(0.5),
    owed: prng.below(quantityBase + 1),
  };
}

const order = (prng: Prng) => ({ ...orderHead(prng), lines: few(prng, soldLine) });
const lines = (prng: Prng) => ({ lines: few(prng, poolUnits) });
const holdId = (prng: Prng) => id(prng) as HoldId;

/** The compiler finds the type that is missing here. */
const BODIES: { readonly [Type in EntryType]: (prng: Prng) => Omit<BodyOf<Type>, 'type'> } = {
  life: (prng) => ({ kind: prng.pick(REPLICA_KINDS), parent: prng.chance(0.5) ? writer(prng) : null }),
  reparented: (prng) => ({ parent: writer(prng) }),
  took: (prng) => ({
    from: writer(prng),
    items: few(prng, () => ({ pool: pool(prng), seq: uint(prng), n: uint(prng) })),
  }),
  sent: (prng) => ({ to: writer(prng), items: few(prng, poolUnits) }),
  sold: order,
  held: (prng) => ({ holdId: holdId(prng), ttlMs: uint(prng), ...lines(prng) }),
  extended: (prng) => ({ holdId: holdId(prng), ttlMs: uint(prng) }),
  capturing: (prng) => ({ holdId: holdId(prng) }),
  confirmed: (prng) => ({ holdId: holdId(prng), closes: few(prng, poolUnits), ...order(prng) }),
  released: (prng) => ({
    holdId: holdId(prng),
    cause: prng.pick(RELEASE_CAUSES),
    closes: few(prng, poolUnits),
  }),
  cancelled: (prng) => ({
    orderId: id(prng) as OrderId,
    reason: text(prng),
    lines: few(prng, lineUnits),
  }),
  received: (prng) => ({ cause: prng.pick(RECEIPT_CAUSES), ...lines(prng) }),
  returned: (prng) => ({ orderId: id(prng) as OrderId, lines: few(prng, lineUnits) }),
  shipped: (prng) => ({ orderId: id(prng) as OrderId, lines: few(prng, lineUnits) }),
  marked: (prng) => ({ orderId: id(prng) as OrderId, mark: prng.pick(ORDER_MARKS) }),
  counted: (prng) => ({
    reason: text(prng),
    lines: few(prng, () => ({
      pool: pool(prng),
      found: uint(prng),
      more: uint(prng),
      less: uint(prng),
      owed: uint(prng),
    })),
  }),
  lost: (prng) => ({
    cause: prng.pick(LOSS_CAUSES),
    reason: text(prng),
    lines: few(prng, () => ({ pool: pool(prng), less: uint(prng), owed: uint(prng) })),
  }),
  repaid: lines,
  checkpoint: (prng) => ({ digest: prng.hex(16), pools: uint(prng) }),
  fenced: (prng) => ({
    writer: writer(prng),
    seq: uint(prng),
    hash: hash(prng),
    reason: prng.pick(FENCE_REASONS),
  }),
  reclaimed: (prng) => ({ writer: writer(prng), items: few(prng, poolUnits) }),
};

export const ENTRY_TYPES = Object.keys(BODIES) as readonly EntryType[];

export function sampleEntry(prng: Prng, type: EntryType = prng.pick(ENTRY_TYPES)): Entry {
  return {
    v: 1,
    writer: writer(prng),
    seq: Math.max(1, uint(prng)),
    prevHash: hash(prng),
    docId: id(prng),
    actor: prng.pick(['cashier:7', 'system']),
    wallMs: uint(prng),
    monotonicMs: uint(prng),
    bootId: prng.hex(32),
    body: { type, ...BODIES[type](prng) },
  } as Entry;
}
