/** The model of `documents` and `duplicates`: a document is the first entry's that carried it (T8). */
import type { DocumentKind, Entry, WriterId } from '@tallystick/crdt';
import { ModelTable } from './tables.ts';

/** The document that each kind of entry is; entries without one are talk between replicas. */
const KINDS: Partial<Record<Entry['body']['type'], DocumentKind>> = {
  sold: 'order',
  confirmed: 'order',
  held: 'hold',
  extended: 'extension',
  capturing: 'capture',
  released: 'release',
  cancelled: 'cancellation',
  received: 'receipt',
  returned: 'return',
  shipped: 'shipment',
  counted: 'count',
  lost: 'loss',
  reclaimed: 'reclaim',
};

export class DocumentsModel {
  /** Orders are not here: the row of an order is its document. */
  readonly documents = new ModelTable();
  readonly duplicates = new ModelTable();
  readonly #known = new Set<string>();

  /** Whether what this entry says it is was said before. */
  knowsAct({ docId, body }: Entry): boolean {
    const kind = KINDS[body.type];
    return kind !== undefined && this.#known.has(`${kind} ${docId}`);
  }

  /**
   * @param isRepeat where it counts as nothing, it is the first with none of its documents.
   * @returns whether this is the second entry of what it says it is; what ended a hold twice is still an act of its own.
   */
  add(stream: WriterId, { seq, docId, body }: Entry, isRepeat: boolean): boolean {
    const kind = KINDS[body.type];
    if (kind === undefined) return false;
    const isDuplicate = !this.#file(kind, docId, stream, seq, isRepeat);
    if (body.type === 'confirmed' || body.type === 'released')
      this.#file('hold-end', body.holdId, stream, seq, isRepeat);
    return isDuplicate;
  }

  /** @returns whether this entry is the first with it. */
  #file(kind: DocumentKind, id: string, writer: WriterId, seq: number, isRepeat: boolean): boolean {
    const name = `${kind} ${id}`;
    if (isRepeat || this.#known.has(name)) {
      this.duplicates.set(`${name} ${writer} ${seq}`, {});
      return false;
    }
    this.#known.add(name);
    if (kind !== 'order') this.documents.set(name, { writer, seq });
    return true;
  }
}
