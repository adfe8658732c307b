/**
 * Taking in an update from a device: whatever it holds, the document is a cart afterwards, or the
 * update is refused and the document is to be thrown away and read from disk again.
 */
import {
  CART_BYTES_MAX,
  CART_VERSION,
  fieldsOf,
  REGION_FIELDS,
  ROOTS,
  SLIPS_MAX,
  wrongIn,
} from '@tallystick/crdt/cart';
import * as Y from 'yjs';
import { gotManySiblings, hasManySiblings } from './siblings.ts';

/** More structs than a cart of the largest size can have. */
const STRUCTS_MAX = 100_000;
/** A device is a writer each time that it opens the cart anew and changes it; Yjs looks through all of them at each edit. */
const WRITERS_MAX = 4 * SLIPS_MAX;
/** The how-many-eth edit of one client: far more than anybody makes, far less than what Yjs can count. */
const CLOCK_MAX = 2 ** 31;

export type Taken =
  /** `gap`: it builds on what was not sent; ask for that. `weighed`: bytes that were written to see how large the cart is. */
  | { readonly ok: true; readonly gap: boolean; readonly weighed: number }
  | { readonly ok: false; readonly why: string };

/**
 * @param regionClient the client id that this process edits with; nobody else may
 * @param bytes about how large the document is now
 */
export function takeUpdate(doc: Y.Doc, update: Uint8Array, regionClient: number, bytes: number): Taken {
  if (update.length > CART_BYTES_MAX) return refuse('the update is larger than a cart');
  const known = saidByRegion(doc);
  let wrong: string | undefined;
  let isCrowded = false;
  try {
    // Reads lazily: a number of structs that the bytes do not hold costs nothing here.
    const { structs } = Y.decodeUpdate(update);
    if (structs.length > STRUCTS_MAX) return refuse('the update has too many parts');
    if (hasManySiblings(structs)) return refuse('the update has too many parts in one place');
    const regionState = Y.getState(doc.store, regionClient);
    for (const { id, length } of structs) {
      if (id.clock + length > CLOCK_MAX) return refuse('a client counts too far');
      if (id.client === regionClient && id.clock + length > regionState)
        return refuse('the client id is this region’s own');
    }
    wrong = wrongIn(doc, () => Y.applyUpdate(doc, update));
    isCrowded = gotManySiblings(doc, structs);
  } catch {
    return refuse('the bytes are no update');
  }
  const gap = doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
  // What is missing is asked for and comes with the rest; nothing waits in memory for it.
  doc.store.pendingStructs = null;
  doc.store.pendingDs = null;
  if (isCrowded) return refuse('the cart has too many parts in one place');
  if (doc.store.clients.size > WRITERS_MAX) return refuse('the cart has too many writers');
  if (doc.share.size > ROOTS) return refuse('the document has parts that no cart has');
  const changed = saidByRegion(doc).findIndex((value, i) => value !== known[i]);
  if (changed >= 0) return refuse(`${REGION_FIELDS[changed]} is the region’s to write`);
  if (wrong !== undefined) return refuse(wrong);
  const weighed = bytes + update.length > CART_BYTES_MAX ? Y.encodeStateAsUpdate(doc).length : 0;
  if (weighed > CART_BYTES_MAX) return refuse('the cart would be too large');
  return { ok: true, gap, weighed };
}

/** Carts of older releases name the first version, and a device may still have one of them. */
function saidByRegion(doc: Y.Doc): unknown[] {
  const fields = fieldsOf(doc);
  return REGION_FIELDS.map((name) => fields.get(name) ?? (name === 'v' ? CART_VERSION : undefined));
}

function refuse(why: string): Taken {
  return { ok: false, why };
}
