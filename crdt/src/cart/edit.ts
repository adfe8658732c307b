/**
 * Editing a cart. Each edit is one small Yjs transaction in the words of this document's own client:
 * whatever document is passed in, nobody else's slip is touched.
 *
 *   const doc = new Y.Doc();
 *   addUnits(doc, 'LAMP' as Sku, 2);
 *   setQuantity(doc, 'LAMP' as Sku, 5);
 *   removeLine(doc, 'LAMP' as Sku);
 */
import * as Y from 'yjs';
import type { Sku } from '../ids.ts';
import { isQuantity } from '../tally/guards.ts';
import { QUANTITY_MAX } from '../tally/row.ts';
import { linesOf } from './read.ts';
import { quantityOf, type Said, sayAdd, saySet } from './saying.ts';
import { type CartFields, fieldsOf, isSlip, type Saying, slipsOf } from './schema.ts';

/**
 * Every edit leaves a few bytes behind in its slip until the slip is written anew; then Yjs forgets
 * them. Often enough that they stay below some kilobytes, seldom enough that rewriting costs little.
 */
const EDITS_PER_SLIP = 128;

/** Adds units to a line, which is made where there is none. @throws RangeError unless it is a quantity */
export function addUnits(doc: Y.Doc, sku: Sku, units: number): void {
  if (!isQuantity(units)) throw new RangeError(`${units} is not a quantity.`);
  const said = saidAbout(doc, sku);
  // Beyond what a line can have, nothing is remembered: it would come back after a removal elsewhere.
  const room = QUANTITY_MAX - quantityOf(said);
  if (room > 0) say(doc, sku, sayAdd(said, String(doc.clientID), Math.min(units, room)));
}

/** Sets a line's quantity; 0 removes it. @throws RangeError unless it is a quantity or 0 */
export function setQuantity(doc: Y.Doc, sku: Sku, to: number): void {
  if (to !== 0 && !isQuantity(to)) throw new RangeError(`${to} is not a quantity.`);
  const said = saidAbout(doc, sku);
  if (to === 0 && quantityOf(said) === 0) return;
  say(doc, sku, saySet(said, String(doc.clientID), to));
}

/** Removes what is known here of a line. What is added elsewhere meanwhile stays. */
export function removeLine(doc: Y.Doc, sku: Sku): void {
  setQuantity(doc, sku, 0);
}

/** Sets fields; undefined takes one away. What is so already is not written again. */
export function setFields(
  doc: Y.Doc,
  values: { [name in keyof CartFields]?: CartFields[name] | undefined },
): void {
  const fields = fieldsOf(doc);
  doc.transact(() => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) fields.delete(name);
      else if (fields.get(name) !== value) fields.set(name, value);
    }
  });
}

function saidAbout(doc: Y.Doc, sku: Sku): Said {
  return linesOf(doc).get(sku) ?? new Map();
}

function say(doc: Y.Doc, sku: Sku, saying: Saying): void {
  const slips = slipsOf(doc);
  const name = String(doc.clientID);
  const own = slips.get(name);
  if (isSlip(own) && !isWorn(doc, own)) own.set(sku, saying);
  else {
    const before = isSlip(own) ? [...own.entries()] : [];
    slips.set(name, new Y.Map([...before.filter(([known]) => known !== sku), [sku, saying]]));
  }
}

/** Whether so much was written since that writing it anew is worth it. */
function isWorn(doc: Y.Doc, slip: Y.Map<unknown>): boolean {
  const since = Y.getState(doc.store, doc.clientID) - (slip._item?.id.clock ?? 0);
  return since > EDITS_PER_SLIP + 4 * slip.size;
}
