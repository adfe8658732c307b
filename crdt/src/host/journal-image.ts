/** Journal image: what is durable, in memory, for the core's questions to a journal that answers later than it can wait. */
import { decodeEntry } from '../entry/codec.ts';
import type { Entry, Hash } from '../entry/entry.ts';
import type { LineId, OrderId, WriterId } from '../ids.ts';
import type { DocumentKind } from '../replica/documents.ts';
import type { EntryRef, JournalView, LineProgress, StreamSlice } from '../replica/journal-view.ts';
import type { Sha256 } from '../replica/ledger.ts';
import { lineName } from '../replica/progress.ts';
import type { Mark, StreamHead } from '../replica/stream.ts';
import { joinEntries, splitEntries } from '../wire/slices.ts';
import type { LogBase, Rebased } from './log-base.ts';
import type { SaleRecord, TurnRecord } from './turn-log.ts';

interface ImageEntry {
  readonly writer: WriterId;
  readonly bytes: Uint8Array;
}

/** Where the entries of a writer stand among all: that of `before + 1` first. */
interface Places {
  /** Of a branch, the entries up to there stand in the stream that it left; of others they were let go of. */
  before: number;
  at: number[];
}

export class JournalImage implements JournalView {
  readonly #sha256: Sha256;
  /** In durable order, from position `#first` on. What was let go of between others leaves a hole. */
  #entries: (ImageEntry | undefined)[] = [];
  #first = 0;
  readonly #places = new Map<WriterId, Places>();
  readonly #heads = new Map<WriterId, StreamHead>();
  /** The last entry of a writer that was let go of (D7). */
  readonly #pruned = new Map<WriterId, Mark>();
  readonly #documents = new Map<string, EntryRef>();
  readonly #progress = new Map<string, LineProgress>();
  #sales: SaleRecord[] = [];
  readonly #salesById = new Map<string, SaleRecord>();
  readonly #saleCounts = new Map<WriterId, number>();
  #turns: number;
  /** Where a writer's settled mark went back: in which turn, and how far. Later falls that went further hide earlier ones. */
  readonly #falls = new Map<WriterId, { readonly turn: number; readonly seq: number }[]>();

  /** @param base what stood before the first turn that is applied, where turns were let go of */
  constructor(sha256: Sha256, base?: LogBase) {
    this.#sha256 = sha256;
    this.#turns = base?.turns ?? 0;
    if (base === undefined) return;
    const first = base.kept[0]?.position ?? base.position;
    this.#first = first;
    this.#entries = new Array(base.position - first).fill(undefined);
    for (const { writer, head } of base.heads) this.#heads.set(writer, head);
    for (const mark of base.pruned) this.#pruned.set(mark.writer, mark);
    for (const { position, writer, seqFirst, bytes } of base.kept)
      for (const [i, entry] of splitEntries(bytes).entries()) {
        this.#entries[position + i - first] = { writer, bytes: entry };
        this.#placesOf(writer, seqFirst).at.push(position + i);
      }
    for (const { kind, id, ref } of base.documents) this.#documents.set(`${kind}:${id}`, ref);
    for (const { orderId, lineId, progress } of base.progress)
      this.#progress.set(lineName(orderId, lineId), progress);
    for (const [writer, count] of base.saleCounts) this.#saleCounts.set(writer, count);
    for (const sale of base.sales) this.#addSale(sale);
  }

  get position(): number {
    return this.#first + this.#entries.length;
  }

  /** Turns of the log that it holds, those that were let go of included. */
  get turns(): number {
    return this.#turns;
  }

  /** The lowest entry to which a writer's settled mark went back in the turns after those; infinite where it never did (D7). */
  readonly lowestSettled = (writer: WriterId, afterTurns: number): number => {
    const falls = this.#falls.get(writer) ?? [];
    return falls.find(({ turn }) => turn > afterTurns)?.seq ?? Number.POSITIVE_INFINITY;
  };

