/**
 * The model of `documents` and `duplicates`: a document is the first entry's that carried it (T8).
 * What another owner sold first has a copy of its own, and what becomes of that is the copy's.
 */
import { type DocumentKind, type Entry, incarnationOf, replicaOf, type WriterId } from '@tallystick/crdt';
import { documentKindOf } from '../document-kinds.ts';
import { ModelTable } from './tables.ts';

export class DocumentsModel {
  /** Orders are not here: the row of an order is its document. */
  readonly documents = new ModelTable();
  readonly duplicates = new ModelTable();
  /** Who carried it first. */
  readonly #known = new Map<string, { readonly stream: WriterId; readonly signer: WriterId }>();

  /** Whether what this entry says it is was said before. */
  knowsAct({ docId, body }: Entry): boolean {
    const kind = documentKindOf(body);
    return kind !== undefined && this.#known.has(`${kind} ${docId}`);
  }

  /**
   * @param isRepeat where it counts as nothing, it is the first with none of its documents.
   * @returns whether this is the second entry of what it says it is; what ended a hold twice is still an act of its own.
   */
  add(stream: WriterId, entry: Entry, isRepeat: boolean): boolean {
    const { writer, docId, body } = entry;
    const kind = documentKindOf(body);
    if (kind === undefined) return false;
    const isDuplicate = !this.#file(kind, docId, stream, entry, isRepeat || this.#marksAnothers(entry));
    if (body.type === 'confirmed' || body.type === 'released')
      this.#file('hold-end', body.holdId, stream, entry, isRepeat);
    if (isRepeat) return isDuplicate;
    if (kind === 'order' && this.#known.get(`order ${docId}`)?.stream !== stream)
      this.#keep('order-copy', `${docId} ${writer}`, stream, entry);
    if (body.type === 'cancelled' && this.isOfCopy(stream, entry))
      for (const id of endsOf(entry)) this.#keep('copy-cancellation', id, stream, entry);
    return isDuplicate;
  }

  /** Whose order everybody knows by that id, says alone how far it has come. */
  #marksAnothers({ writer, body }: Entry): boolean {
    const owner = body.type === 'marked' ? this.#known.get(`order ${body.orderId}`)?.signer : undefined;
    return owner !== undefined && replicaOf(owner) !== replicaOf(writer);
  }

  /** @returns whether this entry is the first with it. */
  #file(kind: DocumentKind, id: string, stream: WriterId, entry: Entry, isRepeat: boolean): boolean {
    const name = `${kind} ${id}`;
    if (isRepeat || this.#known.has(name)) {
      this.duplicates.set(`${name} ${stream} ${entry.seq}`, {});
      return false;
    }
    this.#known.set(name, { stream, signer: entry.writer });
    if (kind !== 'order') this.documents.set(name, { writer: stream, seq: entry.seq });
    return true;
  }

  /** What no entry carries by itself is there once, and no one's duplicate. */
  #keep(kind: DocumentKind, id: string, stream: WriterId, entry: Entry): void {
    if (!this.#known.has(`${kind} ${id}`)) this.#file(kind, id, stream, entry, false);
  }

  /** Whether an entry cancels what its writer, or a former life of it, sold after another one had. */
  isOfCopy(stream: WriterId, entry: Entry): boolean {
    return this.copySeller(stream, entry) !== undefined;
  }

  /** Whose copy an entry cancels. */
  copySeller(stream: WriterId, { writer, body }: Entry): WriterId | undefined {
    const first = body.type === 'cancelled' ? this.#known.get(`order ${body.orderId}`) : undefined;
    if (body.type !== 'cancelled' || first?.stream === stream) return undefined;
    const copy = `order-copy ${body.orderId} `;
    if (this.#known.has(`${copy}${writer}`)) return writer;
    if (first === undefined || isOrWas(first.signer, writer)) return undefined;
    const names = [...this.#known.keys()].filter((name) => name.startsWith(copy));
    const lives = names
      .map((name) => name.slice(copy.length) as WriterId)
      .filter((life) => isOrWas(life, writer));
    return lives.sort((a, b) => incarnationOf(b) - incarnationOf(a))[0];
  }

  /** Whether a line of a copy was cancelled, by who sold it or by a later life without a copy of its own. */
  #isBack(orderId: string, lineId: string, seller: WriterId): boolean {
    const ends = `copy-cancellation ${orderId} ${lineId} `;
    const by = [...this.#known.keys()].filter((name) => name.startsWith(ends));
    return by.some((name) => {
      const taker = name.slice(ends.length) as WriterId;
      const hasOwn = this.#known.has(`order-copy ${orderId} ${taker}`);
      return taker === seller || (!hasOwn && isOrWas(seller, taker));
    });
  }

  /** Whether an entry cancels an order that is known and that its writer did not sell, or a copy once more. */
  isUndue(stream: WriterId, entry: Entry): boolean {
    const { writer, body } = entry;
    if (body.type !== 'cancelled') return false;
    const seller = this.copySeller(stream, entry);
    if (seller !== undefined)
      return body.lines.some(({ lineId }) => this.#isBack(body.orderId, lineId, seller));
    const first = this.#known.get(`order ${body.orderId}`);
    return first !== undefined && !isOrWas(first.signer, writer);
  }
}

/** Whether a life is this one, or one before it of the same replica; twins are two names of one. */
function isOrWas(life: WriterId, later: WriterId): boolean {
  return replicaOf(life) === replicaOf(later) && incarnationOf(life) <= incarnationOf(later);
}

function endsOf({ writer, body }: Entry): string[] {
  return body.type === 'cancelled'
    ? body.lines.map(({ lineId }) => `${body.orderId} ${lineId} ${writer}`)
    : [];
}
