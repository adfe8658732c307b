/**
 * Sales and holds: may these units be used, from rights that are here? (T4, T5)
 *
 * Each function looks at the ledger and answers with a body to append or a refusal.
 * None of them changes anything.
 */
import type { BodyOf, EntryBody, SoldLine } from '../entry/entry.ts';
import {
  type HoldId,
  type LocationId,
  locationOf,
  type OrderId,
  type PoolId,
  parsePoolId,
  poolId,
  type Sku,
} from '../ids.ts';
import { oneForAll } from '../order/sourcing.ts';
import { hasRoom, isQuantity, type Need, type Short, shortPools } from '../tally/guards.ts';
import { debt } from '../tally/row.ts';
import {
  type ConfirmHold,
  type ExtendHold,
  type OpenHold,
  type Refusal,
  type ReleaseHold,
  refuse,
  type Sell,
  type SellLine,
  type ShortItem,
} from './command.ts';
import type { Directory } from './directory.ts';
import { holdLeftMs } from './holds.ts';
import type { Ledger, Now } from './ledger.ts';
import { inPieces, sourceOrders } from './pieces.ts';
import { placeToAsk } from './place-to-ask.ts';

export type Decided<Body extends EntryBody = EntryBody> =
  | { readonly ok: true; readonly body: Body }
  | Refusal;

export function decideSell(ledger: Ledger, directory: Directory, command: Sell): Decided<BodyOf<'sold'>> {
  const bad = badLine(command.lines);
  if (bad !== undefined) return bad;
  const placed = place(ledger, directory, command);
  if (!placed.ok) return placed;
  const { lines } = placed;
  const needs = lines.map((line) => ({ pool: line.pool, n: line.quantityBase }));
  const room = noRoom(ledger, needs);
  if (room !== undefined) return room;
  const short = shortPools((pool) => ledger.usable(pool), needs);
  if (short.length > 0) {
    if (command.override === undefined) return insufficient(short);
    const owing = oweShort(ledger, lines, short, command.override.owedMax);
    if (!owing.ok) return owing;
    return { ok: true, body: soldBody(command, owing.lines, command.override.reason) };
  }
  return { ok: true, body: soldBody(command, lines) };
}

function soldBody(command: Sell, lines: readonly SoldLine[], overrideReason?: string): BodyOf<'sold'> {
  return {
    type: 'sold',
    ...orderHead(command),
    ...(overrideReason === undefined ? {} : { overrideReason }),
    lines,
  };
}

/** What is left out stays out, without a copy for each: a sale does this. */
function orderHead(command: Sell | ConfirmHold) {
  const { clientId, customerId, note } = command;
  const head: OrderHead = {
    orderId: command.id as OrderId,
    channel: command.channel,
    priority: command.priority,
    placedAt: command.placedAt,
    payments: command.payments,
  };
  if (clientId !== undefined) head.clientId = clientId;
  if (customerId !== undefined) head.customerId = customerId;
  if (note !== undefined) head.note = note;
  return head;
}

type OrderFields = Omit<BodyOf<'sold'>, 'type' | 'lines' | 'overrideReason'>;
type OrderHead = { -readonly [Field in keyof OrderFields]: OrderFields[Field] };

/** Gives every line its pool, by its own word or by sourcing. */
function place(
  ledger: Ledger,
  directory: Directory,
  command: Sell,
): { ok: true; lines: SoldLine[] } | Refusal {
  const open = command.lines.filter((line) => line.locationId === undefined);
  if (open.length === 0)
    return { ok: true, lines: command.lines.map((line) => sold(line, line.locationId, command)) };
  const locations = command.locations ?? [];
  if (locations.length === 0) {
    return refuse('invalid_request', 'Name a location for each line: none is configured to choose from.');
  }
  const free = (sku: Sku, location: LocationId) => ledger.usable(poolId(sku, location));
  const one = oneForAll(command.lines, locations, free);
  if (one !== undefined) return { ok: true, lines: command.lines.map((line) => sold(line, one, command)) };
  const sourced = sourceOrders([command], locations, free);
  if (!sourced.ok && command.override !== undefined) {
    // F8: the goods are in the customer's hands, here: what rights cannot pay for is owed at this place.
    const here = locations[0];
    return { ok: true, lines: command.lines.map((line) => sold(line, line.locationId ?? here, command)) };
  }
  if (!sourced.ok) {
    // What cannot be served whole anywhere is asked for where there may be enough (R4), with what other lines take there (T5).
    const of = new Map(command.lines.map((line) => [line.lineId, line]));
    const needs = [
      ...sourced.short.map(({ lineId, sku, requested }) => {
        const at = of.get(lineId)?.locationId ?? placeToAsk(directory, sku, requested, locations);
        return { pool: poolId(sku, at), n: requested };
      }),
      ...sourced.served.map(({ lineId, locationId, quantityBase }) => {
        return { pool: poolId((of.get(lineId) as SellLine).sku, locationId), n: quantityBase };
      }),
    ];
    return insufficient(shortPools((pool) => ledger.usable(pool), needs));
  }
  const [parts = []] = sourced.parts;
  const lines =
    parts.length === command.lines.length
      ? command.lines.map((line, i) => sold(line, parts[i]?.locationId, command))
      : inPieces(command.lines, parts).map((line) => sold(line, line.locationId, command));
  return { ok: true, lines };
}

