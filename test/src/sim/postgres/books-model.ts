/**
 * Books model: what the tables of the books must hold after every turn.
 *
 * It is worked out from the entries that a turn brought, by what `crdt/SPEC.md`, `books.ts` and
 * the comments in the migrations say of them: never from the rows, documents, progress and holds
 * that the core computed for the commit. Given are only what no entry says: which heads a turn
 * wrote, their digests, the child by whom a writer is reached, and what was put aside.
 */
import {
  decodeEntry,
  digestText,
  type ReplicaId,
  replicaOf,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import { DocumentsModel } from './documents-model.ts';
import { factsOfEntry } from './facts-model.ts';
import { HeadsModel, type Placed } from './heads-model.ts';
import { HoldsModel } from './holds-model.ts';
import { OrdersModel } from './orders-model.ts';
import { RowsModel } from './rows-model.ts';
import { ModelTable, type Tables } from './tables.ts';
import { textOfBytes } from './texts.ts';

/** The tree as the root sees it: itself, and below which child the registry puts each replica now. */
export interface RootView {
  readonly root: ReplicaId;
  readonly viaOf: (replica: ReplicaId) => ReplicaId | null;
}

export class BooksModel {
  readonly #view: RootView;
  readonly #books = new ModelTable();
  readonly #outbox = new ModelTable();
  readonly #quarantine = new ModelTable();
  readonly #heads: HeadsModel;
  readonly #rows = new RowsModel();
  readonly #documents = new DocumentsModel();
  readonly #holds = new HoldsModel();
  readonly #orders = new OrdersModel();
  #position = 0;
  #turn = 0;
  #self: WriterId | null = null;

  constructor(view: RootView) {
    this.#view = view;
    this.#heads = new HeadsModel(view);
    this.#writeBooks();
  }

  get tables(): Tables {
    return {
      books: this.#books.texts,
      writers: this.#heads.writers.texts,
      runs: this.#heads.runs.texts,
      rows: this.#rows.table.texts,
      documents: this.#documents.documents.texts,
      duplicates: this.#documents.duplicates.texts,
      holds: this.#holds.table.texts,
      quarantine: this.#quarantine.texts,
      orders: this.#orders.orders.texts,
      sold_lines: this.#orders.lines.texts,
      line_progress: this.#orders.progress.texts,
      outbox: this.#outbox.texts,
    };
  }

  get position(): number {
    return this.#position;
  }

  /** How often a writer that was known came to be reached another way. */
  get moved(): number {
    return this.#heads.moved;
  }

  apply({
    runs,
    streams,
    quarantined,
    holds,
  }: Pick<Writes, 'runs' | 'streams' | 'quarantined' | 'holds'>): void {
    this.#turn += 1;
    this.#holds.beginTurn(holds);
    const first = this.#position + 1;
    const placed = runs.flatMap((run) =>
      run.entries.map(({ bytes }) => this.#add(this.#heads.place(decodeEntry(bytes), bytes))),
    );
    for (const { writer, head } of streams) this.#heads.reach(writer, head.via);
    this.#heads.addRuns(first, placed);
    const isFenced = (writer: WriterId) => this.#heads.isFenced(writer);
    this.#rows.endTurn(isFenced);
    this.#orders.endTurn(isFenced);
    for (const { writer, digest } of streams) this.#heads.write(writer, digestText(digest), this.#turn);
    for (const { entry, hash, bytes, reason } of quarantined) {
      const key = `${entry.writer} ${entry.seq} ${textOfBytes(hash)}`;
      if (this.#quarantine.records.has(key)) continue;
      this.#quarantine.set(key, { reason, bytes: textOfBytes(bytes), position: this.#position });
    }
    this.#writeBooks();
  }

  #add(placed: Placed): Placed {
    const { stream, entry } = placed;
    this.#position += 1;
    if (replicaOf(entry.writer) === this.#view.root) {
      this.#self = entry.writer;
      this.#holds.add(entry);
    }
    const isRepeat = this.#isRepeat(placed);
    if (!isRepeat) this.#rows.add(stream, entry);
    const isOfCopy = this.#documents.isOfCopy(stream, entry);
    const isDuplicate = this.#documents.add(stream, entry, isRepeat);
    this.#orders.add(stream, entry, { isDuplicate, isRepeat, isOfCopy });
    for (const fact of factsOfEntry(stream, entry, { isDuplicate, isOfCopy }))
      this.#outbox.set(String(this.#outbox.records.size + 1), { position: this.#position, ...fact });
    return placed;
  }

  /** T8: what is said after a fence counts only where nobody said it before, and within what was sold. */
  #isRepeat({ stream, entry, isLate }: Placed): boolean {
    if (!isLate) return false;
    if (this.#documents.knowsAct(entry) || this.#documents.isUndue(stream, entry)) return true;
    return this.#orders.isBeyond(entry, this.#documents.copySeller(stream, entry));
  }

  #writeBooks(): void {
    const { root } = this.#view;
    if (this.#self !== null && replicaOf(this.#self) !== root)
      throw new Error(`${this.#self} is not ${root}`);
    // The root waits for nobody's word of its former lives: it has no parent.
    this.#books.set('the', { position: this.#position, turn: this.#turn, self: this.#self, awaits: false });
  }
}
