/** The till of this page, and what it shows. */
import type { Terminal, TillProduct, TillSnapshot } from '@tallystick/client-sdk/terminal';
import { createContext, useContext, useSyncExternalStore } from 'react';
import { type Money, nameOf } from '../ui/words.ts';

export const TillContext = createContext<Terminal | undefined>(undefined);

export function useTill(): { readonly till: Terminal; readonly now: TillSnapshot } {
  const till = useContext(TillContext);
  if (till === undefined) throw new Error('There is no till around this component.');
  const now = useSyncExternalStore(till.subscribe, till.getSnapshot, till.getSnapshot);
  return { till, now };
}

/** In the till's own currency, which is that of its place; the catalogue says it of each product. */
export function priceOf({ prices }: TillProduct): Money {
  const currency = prices.EUR === undefined ? (Object.keys(prices)[0] ?? 'EUR') : 'EUR';
  return { amountMinor: prices[currency] ?? 0, currency };
}

export const titleOf = (product: TillProduct) => nameOf(product.names);