function sold(
  line: SellLine,
  location: SellLine['locationId'],
  { departsFrom }: Pick<Sell, 'departsFrom'>,
): SoldLine {
  const locationId = location as NonNullable<typeof location>;
  // Each by its name: a spread costs a sale as much as its hash does.
  return {
    lineId: line.lineId,
    sku: line.sku,
    locationId,
    pool: poolId(line.sku, locationId),
    quantityBase: line.quantityBase,
    unit: line.unit,
    quantityUnits: line.quantityUnits,
    unitPriceMinor: line.unitPriceMinor,
    currency: line.currency,
    taxRateBp: line.taxRateBp,
    taxIncluded: line.taxIncluded,
    discounts: line.discounts,
    departed: departsFrom.includes(locationId),
    owed: 0,
  };
}

/** F8: what rights cannot pay for is owed, spread over the lines of the pool in their order. */
function oweShort(
  ledger: Ledger,
  lines: readonly SoldLine[],
  short: readonly Short[],
  owedMax: number,
): { ok: true; lines: SoldLine[] } | Refusal {
  const owing = new Map<PoolId, number>();
  for (const { pool, requested, available } of short) {
    const owed = requested - available;
    if (debt(ledger.self.row(pool)) + owed > owedMax) {
      return refuse(
        'override_limit',
        `At most ${owedMax} units of ${parsePoolId(pool).sku} may be owed here.`,
      );
    }
    owing.set(pool, owed);
  }
  return {
    ok: true,
    lines: lines.map((line) => {
      const left = owing.get(line.pool) ?? 0;
      const owed = Math.min(left, line.quantityBase);
      owing.set(line.pool, left - owed);
      return owed === 0 ? line : { ...line, owed };
    }),
  };
}

export function decideHold(ledger: Ledger, command: OpenHold): Decided<BodyOf<'held'>> {
  const bad = badQuantity(command.lines.map((line) => line.n));
  if (bad !== undefined) return bad;
  const room = noRoom(ledger, command.lines);
  if (room !== undefined) return room;
  const short = shortPools((pool) => ledger.usable(pool), command.lines);
  if (short.length > 0) return insufficient(short);
  return {
    ok: true,
    body: { type: 'held', holdId: command.id as HoldId, ttlMs: command.ttlMs, lines: command.lines },
  };
}

/** F9: a hold that ended, or whose time is over, must be held again. */
function openHold(ledger: Ledger, holdId: HoldId, now: Now) {
  const hold = ledger.holds.get(holdId);
  if (hold === undefined || hold.writer !== ledger.self.writer) {
    const known = ledger.findDocument('hold', holdId);
    if (known === undefined) return refuse('unknown_hold', `No hold ${holdId} was opened here.`);
    if (known.writer !== ledger.self.writer && ledger.findDocument('hold-end', holdId) === undefined) {
      return refuse('not_owner', `Hold ${holdId} belongs to ${known.writer.split('.')[0]}.`);
    }
    return refuse('hold_ended', `Hold ${holdId} has ended.`);
  }
  if (!hold.capturing && holdLeftMs(hold, now) <= 0) {
    return refuse('hold_ended', `The time of hold ${holdId} is over.`);
  }
  return { ok: true as const, hold };
}

