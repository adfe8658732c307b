/** Carts as Yjs documents. Apart from the rest of the core, so that only who has carts loads Yjs. */
export { wrongIn } from './changed.ts';
export * from './edit.ts';
export * from './merge.ts';
export { pressCheckout, pressesOf, withdrawPresses } from './press.ts';
export { type Cart, type CartLine, type CartRead, isNote, readCart } from './read.ts';
export { readSaying } from './saying.ts';
export * from './schema.ts';
