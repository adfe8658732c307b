/** A cart as it is answered: with prices as of now, and hints of how many there are. */
import { type LocationId, lineAmounts, poolId, type Sku } from '@tallystick/crdt';
import type { Cart } from '@tallystick/crdt/cart';
import type { Agent } from '@tallystick/store-agent';
import type { CartHolds } from './cart-holds.ts';
import type { CartJson } from './schema.ts';

export function cartJson(agent: Agent, holds: CartHolds, id: string, cart: Cart): CartJson {
  const { lines, presses: _, ...fields } = cart;
  const currency = currencyHere(agent);
  const priced = lines.map(({ sku, quantity }) => {
    const product = agent.catalogue.product(sku);
    const amountMinor = product?.prices[currency];
    const heldUntilMs = holds.heldUntilMs(id, sku);
    const gross =
      product === undefined || amountMinor === undefined
        ? undefined
        : lineAmounts({
            quantityUnits: quantity,
            unitPriceMinor: amountMinor,
            taxRateBp: product.taxRateBp,
            taxIncluded: product.taxIncluded,
            discounts: [],
          });
    return {
      line: {
        sku,
        quantity,
        name: product?.names.en ?? Object.values(product?.names ?? {})[0] ?? sku,
        unitPrice: amountMinor === undefined ? null : { amountMinor, currency },
        available: availableHint(agent, sku),
        held: holds.heldOf(id, sku),
        ...(heldUntilMs === undefined ? {} : { heldUntil: new Date(heldUntilMs).toISOString() }),
      },
      grossMinor: gross?.ok === true ? gross.value.grossMinor : undefined,
    };
  });
  let sum: number | undefined = 0;
  for (const { grossMinor } of priced) {
    sum = sum === undefined || grossMinor === undefined ? undefined : sum + grossMinor;
  }
  const total = Number.isSafeInteger(sum) ? { amountMinor: sum as number, currency } : null;
  return { id, lines: priced.map(({ line }) => line), ...fields, total };
}

/** What live clients hear beside the document: what it does not say itself. */
export function hintOf({ lines, total }: CartJson): object {
  const said = lines.map(({ sku, available, held, heldUntil, unitPrice }) => [
    sku,
    { available, held, heldUntil, unitPrice },
  ]);
  return { lines: Object.fromEntries(said), total };
}

/** Of the place that lines are sourced from first, as orders have it. */
function currencyHere(agent: Agent): string {
  const [first] = agent.sellsFrom();
  return (first === undefined ? undefined : agent.catalogue.location(first)?.currency) ?? 'EUR';
}

/** What the authority last said can be sold at the places that this region sells from, and not less than is here. */
function availableHint(agent: Agent, sku: Sku): number | null {
  const places = new Set<LocationId>(agent.sellsFrom());
  const levels = agent.levels.of(sku);
  let sum = 0;
  let isHeard = levels.length > 0;
  for (const place of places) {
    const pool = poolId(sku, place);
    const here = agent.engine.replica.canSell(pool);
    isHeard ||= here > 0;
    sum += Math.max(here, levels.find((level) => level.pool === pool)?.available ?? 0);
  }
  return isHeard ? sum : null;
}
