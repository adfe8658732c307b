/**
 * Pieces: a line that comes from several locations is written down as several lines, the first
 * under its own id, the others under ids made from it. Asked again, they are the one line that
 * was asked for.
 */
import type { SoldLine } from '../entry/entry.ts';
import { LINES_MAX } from '../entry/lines-codec.ts';
import type { LineId, LocationId, Sku } from '../ids.ts';
import {
  type SourcedInParts,
  type SourcedPart,
  type SourcingLine,
  sourceInParts,
} from '../order/sourcing.ts';
import type { Sell, SellLine } from './command.ts';

export type LocatedLine = SellLine & { readonly locationId: LocationId };

/** Room for what is put behind it. */
const LINE_ID_MAX = 120;
const PIECE = /~[0-9]+$/;

/** Pieces of one request beyond its lines: an entry must stay far below what a frame may carry. */
const PIECES_MAX = 1_000;

/**
 * Where each line of these orders comes from; their lines share what is free. Where pieces would be too many, no line is split.
 * @returns for each order the parts of its lines, in their order
 */
export function sourceOrders(
  orders: readonly Pick<Sell, 'lines' | 'allowSplit'>[],
  candidates: readonly LocationId[],
  free: (sku: Sku, location: LocationId) => number,
): SourcedOrders {
  const lines = orders.flatMap((order, i) => sourcingLines(order, orders.length === 1 ? '' : `${i}/`));
  let sourced = sourceInParts(lines, candidates, free);
  if (sourced.ok && sourced.parts.length > Math.min(lines.length + PIECES_MAX, LINES_MAX))
    sourced = sourceInParts(
      lines.map((line) => ({ ...line, maySplit: false })),
      candidates,
      free,
    );
  if (!sourced.ok) return sourced;
  const { parts } = sourced;
  let at = 0;
  return {
    ok: true,
    parts: orders.map((order) => {
      const from = at;
      for (const { quantityBase } of order.lines)
        for (let open = quantityBase; open > 0; at += 1) open -= (parts[at] as SourcedPart).quantityBase;
      return parts.slice(from, at);
    }),
  };
}

type SourcedOrders =
  | { readonly ok: true; readonly parts: readonly (readonly SourcedPart[])[] }
  | Extract<SourcedInParts, { ok: false }>;

/** The lines of an order as sourcing reads them; `prefix` tells lines of several orders apart. */
function sourcingLines(
  { lines, allowSplit }: Pick<Sell, 'lines' | 'allowSplit'>,
  prefix: string,
): readonly SourcingLine[] {
  if (allowSplit !== true && prefix === '') return lines;
  // A line whose pieces would bear the name of another line stays whole.
  const taken = new Set<string>(
    lines.filter(({ lineId }) => PIECE.test(lineId)).map(({ lineId }) => lineId.replace(PIECE, '')),
  );
  const maySplit = (line: SellLine) => allowSplit === true && isDivisible(line) && !taken.has(line.lineId);
  return lines.map(({ lineId, sku, quantityBase, locationId, ...line }, i) => ({
    // Its place, for a hostile batch may name two lines alike.
    lineId: prefix === '' ? lineId : (`${prefix}${i}` as LineId),
    sku,
    quantityBase,
    ...(locationId === undefined ? {} : { locationId }),
    maySplit: maySplit({ lineId, sku, quantityBase, ...line }),
  }));
}

/** A case is not opened for a piece, and an amount off a line is not taken off twice. */
function isDivisible({ lineId, quantityBase, quantityUnits, discounts }: SellLine): boolean {
  return (
    quantityBase === quantityUnits &&
    lineId.length <= LINE_ID_MAX &&
    discounts.every(({ kind }) => kind === 'rate')
  );
}

/** @param parts as `sourceInParts` gives them for these lines: in their order, and together all of each. */
export function inPieces(lines: readonly SellLine[], parts: readonly SourcedPart[]): LocatedLine[] {
  let at = 0;
  return lines.flatMap((line) => {
    const pieces: LocatedLine[] = [];
    for (let open = line.quantityBase; open > 0; at += 1) {
      const { locationId, quantityBase } = parts[at] as SourcedPart;
      open -= quantityBase;
      pieces.push(
        quantityBase === line.quantityBase
          ? { ...line, locationId }
          : {
              ...line,
              lineId: pieceId(line.lineId, pieces.length),
              locationId,
              quantityBase,
              quantityUnits: quantityBase,
            },
      );
    }
    return pieces;
  });
}

/** Counted from 0: the first piece keeps the name of its line. */
function pieceId(lineId: LineId, index: number): LineId {
  return index === 0 ? lineId : (`${lineId}~${index + 1}` as LineId);
}

type Asked = Pick<SoldLine, 'lineId' | 'sku' | 'unit' | 'quantityUnits'>;

/**
 * Whether what was sold is what is asked, line by line, each in the unit that was asked for. Prices may have moved, and
 * so may the size of a case; what was asked may not.
 */
export function isSameGoods(known: readonly Asked[], asked: readonly Asked[]): boolean {
  let at = 0;
  for (const line of asked) {
    let units = 0;
    for (let piece = 0; units < line.quantityUnits; piece += 1, at += 1) {
      const sold = known[at];
      if (sold === undefined || sold.lineId !== pieceId(line.lineId, piece)) return false;
      if (sold.sku !== line.sku || sold.unit !== line.unit) return false;
      units += sold.quantityUnits;
    }
    if (units !== line.quantityUnits) return false;
  }
  return at === known.length;
}
