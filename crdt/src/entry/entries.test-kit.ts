/** Arbitrary entries of every type. */
import fc from 'fast-check';
import {
  few,
  hashes,
  ids,
  locations,
  pools,
  quantities,
  skus,
  texts,
  uints,
  writers,
} from '../fields.test-kit.ts';
import { type HoldId, type LineId, type OrderId, poolId } from '../ids.ts';
import type { Discount } from '../order/order.ts';
import {
  type BodyOf,
  type Entry,
  type EntryType,
  FENCE_REASONS,
  LOSS_CAUSES,
  ORDER_MARKS,
  type OrderHead,
  RECEIPT_CAUSES,
  RELEASE_CAUSES,
  REPLICA_KINDS,
  type SoldLine,
} from './entry.ts';

const holdId = ids.map((id) => id as HoldId);
const orderId = ids.map((id) => id as OrderId);
const lineId = ids.map((id) => id as LineId);
const poolUnits = few(fc.record({ pool: pools, n: quantities }));
const lineUnits = few(fc.record({ lineId, pool: pools, n: quantities }));
const code = fc.option(fc.constantFrom('spring', 'staff'), { nil: undefined });

function without<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

const discounts: fc.Arbitrary<Discount> = fc
  .oneof(
    fc.record({ kind: fc.constant('rate' as const), rateBp: uints, code }),
    fc.record({ kind: fc.constant('amount' as const), amountMinor: uints, code }),
  )
  .map((discount) => without(discount) as Discount);

const payments = fc
  .record({
    method: fc.constantFrom('cash', 'card'),
    amountMinor: uints,
    currency: fc.constantFrom('EUR', 'JPY'),
    reference: fc.option(ids, { nil: undefined }),
  })
  .map((payment) => without(payment) as OrderHead['payments'][number]);

const orderHead: fc.Arbitrary<OrderHead> = fc
  .record({
    orderId,
    channel: fc.constantFrom('till', 'web'),
    clientId: fc.option(texts, { nil: undefined }),
    customerId: fc.option(texts, { nil: undefined }),
    priority: uints,
    placedAt: uints,
    payments: few(payments),
    note: fc.option(texts, { nil: undefined }),
    overrideReason: fc.option(texts, { nil: undefined }),
  })
  .map((head) => without(head) as OrderHead);

const soldLines: fc.Arbitrary<SoldLine[]> = few(
  fc
    .record({
      lineId,
      sku: skus,
      locationId: locations,
      quantityBase: quantities,
      unit: fc.constantFrom('piece', 'case'),
      quantityUnits: quantities,
      unitPriceMinor: uints,
      currency: fc.constantFrom('EUR', 'JPY'),
      taxRateBp: uints,
      taxIncluded: fc.boolean(),
      discounts: few(discounts),
      departed: fc.boolean(),
      owedShare: fc.constantFrom(0, 0, 0.5, 1),
    })
    .map(({ owedShare, ...line }) => ({
      ...line,
      pool: poolId(line.sku, line.locationId),
      owed: Math.floor(line.quantityBase * owedShare),
    })),
);

/** The compiler finds the type that is missing here. */
const bodies: { readonly [Type in EntryType]: fc.Arbitrary<Omit<BodyOf<Type>, 'type'>> } = {
  life: fc.record({ kind: fc.constantFrom(...REPLICA_KINDS), parent: fc.option(writers) }),
  reparented: fc.record({ parent: writers }),
  took: fc.record({ from: writers, items: few(fc.record({ pool: pools, seq: uints, n: uints })) }),
  sent: fc.record({ to: writers, items: poolUnits }),
  sold: fc.tuple(orderHead, soldLines).map(([head, lines]) => ({ ...head, lines })),
  held: fc.record({ holdId, ttlMs: uints, lines: poolUnits }),
  extended: fc.record({ holdId, ttlMs: uints }),
  capturing: fc.record({ holdId }),
  confirmed: fc
    .tuple(holdId, poolUnits, orderHead, soldLines)
    .map(([hold, closes, head, lines]) => ({ holdId: hold, closes, ...head, lines })),
  released: fc.record({ holdId, cause: fc.constantFrom(...RELEASE_CAUSES), closes: poolUnits }),
  cancelled: fc.record({ orderId, reason: texts, lines: lineUnits }),
  received: fc
    .record({
      cause: fc.constantFrom(...RECEIPT_CAUSES),
      lines: poolUnits,
      reason: fc.option(
        texts.filter((text) => text !== ''),
        { nil: undefined },
      ),
    })
    .map((body) => without(body) as Omit<BodyOf<'received'>, 'type'>),
  returned: fc.record({ orderId, lines: lineUnits }),
  shipped: fc.record({ orderId, lines: lineUnits }),
  counted: fc.record({
    reason: texts,
    lines: few(fc.record({ pool: pools, found: uints, more: uints, less: uints, owed: uints })),
  }),
  lost: fc.record({
    cause: fc.constantFrom(...LOSS_CAUSES),
    reason: texts,
    lines: few(fc.record({ pool: pools, less: uints, owed: uints })),
  }),
  repaid: fc.record({ lines: poolUnits }),
  checkpoint: fc.record({ digest: fc.constantFrom('00'.repeat(8), '0123456789abcdef'), pools: uints }),
  fenced: fc.record({ writer: writers, seq: uints, hash: hashes, reason: fc.constantFrom(...FENCE_REASONS) }),
  reclaimed: fc.record({ writer: writers, items: poolUnits }),
  marked: fc.record({ orderId, mark: fc.constantFrom(...ORDER_MARKS) }),
};

export const ENTRY_TYPES = Object.keys(bodies) as readonly EntryType[];

export function entriesOf(type: EntryType): fc.Arbitrary<Entry> {
  return fc
    .record({
      writer: writers,
      seq: uints.map((seq) => Math.max(1, seq)),
      prevHash: hashes,
      docId: ids,
      actor: fc.constantFrom('cashier:7', 'system'),
      wallMs: uints,
      monotonicMs: uints,
      bootId: fc.constantFrom('0b'.repeat(16), 'ff'.repeat(16)),
      body: bodies[type],
    })
    .map(({ body, ...head }) => ({ v: 1, ...head, body: { type, ...body } }) as Entry);
}

export const entries: fc.Arbitrary<Entry> = fc.oneof(...ENTRY_TYPES.map(entriesOf));
