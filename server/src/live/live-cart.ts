/**
 * Live cart: one cart that somebody looks at. Its document is in memory while it is used, and read
 * from disk again when it is needed next.
 */
import { CART_BYTES_MAX, fieldsOf, pressesOf } from '@tallystick/crdt/cart';
import * as Y from 'yjs';
import { type CartFile, documentOf } from './cart-file.ts';
import { readOverwrite, Writers } from './overwrite.ts';
import { Presences } from './presences.ts';

/** Somebody who hears of every change. */
export interface Listener {
  send(frame: Uint8Array): void;
  /** Ends the connection; the client connects again and brings what was not saved. */
  end(code: number, reason: string): void;
}

/** Updates beside a stored state; then it is written anew, and opening stays quick. */
export const UPDATES_KEPT_MAX = 64;
/** Overwrites that the document takes in at once: so many cost each of them little, and nobody waits for them. */
const BEHIND_MAX = 16;

export class LiveCart {
  readonly id: string;
  readonly nr: number;
  readonly listeners = new Set<Listener>();
  readonly presences = new Presences();
  usedAtMs = 0;
  /** Turns with updates of it that are not on disk yet. */
  turns = 0;
  /** Whether "order" is pressed and not answered, as the disk has it. */
  isPressed = false;
  readonly #file: CartFile;
  readonly #regionClient: number;
  #doc: Y.Doc | undefined;
  #made: Uint8Array[] = [];
  /** Overwrites that the document has not taken in yet, oldest first. */
  #behind: Uint8Array[] = [];
  readonly #writers = new Writers();
  #isPressLookedAt = false;
  #updatesKept = 0;
  #bytes = 0;
  #isSpoiled = false;

  constructor(file: CartFile, id: string, nr: number, regionClient: number) {
    this.#file = file;
    this.id = id;
    this.nr = nr;
    this.#regionClient = regionClient;
  }

  /** @throws JournalError where the disk cannot be read */
  get doc(): Y.Doc {
    if (this.#doc !== undefined) return this.#caughtUp(this.#doc);
    const stored = this.#file.load(this.id);
    if (stored === undefined) throw new Error(`cart ${this.id} is gone from the disk`);
    const doc = documentOf(stored);
    // Nobody hears of an edit before it is durable, so going on under this id after a reload repeats no clock.
    doc.clientID = this.#regionClient;
    doc.on('update', (update) => this.#made.push(update));
    this.#updatesKept = stored.updates.length;
    this.#bytes = stored.state.length + stored.updates.reduce((sum, { length }) => sum + length, 0);
    this.isPressed = stored.isPressed;
    this.#doc = doc;
    return doc;
  }

  #caughtUp(doc: Y.Doc): Y.Doc {
    if (this.#behind.length === 0) return doc;
    const updates = this.#behind;
    this.#behind = [];
    this.#made = [];
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return doc;
  }

  /** At most so many bytes; Yjs forgets some of them when it is written anew. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something is in the document that the disk does not have yet. */
  get isDirty(): boolean {
    return this.turns > 0;
  }

  /** Whether another cart took it over, as far as it is in memory. Only the region says so, and never by an overwrite. */
  get isMerged(): boolean {
    return this.#doc !== undefined && fieldsOf(this.#doc).has('mergedInto');
  }

  get isLoaded(): boolean {
    return this.#doc !== undefined;
  }

  /** Carries out an act on the document. @returns the updates that it made */
  change(act: (doc: Y.Doc) => void): Uint8Array[] {
    const { doc } = this;
    this.#made = [];
    this.#writers.forget();
    this.#isPressLookedAt = false;
    act(doc);
    return this.#made;
  }

  /**
   * Takes in an update that says one thing anew, without the document, which takes it in when it is looked at.
   * @returns whether it is such an update of a cart in memory; else nothing was done
   */
  overwrite(update: Uint8Array): boolean {
    if (this.#doc === undefined || this.#isSpoiled) return false;
    if (this.#bytes + update.length > CART_BYTES_MAX) return false;
    const read = readOverwrite(update);
    if (read === undefined || read.client === this.#regionClient) return false;
    if (!this.#writers.take(read, () => this.doc)) return false;
    this.#behind.push(update);
    if (this.#behind.length >= BEHIND_MAX) this.#caughtUp(this.#doc);
    return true;
  }

  /** Whether "order" is pressed now; of a document that is spoiled it is not known, so that it is looked at again. */
  look(): boolean {
    if (this.#isSpoiled) return true;
    // An overwrite presses nothing.
    if (this.#isPressLookedAt) return this.isPressed;
    this.#isPressLookedAt = true;
    return pressesOf(this.doc).size > 0;
  }

  /** Something is in the document that is to be in no cart; it is not written any more, and thrown away next. */
  spoil(): void {
    this.#isSpoiled = true;
  }

  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  /** An update stands beside the state from here on. */
  kept(update: Uint8Array): void {
    this.#updatesKept += 1;
    this.#bytes += update.length;
  }

  /** The whole document, where there are so many updates that it is worth writing; else undefined. */
  whole(keptMax = UPDATES_KEPT_MAX): Uint8Array | undefined {
    if (this.#doc === undefined || this.#isSpoiled || this.#updatesKept <= keptMax) return undefined;
    const state = Y.encodeStateAsUpdate(this.doc);
    this.#updatesKept = 0;
    this.#bytes = state.length;
    return state;
  }

  /** Forgets the document. What the disk does not have is lost: the caller has seen to that. */
  unload(): void {
    this.#doc?.destroy();
    this.#doc = undefined;
    this.#behind = [];
    this.#writers.forget();
    this.#isPressLookedAt = false;
    this.#isSpoiled = false;
  }
}
