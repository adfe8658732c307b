/** The model of `rows`: the simulator's own fold of entries, with the sums and cells that the books keep. */
import { type Entry, type PoolId, parsePoolId, type WriterId } from '@tallystick/crdt';
import { BookOfWriter, type BookRow } from '../books.ts';
import { ModelTable } from './tables.ts';

const CELLS = ['sent', 'took', 'reclaimed'] as const;

export class RowsModel {
  readonly table = new ModelTable();
  readonly #books = new Map<WriterId, BookOfWriter>();
  /** The entry that made a cell what it is: the writer's own, for `took` the sender's. */
  readonly #cellSeqs = new Map<string, number>();
  readonly #touched = new Map<string, { readonly writer: WriterId; readonly pool: PoolId }>();

  /** @param writer the history that the entry is part of. */
  add(writer: WriterId, entry: Entry): void {
    const { body } = entry;
    const book = this.#books.get(writer) ?? new BookOfWriter();
    this.#books.set(writer, book);
    const note = (pool: PoolId, column: (typeof CELLS)[number], other: WriterId, seq: number) =>
      this.#cellSeqs.set(`${writer} ${pool} ${column} ${other}`, seq);
    if (body.type === 'sent') for (const { pool } of body.items) note(pool, 'sent', body.to, entry.seq);
    if (body.type === 'reclaimed')
      for (const { pool } of body.items) note(pool, 'reclaimed', body.writer, entry.seq);
    if (body.type === 'took') {
      for (const { pool, n, seq } of body.items)
        if (n > (book.row(pool).took.get(body.from) ?? 0)) note(pool, 'took', body.from, seq);
    }
    const touched = book.add(entry);
    // Nothing too many and nothing missing at this shelf: a count that changes no row.
    if (body.type === 'counted')
      for (const { pool, more, less } of body.lines) if (more === 0 && less === 0) touched.delete(pool);
    for (const pool of touched) this.#touched.set(`${writer} ${pool}`, { writer, pool });
  }

  endTurn(isFenced: (writer: WriterId) => boolean): void {
    for (const [key, { writer, pool }] of this.#touched) {
      const row = this.#books.get(writer)?.row(pool);
      if (row !== undefined) this.table.set(key, this.#record(writer, pool, row, isFenced(writer)));
    }
    this.#touched.clear();
  }

  #record(writer: WriterId, pool: PoolId, row: BookRow, fenced: boolean): object {
    const { sku, location } = parsePoolId(pool);
    const { sent, took, reclaimed, ...counters } = row;
    const columns = { sent, took, reclaimed };
    const sums: Record<string, number> = {};
    const cells: Record<string, [WriterId, number, number][]> = {};
    for (const column of CELLS) {
      cells[column] = [...columns[column]].map(([other, n]) => [
        other,
        n,
        this.#cellSeqs.get(`${writer} ${pool} ${column} ${other}`) ?? 0,
      ]);
      sums[column] = cells[column].reduce((sum, [, n]) => sum + n, 0);
    }
    const isEmpty = CELLS.every((column) => columns[column].size === 0);
    return { sku, location, ...counters, ...sums, cells: isEmpty ? null : cells, fenced };
  }
}
