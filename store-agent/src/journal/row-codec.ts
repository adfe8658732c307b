/**
 * A row as columns and back. Eight counters, the first `took` cell, and a blob for
 * all other cells: four numbers each (column, writer, n, seq), in the row's order.
 */
import { CELL_COLUMNS, type Cell, COUNTERS, emptyRow, type Row, type WriterId } from '@tallystick/crdt';
import { createReader, createWriter, finish, isAtEnd, readUint, writeUint } from '@tallystick/crdt/wire';
import { blobOf, wholeOf } from './columns.ts';
import { Damage } from './errors.ts';

/** In the order of `rowValues`. */
export const ROW_COLUMNS = [...COUNTERS, 'took_from', 'took_n', 'took_seq', 'cells'].join(', ');
export const ROW_PLACES = Array.from({ length: COUNTERS.length + 4 }, () => '?').join(', ');

export type RowValues = readonly (number | Uint8Array | null)[];

const TOOK = CELL_COLUMNS.indexOf('took');

export function rowValues(row: Readonly<Row>, idOf: (writer: WriterId) => number): RowValues {
  const first = row.took[0];
  return [
    row.received,
    row.reinstated,
    row.used,
    row.departed,
    row.opened,
    row.closed,
    row.owed,
    row.repaid,
    first === undefined ? null : idOf(first.writer),
    first?.n ?? null,
    first?.seq ?? null,
    otherCells(row, idOf),
  ];
}

function otherCells(row: Readonly<Row>, idOf: (writer: WriterId) => number): Uint8Array | null {
  if (row.sent.length + row.reclaimed.length === 0 && row.took.length < 2) return null;
  const out = createWriter();
  CELL_COLUMNS.forEach((name, column) => {
    const cells = column === TOOK ? row.took.slice(1) : row[name];
    for (const cell of cells) {
      writeUint(out, column);
      writeUint(out, idOf(cell.writer));
      writeUint(out, cell.n);
      writeUint(out, cell.seq);
    }
  });
  return finish(out);
}

/**
 * Reads a row from a raw result whose columns, from `at` on, are `ROW_COLUMNS`.
 * @throws Damage where a value is of no type that was written.
 */
export function rowFrom(values: RowValues, at: number, writerOf: (id: number) => WriterId): Row {
  const row = emptyRow();
  COUNTERS.forEach((counter, i) => {
    row[counter] = wholeOf(values[at + i], 'a counter of a row');
  });
  const from = values[at + COUNTERS.length] as number | null;
  if (from !== null) row.took = [tookCell(values, at + COUNTERS.length, writerOf)];
  const cells = values[at + COUNTERS.length + 3];
  if (cells !== null) readCells(row, blobOf(cells, 'a list of cells'), writerOf);
  return row;
}

/** The first `took` of a row, whose three columns begin at `at`. */
export function tookCell(values: RowValues, at: number, writerOf: (id: number) => WriterId): Cell {
  return {
    writer: writerOf(values[at] as number),
    n: wholeOf(values[at + 1], 'a cell of a row'),
    seq: wholeOf(values[at + 2], 'the entry behind a cell'),
  };
}

function readCells(row: Row, bytes: Uint8Array, writerOf: (id: number) => WriterId): void {
  const input = createReader(bytes);
  while (!isAtEnd(input)) {
    const column = CELL_COLUMNS[readUint(input)];
    if (column === undefined) throw new Damage('a stored row has a cell of no known column');
    const cell: Cell = { writer: writerOf(readUint(input)), n: readUint(input), seq: readUint(input) };
    row[column] = [...row[column], cell];
  }
}

/** Byte for byte, as `verify` compares them. */
export function sameRowValues(a: RowValues, b: RowValues): boolean {
  return a.every((value, i) => {
    const other = b[i];
    if (value instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(value, other) === 0;
    return value === other;
  });
}
