/**
 * Live cart: one cart that somebody looks at. Its document is in memory while it is used, and read
 * from disk again when it is needed next.
 */
import * as Y from 'yjs';
import { type CartFile, documentOf } from './cart-file.ts';
import { Presences } from './presences.ts';

/** Somebody who hears of every change. */
export interface Listener {
  send(frame: Uint8Array): void;
  /** Ends the connection; the client connects again and brings what was not saved. */
  end(code: number, reason: string): void;
}

/** Updates beside a stored state; then it is written anew, and opening stays quick. */
const UPDATES_KEPT_MAX = 64;

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
    if (this.#doc !== undefined) return this.#doc;
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

  /** At most so many bytes; Yjs forgets some of them when it is written anew. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something is in the document that the disk does not have yet. */
  get isDirty(): boolean {
    return this.turns > 0;
  }

  get isLoaded(): boolean {
    return this.#doc !== undefined;
  }

  /** Carries out an act on the document. @returns the updates that it made */
  change(act: (doc: Y.Doc) => void): Uint8Array[] {
    const { doc } = this;
    this.#made = [];
    act(doc);
    return this.#made;
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
    const state = Y.encodeStateAsUpdate(this.#doc);
    this.#updatesKept = 0;
    this.#bytes = state.length;
    return state;
  }

  /** Forgets the document. What the disk does not have is lost: the caller has seen to that. */
  unload(): void {
    this.#doc?.destroy();
    this.#doc = undefined;
    this.#isSpoiled = false;
  }
}
