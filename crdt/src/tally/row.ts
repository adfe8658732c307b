/**
 * Row: what one writer says about one pool, in cumulative totals.
 *
 *   rights(w)  = received + reinstated + Σ took + Σ reclaimed − Σ sent − used
 *   free(w)    = rights(w) − (opened − closed)
 *   account(w) = rights(w) − (owed − repaid)
 *
 * A row is the fold of its writer's entries and has no other source: `fold.ts`
 * writes it, everyone else reads. Every column only grows (T1), so two copies of
 * a row are two lengths of one history, and `join.ts` keeps the longer one whole.
 */
import type { WriterId } from '../ids.ts';

/** Cumulative columns are exact up to here (T7); a command that would pass it is refused. */
export const COLUMN_MAX = Number.MAX_SAFE_INTEGER;
/** The most units one line of one command may name (T7). */
export const QUANTITY_MAX = 2 ** 31 - 1;

/** An amount towards or from another writer; `seq` is the entry (of whoever sent) that made it so. */
export interface Cell {
  readonly writer: WriterId;
  n: number;
  seq: number;
}

/** Columns that hold one number. Their order is part of the digest and of every stored row. */
export const COUNTERS = [
  'received',
  'reinstated',
  'used',
  'departed',
  'opened',
  'closed',
  'owed',
  'repaid',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Columns that hold one number for each other writer. */
export const CELL_COLUMNS = ['sent', 'took', 'reclaimed'] as const;
export type CellColumn = (typeof CELL_COLUMNS)[number];

export interface Row extends Record<Counter, number> {
  sent: readonly Cell[];
  took: readonly Cell[];
  reclaimed: readonly Cell[];
}

/** Shared by every row that has none, so that a hundred thousand rows stay small. */
const NO_CELLS: readonly Cell[] = Object.freeze([]);

export function emptyRow(): Row {
  return {
    received: 0,
    reinstated: 0,
    used: 0,
    departed: 0,
    opened: 0,
    closed: 0,
    owed: 0,
    repaid: 0,
    sent: NO_CELLS,
    took: NO_CELLS,
    reclaimed: NO_CELLS,
  };
}

/** What every reader sees of a pool that its writer never touched. */
export const EMPTY_ROW: Readonly<Row> = Object.freeze(emptyRow());

/** A copy that later acts cannot change. */
export function copyRow(row: Readonly<Row>): Row {
  return {
    ...row,
    sent: copyCells(row.sent),
    took: copyCells(row.took),
    reclaimed: copyCells(row.reclaimed),
  };
}

function copyCells(cells: readonly Cell[]): readonly Cell[] {
  return cells.length === 0 ? NO_CELLS : cells.map((cell) => ({ ...cell }));
}

export function sumCells(cells: readonly Cell[]): number {
  let sum = 0;
  for (const cell of cells) sum += cell.n;
  return sum;
}

export function cellOf(cells: readonly Cell[], writer: WriterId): Cell | undefined {
  for (const cell of cells) if (cell.writer === writer) return cell;
  return undefined;
}

export function amountOf(cells: readonly Cell[], writer: WriterId): number {
  return cellOf(cells, writer)?.n ?? 0;
}

/** Units this writer may use, as its own journal proves them (T4: it counts only what it took). */
export function rights(row: Readonly<Row>): number {
  return (
    row.received +
    row.reinstated +
    sumCells(row.took) +
    sumCells(row.reclaimed) -
    sumCells(row.sent) -
    row.used
  );
}

/** Units set aside by open holds. */
export function onHold(row: Readonly<Row>): number {
  return row.opened - row.closed;
}

/** Units this writer owes: gone from the shelf, the right to them not yet found (F7, F8). */
export function debt(row: Readonly<Row>): number {
  return row.owed - row.repaid;
}

/** Units that may be sold, held, sent or repaid now. */
export function free(row: Readonly<Row>): number {
  return rights(row) - onHold(row);
}

/** How the books see a fenced writer: what may be taken back from it (F3), below zero is its debt (F5). */
export function account(row: Readonly<Row>): number {
  return rights(row) - debt(row);
}