export function decideExtend(ledger: Ledger, command: ExtendHold, now: Now): Decided {
  const open = openHold(ledger, command.holdId, now);
  if (!open.ok) return open;
  return { ok: true, body: { type: 'extended', holdId: command.holdId, ttlMs: command.ttlMs } };
}

export function decideCapture(ledger: Ledger, holdId: HoldId, now: Now): Decided {
  const open = openHold(ledger, holdId, now);
  if (!open.ok) return open;
  return { ok: true, body: { type: 'capturing', holdId } };
}

/** A hold becomes an order. What the order leaves of the hold is given back. */
export function decideConfirm(ledger: Ledger, command: ConfirmHold, now: Now): Decided<BodyOf<'confirmed'>> {
  const bad = badLine(command.lines);
  if (bad !== undefined) return bad;
  const open = openHold(ledger, command.holdId, now);
  if (!open.ok) return open;
  const lines = command.lines.map((line) => sold(line, line.locationId, command));
  const held = new Map<PoolId, number>();
  for (const { pool, n } of open.hold.lines) held.set(pool, (held.get(pool) ?? 0) + n);
  for (const line of lines) {
    const left = (held.get(line.pool) ?? 0) - line.quantityBase;
    if (left < 0) {
      return refuse('invalid_request', `The hold has fewer units of ${line.sku} than the order.`);
    }
    held.set(line.pool, left);
  }
  return {
    ok: true,
    body: {
      type: 'confirmed',
      holdId: command.holdId,
      closes: open.hold.lines,
      ...orderHead(command),
      lines,
    },
  };
}

export function decideRelease(ledger: Ledger, command: ReleaseHold): Decided<BodyOf<'released'>> {
  const hold = ledger.holds.get(command.holdId);
  if (hold === undefined || hold.writer !== ledger.self.writer) {
    if (ledger.findDocument('hold', command.holdId) === undefined) {
      return refuse('unknown_hold', `No hold ${command.holdId} was opened here.`);
    }
    return refuse('hold_ended', `Hold ${command.holdId} has ended.`);
  }
  return {
    ok: true,
    body: { type: 'released', holdId: command.holdId, cause: 'released', closes: hold.lines },
  };
}

/** The holds whose time is over by the owner's clock, but for those that wait for a payment. */
export function decideExpiries(ledger: Ledger, now: Now): BodyOf<'released'>[] {
  const expired: BodyOf<'released'>[] = [];
  for (const [holdId, hold] of ledger.holds) {
    if (hold.writer !== ledger.self.writer || hold.capturing || holdLeftMs(hold, now) > 0) continue;
    expired.push({ type: 'released', holdId, cause: 'expired', closes: hold.lines });
  }
  return expired;
}

function badLine(lines: readonly SellLine[]): Refusal | undefined {
  if (lines.length > 0 && lines.every(hasQuantity)) return undefined;
  return badQuantity(lines.map((line) => line.quantityBase));
}

function hasQuantity(line: SellLine): boolean {
  return isQuantity(line.quantityBase);
}

export function badQuantity(quantities: readonly number[]): Refusal | undefined {
  if (quantities.length === 0) return refuse('invalid_request', 'At least one line is needed.');
  const bad = quantities.find((n) => !isQuantity(n));
  return bad === undefined ? undefined : refuse('quantity_out_of_range', `${bad} is not a quantity.`);
}

/** T7: a command that would push a column past what is exact is refused. */
export function noRoom(ledger: Ledger, needs: readonly Need[]): Refusal | undefined {
  for (const { pool, n } of needs) {
    if (!hasRoom(ledger.self.row(pool), n * needs.length)) {
      return refuse('quantity_out_of_range', `The books of ${pool} cannot count that far.`);
    }
  }
  return undefined;
}

function insufficient(short: readonly Short[]): Refusal {
  const items: ShortItem[] = short.map(({ pool, requested, available }) => ({
    pool,
    sku: parsePoolId(pool).sku,
    location: locationOf(pool),
    requested,
    available,
    reason: available === 0 ? 'none_left' : 'too_few_left',
  }));
  const first = items[0] as ShortItem;
  const more = items.length > 1 ? ` and ${items.length - 1} more` : '';
  return refuse(
    'insufficient_stock',
    `${first.requested} of ${first.sku} asked, ${first.available} can be sold here${more}.`,
    items,
  );
}
