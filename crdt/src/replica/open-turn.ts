/**
 * Open turn: the entries that a turn has written so far, laid over the journal.
 *
 * Whoever asks for a document, an entry or an order line's progress sees the turn's
 * own writes first, so that two commands of one turn know of each other (T8).
 */
import type { Entry } from '../entry/entry.ts';
import type { LineId, OrderId, WriterId } from '../ids.ts';
import { copyDocumentsOf, marksAnothers } from './copies.ts';
import { type DocumentKind, type DocumentName, documentsOf } from './documents.ts';
import type { EntryRef, JournalView, LineProgress } from './journal-view.ts';
import { foldProgress, lineName, NO_PROGRESS } from './progress.ts';
import type { DocumentWrite, Quarantined, Run, Writes, WrittenEntry } from './writes.ts';

export class OpenTurn {
  readonly runs: Run[] = [];
  readonly quarantined: Quarantined[] = [];
  readonly #view: JournalView;
  /** In the order in which they came. */
  readonly documents: DocumentWrite[] = [];
  /** The same by kind and id: a name of both would have to be put together at each look. */
  readonly #documentsOf = new Map<DocumentKind, Map<string, DocumentWrite>>();
  readonly #progress = new Map<string, Writes['progress'][number]>();
  /** The entries that carry the turn's documents, by writer and seq: found without a walk over all of its runs. */
  readonly #carriers = new Map<WriterId, Map<number, Entry>>();
  /** Asked of the journal last, which had it not: whoever decides asks, and then whoever files. */
  #absent: DocumentName | undefined;
  /** Asked of it beforehand, all at once, and not there either. */
  readonly #absentAhead = new Map<DocumentKind, Set<string>>();

  constructor(view: JournalView) {
    this.#view = view;
  }

  get entryCount(): number {
    return this.runs.reduce((count, run) => count + run.entries.length, 0);
  }

  get progress(): Writes['progress'] {
    return [...this.#progress.values()];
  }

  /**
   * Puts the documents and order lines that an entry carries where the turn's reads and its commit find them.
   *
   * @param isOfCopy whether it takes back a copy, and not the order (T8).
   */
  file(writer: WriterId, entry: Entry, isOfCopy = false): void {
    if (marksAnothers(this, writer, entry)) return;
    const ref: EntryRef = { writer, seq: entry.seq };
    for (const { kind, id } of documentsOf(entry.body, entry.docId)) {
      // The first entry to carry a document owns it; the second is reported where both meet.
      const first = this.#fileFirst({ kind, id }, ref, entry);
      if (kind === 'order' && first.writer !== writer) this.#fileCopy(ref, entry);
    }
    if (isOfCopy) {
      this.#fileCopy(ref, entry);
      return;
    }
    foldProgress(entry.body, (orderId, lineId, change) => {
      const was = this.lineProgress(orderId, lineId);
      const progress = {
        cancelled: was.cancelled + (change.cancelled ?? 0),
        shipped: was.shipped + (change.shipped ?? 0),
        returned: was.returned + (change.returned ?? 0),
      };
      this.#progress.set(lineName(orderId, lineId), { orderId, lineId, progress });
    });
  }

  #fileCopy(ref: EntryRef, entry: Entry): void {
    for (const name of copyDocumentsOf(entry)) this.#fileFirst(name, ref, entry);
  }

  /** @returns the entry that carried the document first. */
  #fileFirst({ kind, id }: DocumentName, ref: EntryRef, entry: Entry): EntryRef {
    const first = this.findDocument(kind, id);
    if (first !== undefined) return first;
    const document = { kind, id, ref };
    this.documents.push(document);
    within(this.#documentsOf, kind).set(id, document);
    within(this.#carriers, ref.writer).set(ref.seq, entry);
    return ref;
  }

  /** Puts an entry of a stream at the end of what is to be committed. */
  place(writer: WriterId, written: WrittenEntry): void {
    const last = this.runs.at(-1);
    if (last?.writer === writer) last.entries.push(written);
    else this.runs.push({ writer, entries: [written] });
  }

  /** Undoes the last `place`, so that another entry may come before it. */
  takeBackLast(): void {
    const run = this.runs.at(-1);
    run?.entries.pop();
    if (run?.entries.length === 0) this.runs.pop();
  }

  /** An entry that this turn wrote. */
  written(writer: WriterId, seq: number): WrittenEntry | undefined {
    for (const run of this.runs) {
      if (run.writer !== writer) continue;
      const found = run.entries.find(({ entry }) => entry.seq === seq);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    return (
      this.#carriers.get(writer)?.get(seq) ??
      this.written(writer, seq)?.entry ??
      this.#view.entryAt(writer, seq)
    );
  }

  /** Asks the journal for documents that somebody is about to look for. */
  lookAhead(kind: DocumentKind, ids: readonly string[]): void {
    this.#absentAhead.set(kind, new Set(this.#view.absentOf?.(kind, ids)));
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    const ref = this.#documentsOf.get(kind)?.get(id)?.ref;
    if (ref !== undefined || (this.#absent?.id === id && this.#absent.kind === kind)) return ref;
    // Journals change between turns alone, so what it has not now it has not until this one ends.
    if (this.#absentAhead.get(kind)?.has(id) === true) return undefined;
    const found = this.#view.findDocument(kind, id);
    if (found === undefined) this.#absent = { kind, id };
    return found;
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress {
    return (
      this.#progress.get(lineName(orderId, lineId))?.progress ??
      this.#view.lineProgress(orderId, lineId) ??
      NO_PROGRESS
    );
  }
}

function within<Key, InnerKey, Value>(maps: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}
