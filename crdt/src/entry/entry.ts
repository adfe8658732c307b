/**
 * Entry: one fact in a writer's journal, written down for ever.
 *
 * Its stored bytes are hashed with SHA-256; each entry carries the hash of the one
 * before it, so a chain can be checked by anyone from its first entry on (D5).
 * `codec.ts` is the byte form; golden fixtures keep every version readable.
 *
 * No personal data: people appear as opaque ids only.
 */
import type { HoldId, LineId, LocationId, Millis, OrderId, PoolId, Sku, WriterId } from '../ids.ts';
import type { Discount, Payment } from '../order/order.ts';

/** The version of the byte form that this release writes. */
export const ENTRY_VERSION = 1;

export const REPLICA_KINDS = ['authority', 'region', 'store', 'warehouse', 'terminal', 'channel'] as const;
export type ReplicaKind = (typeof REPLICA_KINDS)[number];

export type Hash = Uint8Array;

/** What every entry says besides its body. */
export interface EntryHead {
  readonly v: number;
  readonly writer: WriterId;
  /** Starts at 1; no holes. */
  readonly seq: number;
  readonly prevHash: Hash;
  /** Unique for ever within the entry's type. */
  readonly docId: string;
  /** Who asked for it: `role:id`, opaque. */
  readonly actor: string;
  readonly wallMs: Millis;
  readonly monotonicMs: Millis;
  /** Names one run of one machine, for reading `monotonicMs`. 32 hex digits. */
  readonly bootId: string;
}

export interface Entry extends EntryHead {
  readonly body: EntryBody;
}

export interface PoolUnits {
  readonly pool: PoolId;
  readonly n: number;
}

export interface LineUnits extends PoolUnits {
  readonly lineId: LineId;
}

/** An order line as it was sold: with the price, tax and unit that were used. */
export interface SoldLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly locationId: LocationId;
  readonly pool: PoolId;
  readonly quantityBase: number;
  readonly unit: string;
  readonly quantityUnits: number;
  readonly unitPriceMinor: number;
  readonly currency: string;
  readonly taxRateBp: number;
  readonly taxIncluded: boolean;
  readonly discounts: readonly Discount[];
  /** True where the goods leave with the sale, as over a counter; false where a keeper ships them later. */
  readonly departed: boolean;
  /** F8: of `quantityBase`, the units handed over without a right to them. */
  readonly owed: number;
}

export interface OrderHead {
  readonly orderId: OrderId;
  readonly channel: string;
  readonly clientId?: string;
  readonly customerId?: string;
  readonly priority: number;
  readonly placedAt: Millis;
  readonly payments: readonly Payment[];
  readonly note?: string;
  /** F8: why a cashier with permission sold without rights. */
  readonly overrideReason?: string;
}

export interface CountedLine {
  readonly pool: PoolId;
  /** Goods on hand as counted. */
  readonly found: number;
  /** Found beyond the books: a receipt (T9). */
  readonly more: number;
  /** Missing from the shelf (F7). */
  readonly less: number;
  /** Of `less`, the units that no right could pay for. */
  readonly owed: number;
}

export interface LostLine {
  readonly pool: PoolId;
  readonly less: number;
  readonly owed: number;
}

/** The lists below are stored as indexes: new members go to the end, none is ever taken out. */
export const RECEIPT_CAUSES = ['delivery', 'correction', 'transfer'] as const;
export type ReceiptCause = (typeof RECEIPT_CAUSES)[number];
export const LOSS_CAUSES = ['damage', 'shrinkage', 'correction', 'transfer'] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];
export const RELEASE_CAUSES = ['released', 'expired'] as const;
export type ReleaseCause = (typeof RELEASE_CAUSES)[number];
export const FENCE_REASONS = [
  'fork',
  'rights',
  'departed',
  'foreign-pool',
  'false-took',
  'rows-differ',
  'rollback',
  'retired',
  'superseded',
  'malformed',
  'branch',
] as const;
export type FenceReason = (typeof FENCE_REASONS)[number];
/** How far an order has come that no movement of goods tells. */
export const ORDER_MARKS = ['processing', 'delivered'] as const;
export type OrderMark = (typeof ORDER_MARKS)[number];

export type EntryBody =
  /** The first entry of a writer: a life begins. The authority alone has no parent. */
  | { readonly type: 'life'; readonly kind: ReplicaKind; readonly parent: WriterId | null }
  /** F3a: the same writer under another parent. */
  | { readonly type: 'reparented'; readonly parent: WriterId }
  /** A grant or surrender, seen and written down before it is used: `n` is all that `from` ever sent. */
  | {
      readonly type: 'took';
      readonly from: WriterId;
      readonly items: readonly { readonly pool: PoolId; readonly seq: number; readonly n: number }[];
    }
  | { readonly type: 'sent'; readonly to: WriterId; readonly items: readonly PoolUnits[] }
  | ({ readonly type: 'sold'; readonly lines: readonly SoldLine[] } & OrderHead)
  | {
      readonly type: 'held';
      readonly holdId: HoldId;
      readonly ttlMs: number;
      readonly lines: readonly PoolUnits[];
    }
  | { readonly type: 'extended'; readonly holdId: HoldId; readonly ttlMs: number }
  /** A payment is about to be asked for: expiry stops (F9). */
  | { readonly type: 'capturing'; readonly holdId: HoldId }
  | ({
      readonly type: 'confirmed';
      readonly holdId: HoldId;
      readonly closes: readonly PoolUnits[];
      readonly lines: readonly SoldLine[];
    } & OrderHead)
  | {
      readonly type: 'released';
      readonly holdId: HoldId;
      readonly cause: ReleaseCause;
      readonly closes: readonly PoolUnits[];
    }
  | {
      readonly type: 'cancelled';
      readonly orderId: OrderId;
      readonly reason: string;
      readonly lines: readonly LineUnits[];
    }
  | {
      readonly type: 'received';
      readonly cause: ReceiptCause;
      readonly lines: readonly PoolUnits[];
      /** Never empty: who gives none leaves it out. */
      readonly reason?: string;
    }
  | { readonly type: 'returned'; readonly orderId: OrderId; readonly lines: readonly LineUnits[] }
  | { readonly type: 'shipped'; readonly orderId: OrderId; readonly lines: readonly LineUnits[] }
  | { readonly type: 'counted'; readonly reason: string; readonly lines: readonly CountedLine[] }
  | {
      readonly type: 'lost';
      readonly cause: LossCause;
      readonly reason: string;
      readonly lines: readonly LostLine[];
    }
  | { readonly type: 'repaid'; readonly lines: readonly PoolUnits[] }
  /** D6: the digest of all rows of this writer, as sixteen hex digits, after the entry before this one. */
  | { readonly type: 'checkpoint'; readonly digest: string; readonly pools: number }
  | {
      readonly type: 'fenced';
      readonly writer: WriterId;
      /** The last entry that counts as the writer's own good word. */
      readonly seq: number;
      readonly hash: Hash;
      readonly reason: FenceReason;
    }
  /** F3: rights taken back from a fenced writer by its settler, on an operator's word. */
  | { readonly type: 'reclaimed'; readonly writer: WriterId; readonly items: readonly PoolUnits[] }
  /** The owner's word on its order; it moves no goods and no rights. */
  | { readonly type: 'marked'; readonly orderId: OrderId; readonly mark: OrderMark };

export type EntryType = EntryBody['type'];
export type BodyOf<Type extends EntryType> = Extract<EntryBody, { type: Type }>;

/** The hash before a writer's first entry. */
export const NO_HASH: Hash = new Uint8Array(32);
