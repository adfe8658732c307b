/** The till of this page, and what it shows. */
import type { Terminal, TillProduct, TillSnapshot } from '@tallystick/client-sdk/terminal';
import { createContext, useContext, useSyncExternalStore } from 'react';
import { type Money, nameOf } from '../ui/words.ts';
import type { TillName } from './till-name.ts';

export const TillContext = createContext<{ readonly till: Terminal; readonly name: TillName } | undefined>(
  undefined,
);

export function useTill(): {
  readonly till: Terminal;
  readonly name: TillName;
  readonly now: TillSnapshot;
  /** Whether whoever sells has to say who they are. */
  readonly needsPin: boolean;
} {
  const found = useContext(TillContext);
  if (found === undefined) throw new Error('There is no till around this component.');
  const { till, name } = found;
  const now = useSyncExternalStore(till.subscribe, till.getSnapshot, till.getSnapshot);
  return { till, name, now, needsPin: name.signIn === 'required' };
}

/** In the till's own currency, which is that of its place; the catalogue says it of each product. */
export function priceOf({ prices }: TillProduct): Money {
  const currency = prices.EUR === undefined ? (Object.keys(prices)[0] ?? 'EUR') : 'EUR';
  return { amountMinor: prices[currency] ?? 0, currency };
}

export const titleOf = (product: TillProduct) => nameOf(product.names);

/** `cashier:anna` is `anna`; undefined where nobody had to say who they are. */
export const sellerOf = (actor: string) => /^(?:cashier|manager):(.+)$/.exec(actor)?.[1];
