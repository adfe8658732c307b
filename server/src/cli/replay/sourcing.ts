/**
 * Who sells what, from whose shelf: fixed by hashes of the names, the same in every run of one seed.
 *
 * Half of the sale lines come from a store's own pool, which only that store and its terminals sell:
 * each customer has a shop, and every shop stocks these goods. The other half come from warehouse
 * pools, each sold by four replicas: a region, a store agent and two terminals of other stores, so
 * that rights to one pool have to travel down several branches. An invoice is served by one seller a
 * shelf, as a customer who stands at one counter and orders the rest.
 */
import type { FleetShape } from './fleet-shape.ts';
import { hash32, mix32 } from './prng.ts';
import type { TableSku } from './trade-table.ts';

export interface Source {
  readonly location: string;
  readonly contended: boolean;
  readonly sellers: readonly string[];
  /** How often each seller is chosen, against the sum of all. */
  readonly weights: readonly number[];
}

export interface Sourcing {
  /** `store` is what the file says; empty where it says nothing, and then the customer's shop is meant. */
  sourceOf(skuIndex: number, store: string, shopper: string): Source;
  sellerOf(source: Source, invoiceNo: string): string;
}

/** Most customers pay at a till; the agent itself serves the counter and the telephone. */
const OWN_WEIGHTS = [1, 2, 2];
/** The region is the web shop, the busiest single seller of warehouse goods. */
const CONTENDED_WEIGHTS = [3, 3, 2, 2];

/** Goods of one group have the same four sellers: a group is a range of goods that these shops carry. */
const GROUPS_PER_WAREHOUSE = 2;

export function createSourcing(shape: FleetShape, skus: readonly TableSku[], seed: number): Sourcing {
  const contended = halfOfTheLines(skus, seed);
  const own = new Map(shape.stores.map((store) => [store, ownSource(shape, store)]));
  const groups = Array.from({ length: shape.warehouses.length * GROUPS_PER_WAREHOUSE }, (_, group) =>
    contendedSource(shape, group % shape.warehouses.length, hash32(`group ${seed} ${group}`)),
  );
  const shared = skus.map(({ sku }, i) =>
    contended[i] ? pick(groups, hash32(`shared ${seed} ${sku}`)) : undefined,
  );
  const storeOfName = createStoreNames(shape);
  return {
    sourceOf: (skuIndex, store, shopper) => {
      const shop = store === '' ? pick(shape.stores, hash32(`shop ${seed} ${shopper}`)) : storeOfName(store);
      return shared[skuIndex] ?? (own.get(shop) as Source);
    },
    sellerOf: (source, invoiceNo) =>
      weighted(source, hash32(`seller ${seed} ${invoiceNo} ${source.sellers[0]}`)),
  };
}

/**
 * Which SKUs stand in a warehouse. The busiest are dealt first, each to the side with fewer lines so
 * far, so that both halves are equal in lines and alike in kind: neither gets only the slow sellers.
 */
function halfOfTheLines(skus: readonly TableSku[], seed: number): boolean[] {
  const order = skus.map(({ sku, saleLines }, index) => ({
    index,
    saleLines,
    chance: hash32(`half ${seed} ${sku}`),
  }));
  order.sort((a, b) => b.saleLines - a.saleLines || a.chance - b.chance || a.index - b.index);
  const contended = new Array<boolean>(skus.length).fill(false);
  let ahead = 0;
  for (const { index, saleLines, chance } of order) {
    const toWarehouse = ahead === 0 ? chance % 2 === 0 : ahead < 0;
    contended[index] = toWarehouse;
    ahead += toWarehouse ? saleLines : -saleLines;
  }
  return contended;
}

function ownSource(shape: FleetShape, store: string): Source {
  return {
    location: store,
    contended: false,
    sellers: [store, ...shape.terminalsOf(store)],
    weights: OWN_WEIGHTS,
  };
}

function contendedSource(shape: FleetShape, place: number, hash: number): Source {
  const agent = mix32(hash + 1) % shape.stores.length;
  const store = shape.stores[agent] as string;
  // Starting at a random neighbour and going round meets every other store once, and `store` last.
  const skip = mix32(hash + 2) % Math.max(1, shape.stores.length - 1);
  const others = shape.stores.map((_, i) => shape.stores[(agent + 1 + i) % shape.stores.length] as string);
  const neighbours = [...others.slice(skip, -1), ...others.slice(0, skip), store];
  const till = mix32(hash + 3) % 2;
  const terminals = [
    ...neighbours.map((id) => shape.terminalsOf(id)[till] as string),
    ...neighbours.map((id) => shape.terminalsOf(id)[1 - till] as string),
  ];
  return {
    location: shape.warehouses[place] as string,
    contended: true,
    sellers: [shape.regions[place] as string, store, ...terminals.slice(0, 2)],
    weights: CONTENDED_WEIGHTS,
  };
}

function weighted(source: Source, hash: number): string {
  const total = source.weights.reduce((sum, weight) => sum + weight, 0);
  let left = (hash / 0x1_0000_0000) * total;
  for (const [i, weight] of source.weights.entries()) {
    left -= weight;
    if (left < 0) return source.sellers[i] as string;
  }
  return source.sellers.at(-1) as string;
}

/** Stores of the file take the stores of the fleet in turn, in the order in which they are first met. */
function createStoreNames(shape: FleetShape): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let store = known.get(name);
    if (store === undefined) {
      store = shape.stores[known.size % shape.stores.length] as string;
      known.set(name, store);
    }
    return store;
  };
}

function pick<T>(items: readonly T[], hash: number): T {
  return items[hash % items.length] as T;
}
