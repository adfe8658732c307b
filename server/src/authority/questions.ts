/** Questions: what a turn will ask of the journal, read off the frames and commands that it is given. */
import {
  type Command,
  copyDocumentsOf,
  copyName,
  type DocumentName,
  decodeSlice,
  documentsOf,
  type Entry,
  type EntryBody,
  kindOf,
  lineName,
  type OrderId,
  type WriterId,
} from '@tallystick/crdt';
import type { StockFrame } from '@tallystick/crdt/wire';

export interface EntryRange {
  readonly writer: WriterId;
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface Questions {
  /** Who first carried them. */
  readonly documents?: readonly DocumentName[];
  /** The same, and the entry as well. */
  readonly documentEntries?: readonly DocumentName[];
  /** Entries and their hashes. */
  readonly entries?: readonly EntryRange[];
  readonly progress?: readonly OrderId[];
  /** Everything of these writers after a seq: for a new life that must learn its past. */
  readonly writers?: readonly { readonly writer: WriterId; readonly afterSeq: number }[];
}

export function joinQuestions(all: readonly Questions[]): Questions {
  return {
    documents: all.flatMap(({ documents }) => documents ?? []),
    documentEntries: all.flatMap(({ documentEntries }) => documentEntries ?? []),
    entries: all.flatMap(({ entries }) => entries ?? []),
    progress: all.flatMap(({ progress }) => progress ?? []),
    writers: all.flatMap(({ writers }) => writers ?? []),
  };
}

/** Tells the last known seq of a writer; 0 where it is not known. */
export type HeadOf = (writer: WriterId) => number;

/** Tells whether a writer was shut out: what it repeats may be another history of it (F2). */
export type IsFenced = (writer: WriterId) => boolean;
const NOBODY: IsFenced = () => false;

export function questionsOfFrame(frame: StockFrame, headOf: HeadOf, isFenced: IsFenced = NOBODY): Questions {
  if (frame.kind !== 'stream') return {};
  const entries = decodeSlice(frame.entries).entries.map(({ entry }) => entry);
  // What moves an order on is held against what was sold (T6).
  const fresh = entries.filter(({ writer, seq }) => seq > headOf(writer) || isFenced(writer));
  return { ...questionsOfEntries(entries, headOf, isFenced), documentEntries: soldBefore(fresh) };
}

/** The orders that entries move on, as they were sold; to its owner a copy of its own is the order. */
function soldBefore(entries: readonly Entry[]): DocumentName[] {
  const sold = new Map<string, DocumentName>();
  for (const { writer, body } of entries) {
    if (!movesOrder(body)) continue;
    const names: DocumentName[] = [{ kind: 'order', id: body.orderId }];
    if (body.type === 'cancelled') names.push(copyName(body.orderId, writer));
    for (const name of names) sold.set(`${name.kind}:${name.id}`, name);
  }
  return [...sold.values()];
}

/** Fresh entries bring documents and move orders on; repeated ones are compared by hash. */
export function questionsOfEntries(
  found: Iterable<Entry>,
  headOf: HeadOf,
  isFenced: IsFenced = NOBODY,
): Questions {
  const documents: DocumentName[] = [];
  const progress = new Set<OrderId>();
  const entries: { writer: WriterId; fromSeq: number; toSeq: number }[] = [];
  for (const entry of found) {
    const { writer, seq } = entry;
    const head = headOf(writer);
    if (seq > head || isFenced(writer)) {
      documents.push(...documentsOf(entry.body, entry.docId), ...copyDocumentsOf(entry));
      if (entry.body.type === 'cancelled' || entry.body.type === 'marked')
        documents.push({ kind: 'order', id: entry.body.orderId }, copyName(entry.body.orderId, writer));
      if (movesOrder(entry.body)) progress.add(entry.body.orderId);
    }
    if (seq <= head) {
      // The head's own hash is in memory, but another frame of the turn may bring the next one first.
      // A history that leaves the chain leaves it behind the entry before.
      const fromSeq = isFenced(writer) ? Math.max(1, seq - 1) : seq;
      const last = entries.at(-1);
      if (last?.writer === writer && last.toSeq + 1 === seq) last.toSeq = seq;
      else entries.push({ writer, fromSeq, toSeq: seq });
    }
  }
  return { documents, entries, progress: [...progress] };
}

type MovingBody = Extract<EntryBody, { type: 'cancelled' | 'shipped' | 'returned' }>;

function movesOrder(body: EntryBody): body is MovingBody {
  return body.type === 'cancelled' || body.type === 'shipped' || body.type === 'returned';
}

/** The lines that an entry moves on, by `lineName`. */
export function movedLines(body: EntryBody): string[] {
  return movesOrder(body) ? body.lines.map(({ lineId }) => lineName(body.orderId, lineId)) : [];
}

/** A count may reach back this far, and one entry more shows the core that it is too far. */
const COUNT_ENTRIES_MAX = 100_001;

export function questionsOfCommand(command: Command, headOf: HeadOf): Questions {
  const own: DocumentName = { kind: kindOf(command), id: command.id };
  switch (command.type) {
    case 'sell':
    case 'hold':
    case 'receive':
    case 'lose':
    case 'reclaim':
      return { documentEntries: [own] };
    case 'count':
      return { documentEntries: [own], entries: sinceCounted(command.includes ?? [], headOf) };
    case 'extend':
    case 'capture':
    case 'confirm':
    case 'release':
      return {
        documentEntries: [own],
        documents: [
          { kind: 'hold', id: command.holdId },
          { kind: 'hold-end', id: command.holdId },
        ],
      };
    case 'mark':
    case 'cancel':
    case 'return':
    case 'ship':
      return { documentEntries: [own, { kind: 'order', id: command.orderId }], progress: [command.orderId] };
    default:
      return command satisfies never;
  }
}

function sinceCounted(points: readonly { writer: WriterId; seq: number }[], headOf: HeadOf): EntryRange[] {
  return points
    .map(({ writer, seq }) => ({
      writer,
      fromSeq: seq + 1,
      toSeq: Math.min(headOf(writer), seq + COUNT_ENTRIES_MAX),
    }))
    .filter(({ fromSeq, toSeq }) => fromSeq <= toSeq);
}
