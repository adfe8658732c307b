/**
 * Overwrites: what nearly every edit of a cart is once a device has said something. It says one thing anew, in its
 * own slip, in place of what it said before, and nobody else can have a hand in that. Such an update is known by
 * its bytes, all of them, and needs no document to be checked: it changes one value, which nobody may have but
 * who wrote the one before. So it is taken in at once, and the document follows when somebody looks at it.
 *
 * Whatever is not exactly that goes the long way (see take-update.ts).
 */
import { CART_LINES_MAX, isSlip, readSaying, slipsOf } from '@tallystick/crdt/cart';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/** More is no edit of one line by a shopper's few devices. */
const BYTES_MAX = 512;
/** An item of any value, behind another one, under a key: `info` of Yjs' update format. */
const VALUE_BEHIND = 0xa8;
/** Of one cart; more devices than that are looked up anew. */
const WRITERS_MAX = 64;
/** A number takes so many bytes at most here: client ids and clocks are below 2^53. */
const NUMBER_BYTES_MAX = 8;

export interface Overwrite {
  readonly client: number;
  /** The how-many-eth edit of this client it is. */
  readonly clock: number;
  /** The edit of the same client that it replaces. */
  readonly over: number;
}

/** What an update is, where it is an overwrite as Yjs writes it, byte for byte; else undefined. */
export function readOverwrite(update: Uint8Array): Overwrite | undefined {
  if (update.length > BYTES_MAX || update[0] !== 1 || update[1] !== 1) return undefined;
  const from = { bytes: update, at: 2 };
  const client = readNumber(from);
  const clock = readNumber(from);
  if (update[from.at] !== VALUE_BEHIND) return undefined;
  from.at += 1;
  const writer = readNumber(from);
  const over = readNumber(from);
  if (writer !== client || client < 0 || clock < 0 || over < 0 || update[from.at] !== 1) return undefined;
  const end = endOfSaying(update, from.at + 1);
  if (end === undefined) return undefined;
  // What it takes away is what it replaces, and nothing else; then it is over.
  if (update[end] !== 1) return undefined;
  from.at = end + 1;
  const isOfWriter = readNumber(from) === client && update[from.at] === 1;
  from.at += 1;
  if (!isOfWriter || readNumber(from) !== over || update[from.at] !== 1 || from.at + 1 !== update.length)
    return undefined;
  return { client, clock, over };
}

/** @returns -1 for what is no number in its shortest form */
function readNumber(from: { readonly bytes: Uint8Array; at: number }): number {
  let number = 0;
  let place = 1;
  for (let i = 0; i < NUMBER_BYTES_MAX; i += 1) {
    const byte = from.bytes[from.at];
    if (byte === undefined) return -1;
    from.at += 1;
    number += (byte & 127) * place;
    if (byte < 128) return byte === 0 && i > 0 ? -1 : number;
    place *= 128;
  }
  return -1;
}

/** Used again and again: a new one would cost more than what is written. */
const again = encoding.createEncoder();
again.cbuf = new Uint8Array(BYTES_MAX);

/** Where the saying that begins here is over; undefined where none stands here, or not as Yjs writes it. */
function endOfSaying(update: Uint8Array, start: number): number | undefined {
  try {
    const decoder = decoding.createDecoder(update);
    decoder.pos = start;
    const value = decoding.readAny(decoder);
    if (readSaying(value) === undefined) return undefined;
    again.cpos = 0;
    encoding.writeAny(again, value);
    const end = decoder.pos;
    if (again.bufs.length > 0 || again.cpos !== end - start) return undefined;
    for (let i = start; i < end; i += 1) if (update[i] !== again.cbuf[i - start]) return undefined;
    return end;
  } catch {
    return undefined;
  } finally {
    again.bufs.length = 0;
  }
}

interface Writer {
  /** The clock of its next edit. */
  next: number;
  /** Which of its edits stand in its own slip: those that it may replace. */
  readonly standing: Set<number>;
}

/** Of one cart: what its devices may overwrite. Holds until the document is changed in any other way. */
export class Writers {
  readonly #writers = new Map<number, Writer>();

  /**
   * Takes in an overwrite, or leaves everything as it is.
   * @param doc gives the document as it is now, which costs something
   */
  take({ client, clock, over }: Overwrite, doc: () => Y.Doc): boolean {
    let writer = this.#writers.get(client);
    if (writer === undefined || !writer.standing.has(over)) {
      if (!isOwnSaying(doc(), client, over)) return false;
      writer ??= this.#begin(client, Y.getState(doc().store, client));
      writer.standing.add(over);
    }
    if (writer.next !== clock) return false;
    writer.next = clock + 1;
    writer.standing.delete(over);
    writer.standing.add(clock);
    return true;
  }

  #begin(client: number, next: number): Writer {
    if (this.#writers.size >= WRITERS_MAX) this.#writers.clear();
    const writer = { next, standing: new Set<number>() };
    this.#writers.set(client, writer);
    return writer;
  }

  forget(): void {
    this.#writers.clear();
  }
}

/** Whether this edit stands as what its client says of a SKU in a slip of its own, in a cart where that cannot become too much. */
function isOwnSaying(doc: Y.Doc, client: number, clock: number): boolean {
  if (clock >= Y.getState(doc.store, client)) return false;
  const item = Y.getItem(doc.store, Y.createID(client, clock));
  if (!(item instanceof Y.Item) || item.deleted || item.length !== 1 || item.parentSub === null) return false;
  const slip = item.parent;
  const slips = slipsOf(doc);
  if (!isSlip(slip) || slip.parent !== slips || slip._item === null || slip._item.deleted) return false;
  if (slip._item.id.client !== client || slip._map.get(item.parentSub) !== item) return false;
  let sayings = 0;
  for (const one of slips.values()) if (isSlip(one)) sayings += one.size;
  // Each may become a line; beyond that they are counted with every edit.
  return sayings <= CART_LINES_MAX;
}
