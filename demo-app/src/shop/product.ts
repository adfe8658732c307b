/** A product as the shop shows it. */
import type { Answer } from '@tallystick/client-sdk';
import type { Money } from '../ui/words.ts';

export type Product = Answer<'get', '/v1/products'>['items'][number];

/** This shop sells in euros, and in what else there is only where it must. */
export function priceOf({ prices }: Product): Money | undefined {
  const currency = prices.EUR === undefined ? Object.keys(prices)[0] : 'EUR';
  const amountMinor = currency === undefined ? undefined : prices[currency];
  return currency === undefined || amountMinor === undefined ? undefined : { amountMinor, currency };
}
