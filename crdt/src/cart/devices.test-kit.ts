/** Devices that edit one cart: a document each, cut off until they meet. */
import * as Y from 'yjs';
import type { Sku } from '../ids.ts';
import { type Cart, readCart } from './read.ts';

export const lamp = 'LAMP' as Sku;
export const mug = 'MUG' as Sku;

/** Documents whose client ids are 1, 2, 3, …, so that a failure is the same each time. */
export function devices(count: number): Y.Doc[] {
  return Array.from({ length: count }, (_, i) => {
    const doc = new Y.Doc();
    doc.clientID = i + 1;
    return doc;
  });
}

/** One device hears all that another one knows. */
export function hear(listener: Y.Doc, speaker: Y.Doc): void {
  Y.applyUpdate(listener, Y.encodeStateAsUpdate(speaker, Y.encodeStateVector(listener)));
}

export function meet(docs: readonly Y.Doc[]): void {
  for (const listener of docs) for (const speaker of docs) hear(listener, speaker);
}

export function cartOf(doc: Y.Doc | undefined): Cart {
  const read = readCart(doc as Y.Doc);
  if (!read.ok) throw new Error(read.message);
  return read.cart;
}

export function quantityIn(doc: Y.Doc | undefined, sku: Sku): number {
  return cartOf(doc).lines.find((line) => line.sku === sku)?.quantity ?? 0;
}
