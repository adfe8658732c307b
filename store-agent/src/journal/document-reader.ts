/**
 * Reads documents, and holds each against the entry that it is stored for (T8): a line
 * that names an entry of something else would give a repeat somebody else's answer.
 */
import {
  copyDocumentsOf,
  copyName,
  DOCUMENT_KINDS,
  type DocumentKind,
  type DocumentName,
  documentsOf,
  type Entry,
  replicaOf,
} from '@tallystick/crdt';
import type { Database, Statement } from 'better-sqlite3';
import { wholeOf } from './columns.ts';
import type { EntryReader } from './entry-reader.ts';
import { Damage } from './errors.ts';

/** On disk a kind is its place in the core's list, which therefore only ever grows at its end. */
const KIND_NUMBERS = new Map<DocumentKind, number>(DOCUMENT_KINDS.map((kind, index) => [kind, index]));

export function kindNumber(kind: DocumentKind): number {
  return KIND_NUMBERS.get(kind) as number;
}

export interface Place {
  /** The number of a writer. */
  readonly writer: number;
  readonly seq: number;
}

export interface DocumentFault {
  readonly name: string;
  readonly stored: string;
}

/** Ids of one statement: one of them costs less than half of one asked for alone, and more of them gain little more. */
const TOGETHER = 16;
/** Fewer are asked for one by one. */
const TOGETHER_MIN = 8;

export class DocumentReader {
  readonly #entries: EntryReader;
  readonly #find: Statement<[number, string], [unknown, unknown]>;
  readonly #findSome: Statement<(string | number)[], unknown>;

  constructor(db: Database, entries: EntryReader) {
    this.#entries = entries;
    this.#find = db
      .prepare<[number, string], [unknown, unknown]>(
        'select writer, seq from documents where kind = ? and id = ?',
      )
      .raw();
    this.#findSome = db
      .prepare<(string | number)[], unknown>(
        `with asked(n, id) as (values ${Array.from({ length: TOGETHER }, (_, n) => `(${n}, ?)`).join(', ')})
         select n from asked where exists (select 1 from documents d where d.kind = ? and d.id = asked.id)`,
      )
      .pluck();
  }

  /** Those of the ids under which nothing is stored; what is left over, a few, is not asked for. */
  absentOf(kind: DocumentKind, ids: readonly string[]): string[] {
    const absent: string[] = [];
    for (let from = 0; ids.length - from >= TOGETHER_MIN; from += TOGETHER) {
      const some = ids.slice(from, from + TOGETHER);
      const [first = ''] = some;
      const lacking = Array<string>(TOGETHER - some.length).fill(first);
      const found = this.#findSome.all(...some, ...lacking, kindNumber(kind));
      if (found.length === 0) absent.push(...some);
      else absent.push(...some.filter((_, n) => !found.includes(n)));
    }
    return absent;
  }

  /** The entry that a document is stored for. @throws Damage where that entry is another's, or is not there. */
  find(kind: DocumentKind, id: string): Place | undefined {
    const place = this.#placeOf(kind, id);
    if (place === undefined || this.#isBorneOut(place, kind, id)) return place;
    throw new Damage(`its ${kind} ${id} is stored for an entry that does not carry it`);
  }

  /** The documents of one entry that are not stored for it, nor for an earlier one that carries them too. */
  *faultsOf(entry: Entry, at: Place): Iterable<DocumentFault> {
    for (const { kind, id } of this.#dueOf(entry, at)) {
      const place = this.#placeOf(kind, id);
      if (place?.writer === at.writer && place.seq === at.seq) continue;
      if (place !== undefined && this.#isBorneOut(place, kind, id)) continue;
      const stored = place === undefined ? 'nothing' : `entry ${place.seq} of another`;
      yield { name: `${kind} ${id}`, stored };
    }
  }

  /**
   * T8: an entry that its writer wrote after its fence, whose document another one carried
   * first, or which would have moved an order on too far, is filed nowhere and folds as nothing.
   */
  isRepeat(entry: Entry, at: Place): boolean {
    if (this.#isCopy(entry, at)) return false;
    return documentsOf(entry.body, entry.docId).some(({ kind, id }) => {
      if (kind === 'hold-end') return false;
      const place = this.#placeOf(kind, id);
      if (place === undefined) return ['cancellation', 'return', 'shipment'].includes(kind);
      return (place.writer !== at.writer || place.seq !== at.seq) && this.#isBorneOut(place, kind, id);
    });
  }

  /** A cancellation of a copy leaves the order's progress alone: see `copies.ts` of the core. */
  isCopyCancelled(entry: Entry, at: Place): boolean {
    return entry.body.type === 'cancelled' && this.#isCopy(entry, at);
  }

  #isCopy(entry: Entry, at: Place): boolean {
    return copyDocumentsOf(entry).some(({ kind, id }) => {
      const place = this.#placeOf(kind, id);
      return place?.writer === at.writer && place.seq === at.seq;
    });
  }

  /** What must be stored for an entry: of an order that another writer sold first, its copy too. */
  #dueOf(entry: Entry, at: Place): readonly DocumentName[] {
    if (!this.#isOwners(entry)) return [];
    const documents = documentsOf(entry.body, entry.docId);
    const orderId = entry.body.type === 'cancelled' ? entry.body.orderId : entry.docId;
    const copies = copyDocumentsOf(entry);
    if (copies.length === 0 || this.#placeOf('order', orderId)?.writer === at.writer) return documents;
    const { kind, id } = copyName(orderId, entry.writer);
    const isCopy = this.#placeOf(kind, id) !== undefined;
    if (entry.body.type === 'cancelled') return isCopy ? [...documents, ...copies] : documents;
    // The order's own document may be let go with its entry, before the copy's.
    const rest = isCopy ? documents.filter((document) => document.kind !== 'order') : documents;
    return this.#placeOf('order', orderId) === undefined ? [...rest] : [...rest, ...copies];
  }

  /** Of an order that is another replica's, or not known any more, a mark may be stored, and need not. */
  #isOwners({ writer, body }: Entry): boolean {
    if (body.type !== 'marked') return true;
    const order = this.#placeOf('order', body.orderId);
    return order !== undefined && replicaOf(this.#entries.writerOf(order.writer)) === replicaOf(writer);
  }

  #placeOf(kind: DocumentKind, id: string): Place | undefined {
    const found = this.#find.get(kindNumber(kind), id);
    if (found === undefined) return undefined;
    const what = 'the place of a document';
    return { writer: wholeOf(found[0], what), seq: wholeOf(found[1], what) };
  }

  #isBorneOut({ writer, seq }: Place, kind: DocumentKind, id: string): boolean {
    const entry = this.#entries.entryAt(writer, seq);
    if (entry === undefined) return this.#entries.isPruned(writer, seq);
    const carried = [...documentsOf(entry.body, entry.docId), ...copyDocumentsOf(entry)];
    return carried.some((each) => each.kind === kind && each.id === id);
  }
}
