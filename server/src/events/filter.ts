/** Filter: which events somebody asked for. Values of one kind are alternatives; kinds narrow each other. */
import type { Problem } from '@tallystick/store-agent';
import type { EventType } from './catalogue.ts';
import type { Held } from './event.ts';

export interface Filter {
  /** The credential that asked; undefined where nobody signs in. */
  readonly whose: string | undefined;
  readonly types: ReadonlySet<EventType>;
  readonly skus: ReadonlySet<string>;
  readonly locations: ReadonlySet<string>;
  readonly orders: ReadonlySet<string>;
  /** What this reader may hear at all. */
  readonly mayHear: (event: Held) => boolean;
  /** Why this reader may hear nothing any more; undefined while it may. Asked again and again. */
  readonly refusal: () => Problem | undefined;
}

export const EVERYTHING: Filter = {
  whose: undefined,
  types: new Set(),
  skus: new Set(),
  locations: new Set(),
  orders: new Set(),
  mayHear: () => true,
  refusal: () => undefined,
};

/** An empty set asks for all of its kind. */
export function takes(filter: Filter, event: Held): boolean {
  const { types, skus, locations, orders } = filter;
  if (types.size > 0 && !types.has(event.type)) return false;
  if (orders.size > 0 && (event.orderId === undefined || !orders.has(event.orderId))) return false;
  if (skus.size > 0 && !event.skus.some((sku) => skus.has(sku))) return false;
  if (locations.size > 0 && !event.locations.some((location) => locations.has(location))) return false;
  return filter.mayHear(event);
}

/**
 * Keys under which a filter waits for events: those of its narrowest kind. Of thousands of readers, an event is
 * shown to those alone that wait under one of its own keys.
 */
export function keysOfFilter({ types, skus, locations, orders }: Filter): string[] {
  if (orders.size > 0) return [...orders].map((order) => `order ${order}`);
  if (skus.size > 0) return [...skus].map((sku) => `sku ${sku}`);
  if (locations.size > 0) return [...locations].map((location) => `location ${location}`);
  if (types.size > 0) return [...types].map((type) => `type ${type}`);
  return ['all'];
}

export function keysOfEvent({ type, skus, locations, orderId }: Held): string[] {
  return [
    'all',
    `type ${type}`,
    ...skus.map((sku) => `sku ${sku}`),
    ...locations.map((location) => `location ${location}`),
    ...(orderId === undefined ? [] : [`order ${orderId}`]),
  ];
}
