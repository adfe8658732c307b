/** The model of `documents` and `duplicates`: a document is the first entry's that carried it (T8). */
import type { DocumentKind, Entry } from '@tallystick/crdt';
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

  /** @returns whether this is the second entry of what it says it is; what ended a hold twice is still an act of its own. */
  add({ writer, seq, docId, body }: Entry): boolean {
    const kind = KINDS[body.type];
    if (kind === undefined) return false;
    const isDuplicate = !this.#file(kind, docId, writer, seq);
    if (body.type === 'confirmed' || body.type === 'released')
      this.#file('hold-end', body.holdId, writer, seq);
    return isDuplicate;
  }

  /** @returns whether this entry is the first with it. */
  #file(kind: DocumentKind, id: string, writer: string, seq: number): boolean {
    const name = `${kind} ${id}`;
    if (this.#known.has(name)) {
      this.duplicates.set(`${name} ${writer} ${seq}`, {});
      return false;
    }
    this.#known.add(name);
    if (kind !== 'order') this.documents.set(name, { writer, seq });
    return true;
  }
}
