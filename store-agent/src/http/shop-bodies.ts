/** Bodies of the shop's local API, each with the command that it becomes. */
import type {
  CancelOrder,
  CaptureHold,
  Count,
  ExtendHold,
  HoldId,
  LineId,
  LocationId,
  Lose,
  OpenHold,
  OrderId,
  PoolId,
  PoolUnits,
  Receive,
  ReleaseHold,
  ReturnGoods,
  Ship,
  Sku,
} from '@tallystick/crdt';
import { poolId, QUANTITY_MAX } from '@tallystick/crdt';
import { z } from 'zod';
import { derivedId } from './ids.ts';
import {
  documentId,
  LINES_MAX,
  locationId,
  orderBody,
  quantity,
  reason,
  sku,
  WAIT_MS_MAX,
} from './order-body.ts';

/** One day: a hold is a shopper's patience, not a reservation for a season. */
const HOLD_MS_MAX = 86_400_000;

const ttlMs = z.number().int().min(1_000).max(HOLD_MS_MAX);
const waitMs = z.number().int().min(0).max(WAIT_MS_MAX).optional();
const stockLine = z.strictObject({ sku, quantity, locationId: locationId.optional() });
const stockLines = z.array(stockLine).min(1).max(LINES_MAX);
const found = z.number().int().min(0).max(QUANTITY_MAX);

export const saleBody = orderBody.extend({
  /** F8: the goods are in the customer's hands; why they are sold without a right to them. */
  override: z.strictObject({ reason: reason.min(3) }).optional(),
});
export const holdBody = z.strictObject({ id: documentId.optional(), lines: stockLines, ttlMs, waitMs });
export const extendBody = z.strictObject({ id: documentId.optional(), ttlMs });
export const endHoldBody = z.strictObject({ id: documentId.optional() }).optional();
export const confirmBody = orderBody.omit({ waitMs: true });
export const receiptBody = z.strictObject({
  id: documentId,
  cause: z.enum(['delivery', 'correction', 'transfer']).default('delivery'),
  lines: stockLines,
});
/** `sold`: the line’s quantity, for a place that has not heard of the order itself. */
export const returnBody = z.strictObject({
  id: documentId,
  orderId: documentId,
  lines: z
    .array(stockLine.extend({ lineId: documentId, sold: quantity.optional() }))
    .min(1)
    .max(LINES_MAX),
});
export const shipmentBody = z.strictObject({
  id: documentId,
  orderId: documentId,
  lines: z
    .array(stockLine.extend({ lineId: documentId, ordered: quantity.optional() }))
    .min(1)
    .max(LINES_MAX),
});
export const countBody = z.strictObject({
  id: documentId,
  reason: reason.default('count'),
  lines: z
    .array(z.strictObject({ sku, found, locationId: locationId.optional(), replaces: found.optional() }))
    .min(1)
    .max(LINES_MAX),
});
export const lossBody = z.strictObject({
  id: documentId,
  cause: z.enum(['damage', 'shrinkage', 'correction', 'transfer']).default('shrinkage'),
  reason: reason.default(''),
  lines: stockLines,
});
export const cancelBody = z
  .strictObject({
    id: documentId.optional(),
    reason: reason.optional(),
    lineIds: z.array(documentId).min(1).max(LINES_MAX).optional(),
  })
  .optional();

/** Where lines without a location belong: this replica's own place. */
export interface Here {
  readonly actor: string;
  readonly location: LocationId | undefined;
}

type Line = z.infer<typeof stockLine>;

function poolOf(line: { sku: string; locationId?: string | undefined }, here: Here): PoolId {
  return poolId(line.sku as Sku, (line.locationId ?? here.location) as LocationId);
}

function units(lines: readonly Line[], here: Here): PoolUnits[] {
  return lines.map((line) => ({ pool: poolOf(line, here), n: line.quantity }));
}

export function toHold(id: string, body: z.infer<typeof holdBody>, here: Here): OpenHold {
  const { ttlMs: ttl, waitMs: wait } = body;
  return {
    type: 'hold',
    id,
    actor: here.actor,
    ttlMs: ttl,
    lines: units(body.lines, here),
    waitMs: wait ?? 0,
  };
}

export function toExtend(id: string, holdId: string, ttl: number, here: Here): ExtendHold {
  return { type: 'extend', id, actor: here.actor, holdId: holdId as HoldId, ttlMs: ttl };
}

export function toEndHold(
  type: 'capture' | 'release',
  id: string,
  holdId: string,
  here: Here,
): CaptureHold | ReleaseHold {
  return { type, id, actor: here.actor, holdId: holdId as HoldId };
}

export function toReceive(body: z.infer<typeof receiptBody>, here: Here): Receive {
  return {
    type: 'receive',
    id: body.id,
    actor: here.actor,
    cause: body.cause,
    lines: units(body.lines, here),
  };
}

export function toReturn(body: z.infer<typeof returnBody>, here: Here): ReturnGoods {
  const lines = body.lines.map((line) => {
    const sold = line.sold === undefined ? {} : { sold: line.sold };
    return { lineId: line.lineId as LineId, pool: poolOf(line, here), n: line.quantity, ...sold };
  });
  return { type: 'return', id: body.id, actor: here.actor, orderId: body.orderId as OrderId, lines };
}

export function toShip(body: z.infer<typeof shipmentBody>, here: Here): Ship {
  const lines = body.lines.map((line) => ({
    lineId: line.lineId as LineId,
    pool: poolOf(line, here),
    n: line.quantity,
    ...(line.ordered === undefined ? {} : { ordered: line.ordered }),
  }));
  return { type: 'ship', id: body.id, actor: here.actor, orderId: body.orderId as OrderId, lines };
}

export function toCount(body: z.infer<typeof countBody>, here: Here): Count {
  const lines = body.lines.map((line) => ({
    pool: poolOf(line, here),
    found: line.found,
    ...(line.replaces === undefined ? {} : { replaces: line.replaces }),
  }));
  return { type: 'count', id: body.id, actor: here.actor, reason: body.reason, lines };
}

export function toLose(body: z.infer<typeof lossBody>, here: Here): Lose {
  const { id, cause, reason: why } = body;
  return { type: 'lose', id, actor: here.actor, cause, reason: why, lines: units(body.lines, here) };
}

export function toCancel(orderId: string, body: z.infer<typeof cancelBody>, here: Here): CancelOrder {
  return {
    type: 'cancel',
    // Cancelling a whole order twice is one act, whoever asks.
    id:
      body?.id ?? (body?.lineIds === undefined ? orderId : derivedId(orderId, `/${body.lineIds.join(',')}`)),
    actor: here.actor,
    orderId: orderId as OrderId,
    reason: body?.reason ?? '',
    ...(body?.lineIds === undefined ? {} : { lineIds: body.lineIds as LineId[] }),
  };
}
