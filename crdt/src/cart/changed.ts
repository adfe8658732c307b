/**
 * What one change of a cart's document touched, and whether that still is a cart: a look at the keys that were
 * written, and at nothing else. Where the document was a cart before, it says whether `readCart` would take the
 * whole, at a cost that does not grow with the cart; and whether everybody wrote in their own name.
 */
import * as Y from 'yjs';
import { isSku } from '../ids.ts';
import { isPresser, isTotal, pressesOf } from './press.ts';
import { isFieldValue, readCart } from './read.ts';
import { isSlipName, readSaying } from './saying.ts';
import { CART_LINES_MAX, fieldsOf, isSlip, SLIPS_MAX, slipsOf } from './schema.ts';

/** Carries out a change of somebody else's. @returns why it leaves no cart, or who wrote in whose name; undefined where all is well */
export function wrongIn(doc: Y.Doc, change: () => void): string | undefined {
  // Named as maps before anything is written: a root that nobody named yet is replaced when it is.
  const [slips, fields, presses] = [slipsOf(doc), fieldsOf(doc), pressesOf(doc)];
  let touched: ReadonlyMap<unknown, ReadonlySet<string | null>> = new Map();
  Y.transact(
    doc,
    (transaction) => {
      change();
      touched = transaction.changed;
    },
    null,
    false,
  );
  for (const [type, keys] of touched) {
    for (const key of keys) {
      if (key === null) return 'something stands where no cart has anything';
      let wrong: string | undefined;
      if (type === fields) wrong = wrongField(fields, key);
      else if (type === slips) wrong = wrongSlip(slips, key);
      else if (type === presses) wrong = wrongPress(presses, key);
      else wrong = wrongInside(slips, type, key);
      if (wrong !== undefined) return wrong;
    }
  }
  return wrongSize(doc, slips, presses);
}

function wrongField(fields: Y.Map<unknown>, name: string): string | undefined {
  const value = fields.get(name);
  if (value === undefined && !isThere(fields, name)) return undefined;
  return isFieldValue(name, value) ? undefined : `${name.slice(0, 40)} is not what the schema says`;
}

function wrongSlip(slips: Y.Map<unknown>, name: string): string | undefined {
  if (!isThere(slips, name)) return undefined;
  const slip = slips.get(name);
  if (!isSlipName(name) || !isSlip(slip)) return 'a slip is not what the schema says';
  if (!name.startsWith('+') && writerOf(slips, name) !== Number(name)) return forged(name);
  for (const sku of slip._map.keys()) {
    const wrong = wrongSaying(slip, name, sku);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** What was written inside a type of the document: in a slip, or where no cart has a type. */
function wrongInside(slips: Y.Map<unknown>, type: unknown, sku: string): string | undefined {
  if (!isSlip(type) || type.parent !== slips) return 'something stands where no cart has anything';
  // A slip that was replaced meanwhile says nothing any more.
  if (type._item?.deleted === true) return undefined;
  return wrongSaying(type, type._item?.parentSub ?? '', sku);
}

function wrongSaying(slip: Y.Map<unknown>, name: string, sku: string): string | undefined {
  if (!isThere(slip, sku)) return undefined;
  if (!isSku(sku) || readSaying(slip.get(sku)) === undefined) return 'a saying is not what the schema says';
  return writerOf(slip, sku) === slip._item?.id.client ? undefined : forged(name);
}

function wrongPress(presses: Y.Map<unknown>, by: string): string | undefined {
  if (!isThere(presses, by)) return undefined;
  if (!isPresser(by) || !isTotal(presses.get(by))) return 'a press is not what the schema says';
  return writerOf(presses, by) === Number(by) ? undefined : `somebody else pressed in the name of ${by}`;
}

/** More than these can only be where there is more to count: then all of it is. */
function wrongSize(doc: Y.Doc, slips: Y.Map<unknown>, presses: Y.Map<unknown>): string | undefined {
  let sayings = 0;
  for (const item of slips._map.values()) {
    const slip = item.deleted ? undefined : item.content.getContent()[item.length - 1];
    if (isSlip(slip)) sayings += slip._map.size;
  }
  if (sayings <= CART_LINES_MAX && slips._map.size <= SLIPS_MAX && presses._map.size <= SLIPS_MAX)
    return undefined;
  const read = readCart(doc);
  return read.ok ? undefined : read.message;
}

function isThere(map: Y.Map<unknown>, key: string): boolean {
  return map._map.get(key)?.deleted === false;
}

function writerOf(map: Y.Map<unknown>, key: string): number | undefined {
  return map._map.get(key)?.id.client;
}

function forged(name: string): string {
  return `somebody else wrote in the slip of ${name}`;
}
