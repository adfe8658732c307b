/**
 * Merging a guest's cart into the cart of the customer who signed in: once, on however many devices
 * it happens, because what it brings stands under the guest cart's own name.
 */
import * as Y from 'yjs';
import type { Sku } from '../ids.ts';
import { setFields } from './edit.ts';
import { type Cart, type CartLine, readCart } from './read.ts';
import { readSaying } from './saying.ts';
import { type CartFields, fieldsOf, isSlip, slipsOf } from './schema.ts';

/**
 * Adds the lines of a guest's cart. Its note, gift flag and delivery are taken where the customer's
 * cart says nothing of them; its customer never.
 *
 * @param guestId the guest cart's id: 1 to 128 printable characters
 * @returns false where that cart was merged before; nothing is changed then
 */
export function mergeCart(doc: Y.Doc, guestId: string, guest: Cart): boolean {
  const slips = slipsOf(doc);
  const name = `+${guestId}`;
  if (slips.has(name)) return false;
  doc.transact(() => {
    slips.set(name, new Y.Map(guest.lines.map(({ sku, quantity }) => [sku, { added: quantity }])));
    const { note, gift, delivery } = guest;
    const known = fieldsOf(doc);
    const brought = Object.entries({ note, gift, delivery }).filter(
      ([field, value]) => value !== undefined && !known.has(field),
    );
    setFields(doc, Object.fromEntries(brought) as CartFields);
  });
  return true;
}

/**
 * Brings what came into a guest's cart after that was merged, from a device that was cut off: of each SKU as many more as it
 * has more than it brought. What is fewer there stays. For whoever merged it, and nobody else at the same time: of two
 * that do so without hearing of each other one stays.
 *
 * @returns false where there is nothing more, or that cart was not merged; nothing is changed then
 */
export function mergeMore(doc: Y.Doc, guestId: string, guest: Cart): boolean {
  const brought = broughtBy(doc, guestId);
  if (brought === undefined) return false;
  const added = new Map(brought.map(({ sku, quantity }) => [sku, quantity]));
  const more = guest.lines.filter(({ sku, quantity }) => quantity > (added.get(sku) ?? 0));
  if (more.length === 0) return false;
  for (const { sku, quantity } of more) added.set(sku, quantity);
  // Anew and whole: a slip has one writer, and who wrote it may be a process that is no more.
  slipsOf(doc).set(`+${guestId}`, new Y.Map([...added].map(([sku, quantity]) => [sku, { added: quantity }])));
  return true;
}

/** What a merged cart brought along; undefined where it was not merged. */
export function broughtBy(doc: Y.Doc, guestId: string): CartLine[] | undefined {
  const slip = slipsOf(doc).get(`+${guestId}`);
  if (!isSlip(slip)) return undefined;
  return [...slip.entries()].map(([sku, said]) => ({
    sku: sku as Sku,
    quantity: readSaying(said)?.added ?? 0,
  }));
}

/** The same from one document to another. @throws RangeError where the guest's is no cart that can be read */
export function mergeCarts(doc: Y.Doc, guestId: string, guest: Y.Doc): boolean {
  const read = readCart(guest);
  if (!read.ok) throw new RangeError(read.message);
  return mergeCart(doc, guestId, read.cart);
}
