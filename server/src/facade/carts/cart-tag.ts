/**
 * ETags of carts, in two parts: what is in the cart and what it costs, and what else is answered, such as how many can be had now.
 * If-None-Match looks at both. If-Match looks at the first alone: nobody's edit is refused because somewhere one was sold.
 */
import { hash } from 'node:crypto';
import { Problem } from '@tallystick/store-agent';
import type { CartJson } from './schema.ts';

export function cartTag(cart: CartJson): string {
  return `"${contentTag(cart)}.${digest(cart)}"`;
}

/** @param ifMatch the header; empty where there was none @throws Problem where it names another state of the cart */
export function checkIfMatch(ifMatch: string, cart: () => CartJson): void {
  if (ifMatch === '' || ifMatch.trim() === '*') return;
  const own = `"${contentTag(cart())}.`;
  if (ifMatch.split(',').some((one) => one.trim().startsWith(own))) return;
  throw new Problem('precondition_failed', 'The cart is another by now. Read it again, and send its ETag.');
}

function contentTag({ lines, ...fields }: CartJson): string {
  return digest([lines.map(({ sku, quantity, unitPrice }) => [sku, quantity, unitPrice]), fields]);
}

function digest(value: unknown): string {
  return hash('sha1', JSON.stringify(value), 'base64url');
}
