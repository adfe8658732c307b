/** Carts as Yjs documents. Apart from the rest of the core, so that only who has carts loads Yjs. */
export * from './edit.ts';
export * from './merge.ts';
export { forgedPress, pressCheckout, pressesOf, withdrawPresses } from './press.ts';
export { type Cart, type CartLine, type CartRead, forgedSlip, isNote, readCart } from './read.ts';
export * from './schema.ts';
