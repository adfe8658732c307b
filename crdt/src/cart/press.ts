/**
 * Pressing "order" in the document itself, so that it can be done while a device is cut off: a mark in the
 * presser's own name, with the total that the shopper saw. The region answers it once it is there: by the
 * order, or by `refused`; either way it takes the mark away.
 */
import type * as Y from 'yjs';
import { isPlain, PRESSES, type Press, type Total } from './schema.ts';

export function pressesOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap(PRESSES);
}

/** @throws RangeError unless it is an amount of money */
export function pressCheckout(doc: Y.Doc, total: Total): void {
  if (!isTotal(total)) throw new RangeError('The total that was seen is no amount of money.');
  const { amountMinor, currency } = total;
  pressesOf(doc).set(String(doc.clientID), { amountMinor, currency });
}

/** Takes away marks that were answered; one that was pressed anew meanwhile stays. */
export function withdrawPresses(doc: Y.Doc, answered: readonly Press[]): void {
  const now = readPresses(doc) ?? [];
  for (const { by } of now.filter((press) => answered.some((one) => isSame(one, press))))
    pressesOf(doc).delete(by);
}

function isSame(a: Press, b: Press): boolean {
  return a.by === b.by && a.amountMinor === b.amountMinor && a.currency === b.currency;
}

/** In order of who pressed; undefined where something there is no such mark */
export function readPresses(doc: Y.Doc): Press[] | undefined {
  const presses: Press[] = [];
  for (const [by, value] of pressesOf(doc).entries()) {
    if (!isPresser(by) || !isTotal(value)) return undefined;
    presses.push({ by, amountMinor: value.amountMinor, currency: value.currency });
  }
  return presses.sort((a, b) => (a.by < b.by ? -1 : 1));
}

/** A Yjs client id as a decimal number. */
export function isPresser(by: string): boolean {
  return /^(0|[1-9]\d{0,15})$/.test(by);
}

export function isTotal(value: unknown): value is Total {
  if (!isPlain(value) || Object.keys(value).length !== 2) return false;
  const { amountMinor, currency } = value;
  return (
    Number.isSafeInteger(amountMinor) &&
    (amountMinor as number) >= 0 &&
    typeof currency === 'string' &&
    /^[A-Z]{3}$/.test(currency)
  );
}
