/**
 * Goods that come, go, are counted or are missing: the keeper's acts (T8, T9, F7),
 * and an owner's cancellation.
 */
import type { BodyOf, Entry, LineUnits, SoldLine } from '../entry/entry.ts';
import {
  type LineId,
  locationOf,
  type OrderId,
  type PoolId,
  parsePoolId,
  type ReplicaId,
  replicaOf,
} from '../ids.ts';
import { forEachEffect } from '../tally/fold.ts';
import { sumByPool } from '../tally/guards.ts';
import { free } from '../tally/row.ts';
import {
  type CancelOrder,
  type Count,
  type Lose,
  type Receive,
  type Refusal,
  type ReturnGoods,
  refuse,
  type Ship,
} from './command.ts';
import { isFormerLife } from './copies.ts';
import { badQuantity, type Decided, noRoom } from './decide-sale.ts';
import type { Directory } from './directory.ts';
import type { Ledger } from './ledger.ts';

export function decideReceive(ledger: Ledger, directory: Directory, command: Receive): Decided {
  const { cause, lines, reason = '' } = command;
  return (
    badQuantity(command.lines.map((line) => line.n)) ??
    notKeeper(ledger, directory, command.lines) ??
    noRoom(ledger, command.lines) ?? {
      ok: true,
      body: { type: 'received', cause, lines, ...(reason === '' ? {} : { reason }) },
    }
  );
}

/** Goods come back against a sale line, wherever its customer brings them; never more than it sold. */
export function decideReturn(ledger: Ledger, directory: Directory, command: ReturnGoods): Decided {
  const order = orderLines(ledger, command.orderId);
  const refused =
    badQuantity(command.lines.map((line) => line.n)) ??
    notKeeper(ledger, directory, command.lines) ??
    noRoom(ledger, command.lines) ??
    notOfOrder(command, order, (line, pool) => line.sku === parsePoolId(pool).sku);
  if (refused !== undefined) return refused;
  for (const [lineId, n] of sumByLine(command.lines)) {
    const asked = command.lines.find((line) => line.lineId === lineId);
    const sold = order?.get(lineId)?.quantityBase ?? asked?.sold;
    if (sold === undefined) {
      return refuse('unknown_order', `Order ${command.orderId}, line ${lineId} is not known here.`);
    }
    const progress = ledger.lineProgress(command.orderId, lineId);
    if (progress.returned + progress.cancelled + n > sold) {
      const left = sold - progress.returned - progress.cancelled;
      return refuse('more_than_ordered', `Only ${left} of line ${lineId} can still come back.`);
    }
  }
  return { ok: true, body: { type: 'returned', orderId: command.orderId, lines: units(command.lines) } };
}

/** Goods leave for an order that was sold before; never more than its line (T4). */
export function decideShip(ledger: Ledger, directory: Directory, command: Ship): Decided {
  const order = orderLines(ledger, command.orderId);
  const refused =
    badQuantity(command.lines.map((line) => line.n)) ??
    notKeeper(ledger, directory, command.lines) ??
    notOfOrder(command, order, (line, pool) => line.pool === pool);
  if (refused !== undefined) return refused;
  for (const [lineId, n] of sumByLine(command.lines)) {
    const asked = command.lines.find((line) => line.lineId === lineId);
    const ordered = order?.get(lineId)?.quantityBase ?? asked?.ordered;
    if (ordered === undefined) {
      return refuse('unknown_order', `Order ${command.orderId}, line ${lineId} is not known here.`);
    }
    const progress = ledger.lineProgress(command.orderId, lineId);
    if (order?.get(lineId)?.departed === true) {
      return refuse('already_departed', `The goods of line ${lineId} left with the sale.`);
    }
    if (progress.shipped + progress.cancelled + n > ordered) {
      const left = ordered - progress.shipped - progress.cancelled;
      return refuse('more_than_ordered', `Only ${left} of line ${lineId} are left to ship.`);
    }
  }
  return { ok: true, body: { type: 'shipped', orderId: command.orderId, lines: units(command.lines) } };
}

/**
 * The owner takes back an order, or lines of it, before the goods left; each line once (T8). Of an order that a former
 * life took, the units are that life's: it may have taken it back itself, unheard, and sold them again.
 */
