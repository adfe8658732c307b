/**
 * Facts: what a node's journal says, by books that share no code with the core, and the
 * rules that one node can break by itself. Memory, rows and entries must agree.
 */
import { decodeEntry, type Entry, type WriterId } from '@tallystick/crdt';
import { BookOfWriter, type BookRow, debtOf, freeOf, heldOf, textOfBook, textOfRow } from '../sim/books.ts';
import { HoldBook } from '../sim/hold-book.ts';
import { Violation } from '../sim/trace.ts';
import { LAMP, NODES } from './names.ts';
import type { Node } from './node.ts';

export interface Known {
  readonly row: BookRow;
  readonly seq: number;
  readonly hash: string;
}

export interface Facts {
  readonly self: WriterId | null;
  /** What the journal holds of each writer. */
  readonly writers: ReadonlyMap<WriterId, Known>;
  /** Hashes of the node's own chain, by seq − 1. */
  readonly own: readonly string[];
  /** Orders that stand in the journal. */
  readonly orders: ReadonlySet<string>;
  /** A writer that this journal shuts out, if there is one. */
  readonly fenced: WriterId | undefined;
  /** Units that this node's customers were told are theirs. */
  readonly handed: number;
}

const decoded = new Map<string, Entry>();

function entryOf(hash: string, bytes: Uint8Array): Entry {
  let entry = decoded.get(hash);
  if (entry === undefined) {
    entry = decodeEntry(bytes);
    decoded.set(hash, entry);
  }
  return entry;
}

/** @throws Violation where this node alone breaks a rule. */
export function factsOf({ index, disk, host, replica }: Node): Facts {
  const books = new Map<WriterId, BookOfWriter>();
  const holds = new Map<WriterId, HoldBook>();
  const hashes = new Map<WriterId, string[]>();
  const orders = new Set<string>();
  let fenced: WriterId | undefined;
  for (const { writer, bytes, hash } of disk.entries) {
    const text = Buffer.from(hash).toString('latin1');
    const entry = entryOf(text, bytes);
    const book = books.get(writer) ?? new BookOfWriter();
    books.set(writer, book);
    checkEntry(book, entry);
    const holdBook = holds.get(writer) ?? new HoldBook();
    holds.set(writer, holdBook);
    holdBook.add(entry, () => {});
    hashes.set(writer, [...(hashes.get(writer) ?? []), text]);
    if (entry.body.type === 'fenced') fenced = entry.body.writer;
    if (entry.body.type === 'sold' || entry.body.type === 'confirmed') orders.add(entry.docId);
  }
  const writers = new Map<WriterId, Known>();
  for (const [writer, book] of books) {
    const row = book.row(LAMP);
    checkRow(writer, row, disk.rows(writer).get(LAMP), 'stored');
    checkRow(writer, row, replica.ledger.streams.get(writer)?.row(LAMP), 'in memory');
    writers.set(writer, { row, seq: book.seq, hash: hashes.get(writer)?.at(-1) ?? '' });
  }
  const ids = [...host.handed.keys()];
  const twice = ids.find((id) => id.includes(' again at '));
  if (twice !== undefined) throw new Violation('T8', `${NODES[index]} handed over ${twice}`);
  const handed = [...host.handed.values()].reduce((sum, { units }) => sum + units, 0);
  const self = disk.self;
  return { self, writers, own: self === null ? [] : (hashes.get(self) ?? []), orders, fenced, handed };
}

function checkEntry(book: BookOfWriter, entry: Entry): void {
  const { writer, seq, body } = entry;
  if (seq !== book.seq + 1) throw new Violation('D5', `${writer} goes from ${book.seq} to ${seq}`);
  for (const pool of book.add(entry)) {
    const row = book.row(pool);
    if (freeOf(row) < 0 || heldOf(row) < 0 || debtOf(row) !== 0)
      throw new Violation('T6', `${writer} after ${seq} ${body.type}: ${textOfBook(row)}`);
  }
}

function checkRow(
  writer: WriterId,
  book: BookRow,
  row: Parameters<typeof textOfRow>[0],
  where: string,
): void {
  const expected = textOfBook(book);
  const found = textOfRow(row);
  if (found !== expected)
    throw new Violation('D6', `${writer} is ${where} as ${found}; its entries say ${expected}`);
}