  #noteFall(writer: WriterId, { settled: { seq } }: StreamHead): void {
    if (seq >= (this.#heads.get(writer)?.settled.seq ?? 0)) return;
    const lower = (this.#falls.get(writer) ?? []).filter((fall) => fall.seq < seq);
    this.#falls.set(writer, [...lower, { turn: this.#turns, seq }]);
  }

  /** Of every writer, as the last turn left it. */
  get heads(): ReadonlyMap<WriterId, StreamHead> {
    return this.#heads;
  }

  /** Own sales of all lives whose entries are here, oldest first. */
  get sales(): readonly SaleRecord[] {
    return this.#sales;
  }

  saleOf(orderId: string): SaleRecord | undefined {
    return this.#salesById.get(orderId);
  }

  /** How many a writer has made, those that were let go of included. */
  saleCount(writer: WriterId): number {
    return this.#saleCounts.get(writer) ?? 0;
  }

  /** @throws Error where the record is not the next one (D5). */
  apply(record: TurnRecord): void {
    if (record.position !== this.position)
      throw new Error(`D5: a turn from position ${record.position} met a journal at ${this.position}.`);
    for (const { writer, seqFirst, bytes } of record.runs) {
      const { before, at } = this.#placesOf(writer, seqFirst);
      if (before + at.length !== seqFirst - 1)
        throw new Error(`D5: entry ${seqFirst} of ${writer} does not come after ${before + at.length}`);
      for (const entry of splitEntries(bytes)) {
        at.push(this.position);
        this.#entries.push({ writer, bytes: entry });
      }
    }
    this.#turns += 1;
    for (const { writer, head } of record.heads) {
      this.#noteFall(writer, head);
      this.#heads.set(writer, head);
    }
    for (const { kind, id, ref } of record.documents) this.#documents.set(`${kind}:${id}`, ref);
    for (const { orderId, lineId, progress } of record.progress)
      this.#progress.set(lineName(orderId, lineId), progress);
    for (const sale of record.sales) {
      this.#addSale(sale);
      this.#saleCounts.set(sale.writer, sale.number);
    }
  }

  #addSale(sale: SaleRecord): void {
    this.#sales.push(sale);
    this.#salesById.set(sale.orderId, sale);
  }

  #placesOf(writer: WriterId, seqFirst: number): Places {
    let places = this.#places.get(writer);
    if (places === undefined) {
      places = { before: this.#pruned.get(writer)?.seq ?? seqFirst - 1, at: [] };
      this.#places.set(writer, places);
    }
    return places;
  }

  /** D7: the storage has let go of turns; what is kept of them stands in their base. */
  prune({ base, documents, progress }: Pick<Rebased, 'base' | 'documents' | 'progress'>): void {
    for (const mark of base.pruned) {
      this.#pruned.set(mark.writer, mark);
      const places = this.#places.get(mark.writer);
      if (places === undefined) continue;
      for (const place of places.at.splice(0, mark.seq - places.before))
        this.#entries[place - this.#first] = undefined;
      places.before = Math.max(places.before, mark.seq);
    }
    const kept = this.#entries.findIndex((entry) => entry !== undefined);
    const gone = this.#entries.splice(0, kept === -1 ? this.#entries.length : kept);
    this.#first += gone.length;
    for (const name of documents) this.#documents.delete(name);
    for (const name of progress) this.#progress.delete(name);
    const stays = ({ writer, seq }: SaleRecord) => seq > (this.#pruned.get(writer)?.seq ?? 0);
    for (const sale of this.#sales) if (!stays(sale)) this.#salesById.delete(sale.orderId);
    this.#sales = this.#sales.filter(stays);
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    return this.#documents.get(`${kind}:${id}`);
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    const bytes = this.#bytesAt(writer, seq);
    return bytes && decodeEntry(bytes);
  }

  hashAt(writer: WriterId, seq: number): Hash | undefined {
    const bytes = this.#bytesAt(writer, seq);
    if (bytes !== undefined) return this.#sha256(bytes);
    const mark = this.#pruned.get(writer);
    return mark?.seq === seq ? mark.hash : undefined;
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    return this.#progress.get(lineName(orderId, lineId));
  }

  readStream(from: number, bytesMax: number): StreamSlice {
    return collect(this.#entriesFrom(from), from, bytesMax);
  }

  *#entriesFrom(from: number): Iterable<[ImageEntry, number]> {
    for (let i = Math.max(0, from - this.#first); i < this.#entries.length; i += 1) {
      const entry = this.#entries[i];
      if (entry !== undefined) yield [entry, this.#first + i + 1];
    }
  }

  readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice {
    return collect(this.#entriesOf(writer, afterSeq), afterSeq, bytesMax);
  }

  *#entriesOf(writer: WriterId, afterSeq: number): Iterable<[ImageEntry, number]> {
    const { before, at } = this.#places.get(writer) ?? { before: 0, at: [] };
    for (let i = Math.max(0, afterSeq - before); i < at.length; i += 1)
      yield [this.#entries[(at[i] as number) - this.#first] as ImageEntry, before + i + 1];
  }

  positionBefore(writer: WriterId, seq: number): number {
    const { before, at } = this.#places.get(writer) ?? { before: 0, at: [] };
    const isPruned = seq <= (this.#pruned.get(writer)?.seq ?? 0);
    return at[seq - 1 - before] ?? (isPruned ? this.#first : this.position);
  }

  #bytesAt(writer: WriterId, seq: number): Uint8Array | undefined {
    const places = this.#places.get(writer);
    const place = places?.at[seq - 1 - places.before];
    return place === undefined ? undefined : this.#entries[place - this.#first]?.bytes;
  }
}

/** Whole entries, at least one if there is any, until `bytesMax` is reached with their sizes in front. */
function collect(found: Iterable<[ImageEntry, number]>, from: number, bytesMax: number): StreamSlice {
  const entries: ImageEntry[] = [];
  let size = 0;
  let to = from;
  for (const [entry, at] of found) {
    size += entry.bytes.length + SIZE_BYTES_MAX;
    if (entries.length > 0 && size > bytesMax) break;
    entries.push(entry);
    to = at;
  }
  return { bytes: joinEntries(entries), to };
}

/** What stands in front of an entry in a slice: its size, as bytes of seven bits. */
const SIZE_BYTES_MAX = 4;