export function decideCancel(ledger: Ledger, command: CancelOrder): Decided<BodyOf<'cancelled'>> {
  const entry = ledger.documentEntry('order', command.orderId);
  if (entry === undefined) return refuse('unknown_order', `Order ${command.orderId} is not known here.`);
  const { self } = ledger;
  if (entry.writer !== self.writer && !isFormerLife(entry.writer, self.writer)) {
    return refuse('not_owner', `Order ${command.orderId} belongs to ${replicaOf(entry.writer)}.`);
  }
  const body = entry.body as BodyOf<'sold' | 'confirmed'>;
  const lines: LineUnits[] = [];
  for (const line of body.lines) {
    if (command.lineIds !== undefined && !command.lineIds.includes(line.lineId)) continue;
    const progress = ledger.lineProgress(command.orderId, line.lineId);
    if (progress.cancelled > 0 || line.departed) continue;
    // What came back had left, whoever knows of its shipment.
    const n = line.quantityBase - Math.max(progress.shipped, progress.returned);
    if (n > 0) lines.push({ lineId: line.lineId, pool: line.pool, n });
  }
  if (lines.length === 0) {
    if (body.lines.every((line) => line.departed)) {
      return refuse('already_departed', `The goods of order ${command.orderId} left with the sale.`);
    }
    return refuse('already_cancelled', `Nothing of order ${command.orderId} is left to cancel.`);
  }
  return {
    ok: true,
    body: { type: 'cancelled', orderId: command.orderId, reason: command.reason, lines },
  };
}

/**
 * What goes to the former life that took the order, in the commit that takes it back (T8, F3): to nobody's use before an
 * operator has counted it, as all that is left there. Undefined where this life took it.
 */
export function handedBack(
  ledger: Ledger,
  { orderId, lines }: BodyOf<'cancelled'>,
): BodyOf<'sent'> | undefined {
  const seller = ledger.documentEntry('order', orderId)?.writer;
  if (seller === undefined || seller === ledger.self.writer) return undefined;
  return { type: 'sent', to: seller, items: lines.map(({ pool, n }) => ({ pool, n })) };
}

/** T9: what was found is compared with goods on hand at that place, never with rights. */
export function decideCount(ledger: Ledger, directory: Directory, command: Count): Decided {
  if (command.lines.length === 0) return refuse('invalid_request', 'At least one line is needed.');
  if (command.lines.some(({ found }) => !Number.isInteger(found) || found < 0 || found > 2 ** 31 - 1)) {
    return refuse('quantity_out_of_range', 'What was found must be a whole number from 0 to 2147483647.');
  }
  if (new Set(command.lines.map((line) => line.pool)).size < command.lines.length) {
    return refuse('invalid_request', 'A count names each SKU once.');
  }
  const refused = notKeeper(ledger, directory, command.lines);
  if (refused !== undefined) return refused;
  const later = command.includes === undefined ? new Map<PoolId, number>() : sinceCount(ledger, command);
  if (later === undefined)
    return refuse(
      'count_outdated',
      'The count names a point that is not known here, or was overtaken by another.',
    );
  const lines: BodyOf<'counted'>['lines'][number][] = [];
  for (const { pool, found, replaces } of command.lines) {
    const books = goodsOnHand(ledger, pool);
    if (replaces !== undefined && replaces !== books) {
      return refuse('count_outdated', `The books say ${books} of ${pool}, not ${replaces}.`);
    }
    const expected = books - (later.get(pool) ?? 0);
    const less = Math.max(0, expected - found);
    const owed = less - Math.min(less, Math.max(0, free(ledger.self.row(pool))));
    lines.push({ pool, found, more: Math.max(0, found - expected), less, owed });
  }
  return { ok: true, body: { type: 'counted', reason: command.reason, lines } };
}

/** F7: goods are gone. Free rights pay for the loss; the rest is owed. */
export function decideLose(ledger: Ledger, directory: Directory, command: Lose): Decided {
  const refused =
    badQuantity(command.lines.map((line) => line.n)) ??
    notKeeper(ledger, directory, command.lines) ??
    noRoom(ledger, command.lines);
  if (refused !== undefined) return refused;
  const lines: BodyOf<'lost'>['lines'][number][] = [];
  for (const [pool, less] of sumByPool(command.lines)) {
    const onHand = goodsOnHand(ledger, pool);
    if (less > onHand) {
      return refuse('more_than_ordered', `The books have only ${onHand} of ${pool} on hand.`);
    }
    lines.push({ pool, less, owed: less - Math.min(less, Math.max(0, free(ledger.self.row(pool)))) });
  }
  return { ok: true, body: { type: 'lost', cause: command.cause, reason: command.reason, lines } };
}

