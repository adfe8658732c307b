/** What is for sale in a chaos run, and where. */
import { PLACES, PLENTY, SKUS, WAREHOUSE } from './tree.ts';

export function catalogueItems(): { kind: 'product' | 'location'; id: string; body: unknown }[] {
  const places = PLACES.map((id) => {
    const kind = id === WAREHOUSE ? 'warehouse' : 'store';
    const body = { id, name: id, kind, keeper: id, timeZone: 'Europe/Berlin', currency: 'EUR' };
    return { kind: 'location', id, body } as const;
  });
  const products = [...SKUS, PLENTY].map((sku) => {
    const names = { en: sku.toLowerCase() };
    const money = { prices: { EUR: 1_000 }, taxRateBp: 1_900, taxIncluded: true };
    return { kind: 'product', id: sku, body: { sku, names, baseUnit: 'piece', ...money } } as const;
  });
  return [...places, ...products];
}
