/** The basket on the counter: kept on the device, so that a reload in the middle of a sale loses nothing. */
import type { TillProduct } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import type { Money } from '../ui/words.ts';
import { priceOf, titleOf } from './use-till.ts';

export interface Line {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly price: Money;
}

export interface Basket {
  readonly lines: readonly Line[];
  /** Its units were set aside under this name. */
  readonly hold?: string;
}

const KEPT = 'tallystick-basket';
const EMPTY: Basket = { lines: [] };

function kept(): Basket {
  try {
    const basket = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Basket | null;
    return Array.isArray(basket?.lines) ? basket : EMPTY;
  } catch {
    return EMPTY;
  }
}

export interface BasketDesk {
  readonly basket: Basket;
  readonly total: Money;
  readonly add: (product: TillProduct) => void;
  readonly set: (sku: string, quantity: number) => void;
  readonly put: (basket: Basket) => void;
  readonly clear: () => void;
}

export function useBasket(): BasketDesk {
  const [basket, setBasket] = useState(kept);
  const change = (of: (before: Basket) => Basket) =>
    setBasket((before) => {
      const next = of(before);
      localStorage.setItem(KEPT, JSON.stringify(next));
      return next;
    });
  const { lines } = basket;
  return {
    basket,
    total: {
      amountMinor: lines.reduce((sum, { price, quantity }) => sum + price.amountMinor * quantity, 0),
      currency: lines[0]?.price.currency ?? 'EUR',
    },
    add: (product) => change((before) => added(before, product)),
    set: (sku, quantity) => change((before) => changed(before, sku, quantity)),
    put: (next) => change(() => next),
    clear: () => change(() => EMPTY),
  };
}

/** What was set aside covers what it was set aside for: another basket is not that one any more. */
function added({ lines }: Basket, product: TillProduct): Basket {
  const { sku } = product;
  if (lines.some((line) => line.sku === sku))
    return {
      lines: lines.map((line) => (line.sku === sku ? { ...line, quantity: line.quantity + 1 } : line)),
    };
  return { lines: [...lines, { sku, name: titleOf(product), quantity: 1, price: priceOf(product) }] };
}

function changed({ lines }: Basket, sku: string, quantity: number): Basket {
  return {
    lines: lines.flatMap((line) => (line.sku !== sku ? [line] : quantity < 1 ? [] : [{ ...line, quantity }])),
  };
}