/** Goods standing there, as far as this replica and its children know: Σ received − Σ departed. */
export function goodsOnHand(ledger: Ledger, pool: PoolId): number {
  let onHand = 0;
  for (const stream of ledger.streams.values()) {
    const row = stream.row(pool);
    onHand += row.received - row.departed;
  }
  return onHand;
}

/** How far a count may reach back. A stocktake is a day's work, not a year's. */
const COUNT_ENTRIES_MAX = 100_000;

/**
 * Goods that came (+) or went (−) after the points that a count includes; undefined where
 * a point is unknown, or where one of the pools was counted again since.
 */
function sinceCount(ledger: Ledger, command: Count): Map<PoolId, number> | undefined {
  const change = new Map<PoolId, number>();
  let steps = 0;
  for (const { writer, seq } of command.includes ?? []) {
    const stream = ledger.streams.get(writer);
    if (stream === undefined || seq > stream.head.seq) return undefined;
    for (let at = seq + 1; at <= stream.head.seq; at += 1) {
      const entry = ledger.entryAt(writer, at);
      steps += 1;
      if (entry === undefined || steps > COUNT_ENTRIES_MAX) return undefined;
      // What a newer count put right, an older one may not put right again.
      if (entry.body.type === 'counted' && sharesPool(entry.body.lines, command.lines)) return undefined;
      addGoods(change, entry);
    }
  }
  return change;
}

function sharesPool(
  a: readonly { readonly pool: PoolId }[],
  b: readonly { readonly pool: PoolId }[],
): boolean {
  const pools = new Set(a.map(({ pool }) => pool));
  return b.some(({ pool }) => pools.has(pool));
}

function addGoods(change: Map<PoolId, number>, entry: Entry): void {
  forEachEffect(entry.body, ({ pool, column, n }) => {
    const sign = column === 'received' ? 1 : column === 'departed' ? -1 : 0;
    if (sign !== 0) change.set(pool, (change.get(pool) ?? 0) + sign * n);
  });
}

/** The sold lines of an order, from this replica's own journal or a descendant's entries in it. */
export function orderLines(ledger: Ledger, orderId: OrderId): ReadonlyMap<LineId, SoldLine> | undefined {
  const body = ledger.documentEntry('order', orderId)?.body;
  if (body?.type !== 'sold' && body?.type !== 'confirmed') return undefined;
  const lines = new Map<LineId, SoldLine>();
  // A hostile order may name a line twice: the first counts, here and in the books.
  for (const line of body.lines) if (!lines.has(line.lineId)) lines.set(line.lineId, line);
  return lines;
}

/** T6: goods that an order did not sell, or sold elsewhere, are not its; whoever knows it above would shut out who says so. */
function notOfOrder(
  { orderId, lines }: ReturnGoods | Ship,
  order: ReadonlyMap<LineId, SoldLine> | undefined,
  fits: (line: SoldLine, pool: PoolId) => boolean,
): Refusal | undefined {
  if (order === undefined) return undefined;
  for (const { lineId, pool } of lines) {
    const line = order.get(lineId);
    // Another order of that id may have it (T8): what is told of it counts.
    if (line !== undefined && !fits(line, pool)) {
      const { sku, location } = parsePoolId(pool);
      return refuse(
        'invalid_request',
        `Line ${lineId} of order ${orderId} is ${line.sku} from ${line.locationId}, not ${sku} at ${location}.`,
      );
    }
  }
  return undefined;
}

function notKeeper(
  ledger: Ledger,
  directory: Directory,
  lines: readonly { readonly pool: PoolId }[],
): Refusal | undefined {
  const self: ReplicaId = replicaOf(ledger.self.writer);
  for (const { pool } of lines) {
    const location = locationOf(pool);
    const keeper = directory.keeperOf(location);
    if (keeper === undefined) return refuse('unknown_location', `No location is called ${location}.`);
    if (keeper !== self) return refuse('not_keeper', `The goods at ${location} are kept by ${keeper}.`);
  }
  return undefined;
}

function sumByLine(lines: readonly LineUnits[]): Map<LineId, number> {
  const sums = new Map<LineId, number>();
  for (const { lineId, n } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + n);
  return sums;
}

function units(lines: readonly LineUnits[]): LineUnits[] {
  return lines.map(({ lineId, pool, n }) => ({ lineId, pool, n }));
}
