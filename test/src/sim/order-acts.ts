/** Acts of those who buy: over the counter with the goods in hand, from afar, by override, and who change their minds. */
import {
  type Command,
  type LineId,
  type LocationId,
  type PoolId,
  parsePoolId,
  poolId,
  type Refusal,
  type SellLine,
} from '@tallystick/crdt';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { pickPool, ready, type Scene } from './scene.ts';

export function waits(prng: Prng): { waitMs: number } | Record<string, never> {
  return prng.chance(0.5) ? { waitMs: prng.between(100, 5_000) } : {};
}

export function order(departsFrom: readonly LocationId[]) {
  return { channel: 'till', priority: 0, placedAt: 0, payments: [], departsFrom };
}

export function sellLine(
  pool: PoolId,
  n: number,
  lineId: string,
): SellLine & { readonly locationId: LocationId } {
  const { sku, location } = parsePoolId(pool);
  return {
    lineId: lineId as LineId,
    sku,
    locationId: location,
    quantityBase: n,
    unit: 'piece',
    quantityUnits: n,
    unitPriceMinor: 250,
    currency: 'EUR',
    taxRateBp: 1_900,
    taxIncluded: true,
    discounts: [],
  };
}

export function sell(scene: Scene): void {
  const { prng } = scene;
  const node = ready(scene);
  if (node === undefined) return;
  const home = scene.locationOfNode.get(node);
  const lines = Array.from({ length: prng.pick([1, 1, 1, 2, 3]) }, (_, i) => {
    return sellLine(
      pickPool(scene, node),
      prng.chance(0.1) ? prng.between(4, 20) : prng.between(1, 3),
      `${i + 1}`,
    );
  });
  // The same goods on two lines, as a cashier scans them.
  if (prng.chance(0.2)) lines.push({ ...(lines[0] as (typeof lines)[number]), lineId: 'again' as LineId });
  const id = scene.nextId('order');
  const base = { type: 'sell', id, actor: 'cashier:1', ...waits(prng) } as const;
  if (prng.chance(0.15)) {
    const locations = prng.chance(0.5) ? scene.tree.locations : [prng.pick(scene.tree.locations)];
    const open = lines.map(({ locationId: _, ...line }) => line);
    placeOrder(scene, node, { ...base, ...order([]), lines: open, locations }, new Map());
    return;
  }
  const carried = prng.chance(0.8) ? goodsAt(home, lines) : new Map<PoolId, number>();
  if (home === undefined || !isOnShelf(scene, carried)) {
    placeOrder(scene, node, { ...base, ...order([]), lines }, new Map());
    return;
  }
  const override = prng.chance(0.1) ? { override: { reason: 'in hand', owedMax: prng.between(1, 8) } } : {};
  placeOrder(scene, node, { ...base, ...order([home]), lines, ...override }, carried);
}

/** The goods of these lines that stand where the customer does. */
export function goodsAt(
  home: LocationId | undefined,
  lines: readonly ReturnType<typeof sellLine>[],
): Map<PoolId, number> {
  const goods = new Map<PoolId, number>();
  for (const { sku, locationId, quantityBase } of lines) {
    if (locationId !== home) continue;
    const pool = poolId(sku, locationId);
    goods.set(pool, (goods.get(pool) ?? 0) + quantityBase);
  }
  return goods;
}

/** There is something to carry, and all of it is really there. */
export function isOnShelf({ shelves }: Scene, goods: ReadonlyMap<PoolId, number>): boolean {
  return goods.size > 0 && [...goods].every(([pool, n]) => shelves.standing(pool) >= n);
}

/** Goods go out of the door with the customer, and come back in when the till says no. */
export function placeOrder(
  scene: Scene,
  node: SimNode,
  command: Command,
  goods: ReadonlyMap<PoolId, number>,
  onRefused: (refusal: Refusal) => void = () => {},
): void {
  const { shelves, clients } = scene;
  for (const [pool, n] of goods) shelves.take(pool, n);
  const undo = () => {
    for (const [pool, n] of goods) shelves.putBack(pool, n);
  };
  clients.ask(node, command, {
    refused: (refusal) => {
      undo();
      onRefused(refusal);
    },
    abandoned: undo,
    accepted: ({ writer, body }) => {
      if (body.type !== 'sold' && body.type !== 'confirmed') return;
      scene.orders.push({
        orderId: body.orderId,
        node,
        owner: writer,
        course: 'standing',
        lines: body.lines.map(({ lineId, pool, quantityBase, departed }) => {
          return { lineId, pool, n: quantityBase, departed, shipped: 0, returned: 0, isGivenUp: false };
        }),
      });
    },
  });
}

export function cancel(scene: Scene): void {
  const { prng, clients, shelves } = scene;
  const orders = scene.orders.filter((each) => each.course !== 'shipping' && each.node.isServing);
  if (orders.length === 0) return;
  const cancelled = prng.pick(orders);
  const lines = prng.chance(0.7) ? cancelled.lines : [prng.pick(cancelled.lines)];
  // Some cancel what they have cancelled before: they have nothing left to give up.
  const given = lines.filter((line) => !line.departed && !line.isGivenUp);
  cancelled.course = 'cancelling';
  for (const line of given) {
    shelves.giveUp(line.pool, line.n);
    line.isGivenUp = true;
  }
  clients.ask(
    cancelled.node,
    {
      type: 'cancel',
      id: scene.nextId('cancel'),
      actor: 'web:1',
      orderId: cancelled.orderId,
      reason: 'changed mind',
      ...(lines === cancelled.lines ? {} : { lineIds: lines.map((line) => line.lineId) }),
    },
    {
      refused: ({ code }) => {
        // Another cancellation was faster: what was given up stays given up.
        if (code === 'already_cancelled') return;
        for (const line of given) {
          shelves.giveUp(line.pool, -line.n);
          line.isGivenUp = false;
        }
      },
      abandoned: () => {},
    },
  );
}
