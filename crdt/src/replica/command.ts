/**
 * Commands: what a replica may be asked to do, and what it answers.
 *
 * `id` is made by whoever asks and is the document that the command becomes: the
 * same id again gets the first answer (T8). A refusal changes nothing and writes
 * nothing, so the same id may be tried again later.
 */
import type {
  Entry,
  LossCause,
  OrderHead,
  OrderMark,
  PoolUnits,
  ReceiptCause,
  SoldLine,
} from '../entry/entry.ts';
import type { HoldId, LineId, LocationId, OrderId, PoolId, ReplicaId, Sku, WriterId } from '../ids.ts';
import type { ErrorCode } from '../wire/error-codes.ts';

interface Asked {
  readonly id: string;
  /** `role:id`, opaque. */
  readonly actor: string;
  /** R4: how long the command may wait for units from elsewhere, for all hops together. 0: not at all. */
  readonly waitMs?: number;
}

/** A line to be sold; without a location, sourcing chooses one. */
export type SellLine = Omit<SoldLine, 'pool' | 'owed' | 'departed' | 'locationId'> & {
  readonly locationId?: LocationId;
};

interface OrderParts extends Omit<OrderHead, 'orderId' | 'overrideReason'> {
  /** The places whose goods leave with the sale, as over their counter; others ship later. */
  readonly departsFrom: readonly LocationId[];
}

export interface Sell extends Asked, OrderParts {
  readonly type: 'sell';
  readonly lines: readonly SellLine[];
  /** Where lines without a location may come from, best first. */
  readonly locations?: readonly LocationId[];
  /** Whether such a line may come in pieces from several of them. */
  readonly allowSplit?: boolean;
  /** F8: the goods are in the customer's hands. What cannot be covered is owed, up to `owedMax` a pool. */
  readonly override?: { readonly reason: string; readonly owedMax: number };
}

export interface OpenHold extends Asked {
  readonly type: 'hold';
  readonly ttlMs: number;
  readonly lines: readonly PoolUnits[];
}

export interface ExtendHold extends Asked {
  readonly type: 'extend';
  readonly holdId: HoldId;
  readonly ttlMs: number;
}

export interface CaptureHold extends Asked {
  readonly type: 'capture';
  readonly holdId: HoldId;
}

export interface ConfirmHold extends Asked, OrderParts {
  readonly type: 'confirm';
  readonly holdId: HoldId;
  readonly lines: readonly (SellLine & { readonly locationId: LocationId })[];
}

export interface ReleaseHold extends Asked {
  readonly type: 'release';
  readonly holdId: HoldId;
}

export interface CancelOrder extends Asked {
  readonly type: 'cancel';
  readonly orderId: OrderId;
  readonly reason: string;
  /** Without it, every line that is still open. */
  readonly lineIds?: readonly LineId[];
}

export interface Receive extends Asked {
  readonly type: 'receive';
  readonly cause: ReceiptCause;
  readonly reason?: string;
  readonly lines: readonly PoolUnits[];
}

export interface ReturnGoods extends Asked {
  readonly type: 'return';
  readonly orderId: OrderId;
  /** `sold` is the line's quantity, for a keeper that does not hold the order itself. */
  readonly lines: readonly { lineId: LineId; pool: PoolId; n: number; sold?: number }[];
}

export interface Ship extends Asked {
  readonly type: 'ship';
  readonly orderId: OrderId;
  readonly lines: readonly { lineId: LineId; pool: PoolId; n: number; ordered?: number }[];
}

export interface Count extends Asked {
  readonly type: 'count';
  readonly reason: string;
  /** The points of the keeper's stream and its children's that the count includes; without it: all so far. */
  readonly includes?: readonly { readonly writer: WriterId; readonly seq: number }[];
  /** `replaces`: what the books said when the counter looked; another value now refuses the count. */
  readonly lines: readonly { readonly pool: PoolId; readonly found: number; readonly replaces?: number }[];
}

export interface Lose extends Asked {
  readonly type: 'lose';
  readonly cause: LossCause;
  readonly reason: string;
  readonly lines: readonly PoolUnits[];
}

/** F3: an operator takes back what a fenced child writer still held. */
export interface Reclaim extends Asked {
  readonly type: 'reclaim';
  readonly writer: WriterId;
  readonly items: readonly PoolUnits[];
  /** F6: who will tell nothing more, as the operator says, who counted instead. */
  readonly gone?: readonly ReplicaId[] | undefined;
}

/** The owner says how far its order has come; each mark once, so the command's id is the order's. */
export interface MarkOrder extends Asked {
  readonly type: 'mark';
  readonly orderId: OrderId;
  readonly mark: OrderMark;
}

export type Command =
  | Sell
  | OpenHold
  | ExtendHold
  | CaptureHold
  | ConfirmHold
  | ReleaseHold
  | CancelOrder
  | Receive
  | ReturnGoods
  | Ship
  | Count
  | Lose
  | Reclaim
  | MarkOrder;

export interface ShortItem {
  readonly pool: PoolId;
  readonly sku: Sku;
  readonly location: LocationId;
  readonly requested: number;
  readonly available: number;
  /** What to tell people: nothing is left, or less than asked; and whether the tree was asked (R4). */
  readonly reason: 'none_left' | 'too_few_left';
}

export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
  readonly items?: readonly ShortItem[];
}

export interface Accepted {
  readonly ok: true;
  readonly entry: Entry;
  /** True where the id was known already and this is the first answer again. */
  readonly replayed: boolean;
  /** True where units had to be asked for before it could be accepted (R4, R5). */
  readonly waited?: boolean;
}

export type Answer = Accepted | Refusal;

export function refuse(code: ErrorCode, message: string, items?: readonly ShortItem[]): Refusal {
  return items === undefined ? { ok: false, code, message } : { ok: false, code, message, items };
}
