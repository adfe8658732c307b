/**
 * Acts: what people do in the simulated world. Each is drawn from the seed, done to
 * the shelf first where goods move, then told to a replica, and undone on the shelf
 * where the replica says no.
 */
import {
  type Command,
  type HoldId,
  type LineId,
  type LocationId,
  locationOf,
  type OrderId,
  type PoolId,
  parsePoolId,
  type SellLine,
} from '@tallystick/crdt';
import type { Clients, Request } from './clients.ts';
import { countShelf, loseGoods, overstep, receive, returnGoods, ship } from './goods-acts.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import type { Shelves } from './shelves.ts';
import { type Trace, Violation } from './trace.ts';
import type { Tree } from './tree.ts';

export interface OrderLineInWorld {
  readonly lineId: LineId;
  readonly pool: PoolId;
  readonly n: number;
  departed: boolean;
  shipped: number;
  returned: number;
  isGivenUp: boolean;
}

/** An order as the world knows it. Whoever cancels and whoever ships have talked to each other first. */
export interface OrderInWorld {
  readonly orderId: OrderId;
  readonly node: SimNode;
  readonly lines: readonly OrderLineInWorld[];
  course: 'standing' | 'cancelling' | 'shipping';
}

interface HoldInWorld {
  readonly holdId: HoldId;
  readonly node: SimNode;
  readonly lines: readonly { readonly pool: PoolId; readonly n: number }[];
}

export interface Scene {
  readonly prng: Prng;
  readonly trace: Trace;
  readonly tree: Tree;
  readonly nodes: readonly SimNode[];
  readonly clients: Clients;
  readonly shelves: Shelves;
  readonly orders: OrderInWorld[];
  readonly holds: HoldInWorld[];
  readonly locationOfNode: ReadonlyMap<SimNode, LocationId>;
  nextId(kind: string): string;
  later(delayMs: number, act: () => void): void;
}

const WEIGHTS = {
  sell: 44,
  hold: 12,
  endHold: 14,
  cancel: 5,
  receive: 10,
  return: 4,
  count: 3,
  lose: 2,
  steal: 1,
  ship: 8,
  again: 3,
  differ: 1,
  nonsense: 2,
} as const;

export function actOnce(scene: Scene): void {
  switch (scene.prng.weighted(WEIGHTS)) {
    case 'sell':
      return sell(scene);
    case 'hold':
      return hold(scene);
    case 'endHold':
      return endHold(scene);
    case 'cancel':
      return cancel(scene);
    case 'receive':
      return receive(scene, scene.prng.between(1, 12));
    case 'return':
      return returnGoods(scene);
    case 'count':
      return countShelf(
        scene,
        scene.prng.pick(scene.tree.locations),
        scene.prng.chance(0.5) ? scene.prng.spanMs(0, 5_000) : 0,
      );
    case 'lose':
      return loseGoods(scene, true);
    case 'steal':
      return loseGoods(scene, false);
    case 'ship':
      return ship(scene);
    case 'again':
      return again(scene);
    case 'differ':
      return differ(scene);
    case 'nonsense':
      return scene.prng.chance(0.5) ? nonsense(scene) : overstep(scene);
  }
}

export function ready(scene: Scene): SimNode | undefined {
  const nodes = scene.nodes.filter((node) => node.isListening);
  return nodes.length === 0 ? undefined : scene.prng.pick(nodes);
}

function pickPool(scene: Scene, node: SimNode): PoolId {
  const { prng, tree } = scene;
  const home = scene.locationOfNode.get(node);
  const near = tree.pools.filter((pool) => locationOf(pool) === home);
  return prng.pick(near.length > 0 && prng.chance(0.7) ? near : tree.pools);
}

function waits(prng: Prng): { waitMs: number } | Record<string, never> {
  return prng.chance(0.5) ? { waitMs: prng.between(100, 5_000) } : {};
}

function order(departsFrom: readonly LocationId[]) {
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

function sell(scene: Scene): void {
  const { prng, clients, shelves } = scene;
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
    track(scene, node, { ...base, ...order([]), lines: open, locations }, []);
    return;
  }
  const gone = home !== undefined && prng.chance(0.8) ? lines.filter((line) => line.locationId === home) : [];
  const carried = unitsOf(gone);
  const isCarried = gone.length > 0 && [...carried].every(([pool, n]) => shelves.standing(pool) >= n);
  const override =
    isCarried && prng.chance(0.1) ? { override: { reason: 'in hand', owedMax: prng.between(1, 8) } } : {};
  const departsFrom = isCarried && home !== undefined ? [home] : [];
  track(scene, node, { ...base, ...order(departsFrom), lines, ...override }, isCarried ? [...carried] : []);
  return;

  function unitsOf(carriedLines: typeof lines): Map<PoolId, number> {
    const units = new Map<PoolId, number>();
    for (const line of carriedLines) {
      const pool = `${line.sku}@${line.locationId}` as PoolId;
      units.set(pool, (units.get(pool) ?? 0) + line.quantityBase);
    }
    return units;
  }

  function track(_: Scene, at: SimNode, command: Command, goods: [PoolId, number][]): void {
    trackOrder(scene, at, command, goods, clients);
  }
}

/** Goods go out of the door with the customer, and come back in when the till says no. */
function trackOrder(
  scene: Scene,
  node: SimNode,
  command: Command,
  goods: readonly (readonly [PoolId, number])[],
  clients: Clients,
): void {
  const { shelves } = scene;
  for (const [pool, n] of goods) shelves.take(pool, n);
  const undo = () => {
    for (const [pool, n] of goods) shelves.putBack(pool, n);
  };
  clients.ask(node, command, {
    refused: undo,
    abandoned: undo,
    accepted: ({ body }) => {
      if (body.type !== 'sold' && body.type !== 'confirmed') return;
      scene.orders.push({
        orderId: body.orderId,
        node,
        course: 'standing',
        lines: body.lines.map(({ lineId, pool, quantityBase, departed }) => {
          return { lineId, pool, n: quantityBase, departed, shipped: 0, returned: 0, isGivenUp: false };
        }),
      });
    },
  });
}

function hold(scene: Scene): void {
  const { prng, clients } = scene;
  const node = ready(scene);
  if (node === undefined) return;
  const lines = Array.from({ length: prng.pick([1, 1, 2]) }, () => {
    return { pool: pickPool(scene, node), n: prng.between(1, 4) };
  });
  if (prng.chance(0.2)) lines.push({ ...(lines[0] as (typeof lines)[number]) });
  const id = scene.nextId('hold');
  const ttlMs = prng.between(300, 30_000);
  clients.ask(
    node,
    { type: 'hold', id, actor: 'web:1', ttlMs, lines, ...waits(prng) },
    {
      accepted: () => scene.holds.push({ holdId: id as HoldId, node, lines }),
      abandoned: () => {},
    },
  );
}

function endHold(scene: Scene): void {
  const { prng, holds } = scene;
  if (holds.length === 0) return;
  const at = prng.below(holds.length);
  const { holdId, node } = holds[at] as HoldInWorld;
  if (!node.isListening) return;
  const base = { actor: 'web:1', holdId };
  const how = prng.weighted({ confirm: 6, release: 3, extend: 2, capture: 3 });
  // Now and then somebody tries to end a hold twice.
  if ((how === 'confirm' || how === 'release') && prng.chance(0.8)) holds.splice(at, 1);
  if (how === 'confirm') return confirm(scene, holds[at] ?? { holdId, node, lines: [] }, holdId, node);
  if (how === 'release') {
    scene.clients.ask(
      node,
      { ...base, type: 'release', id: scene.nextId('release') },
      { abandoned: () => {} },
    );
  } else if (how === 'extend') {
    const ttlMs = prng.between(300, 30_000);
    scene.clients.ask(
      node,
      { ...base, type: 'extend', id: scene.nextId('extend'), ttlMs },
      { abandoned: () => {} },
    );
  } else {
    scene.clients.ask(
      node,
      { ...base, type: 'capture', id: scene.nextId('capture') },
      { abandoned: () => {} },
    );
  }
}

function confirm(scene: Scene, _: HoldInWorld, holdId: HoldId, node: SimNode): void {
  const { prng, clients, shelves } = scene;
  const held = clients.requests.get(holdId)?.command;
  if (held?.type !== 'hold') return;
  const lines = held.lines
    .filter((_line, i) => i === 0 || prng.chance(0.8))
    .map(({ pool, n }, i) => sellLine(pool, prng.chance(0.7) ? n : prng.between(1, n), `${i + 1}`));
  const home = scene.locationOfNode.get(node);
  const goods = new Map<PoolId, number>();
  for (const line of lines) {
    const pool = `${line.sku}@${line.locationId}` as PoolId;
    if (line.locationId === home) goods.set(pool, (goods.get(pool) ?? 0) + line.quantityBase);
  }
  const isCarried = goods.size > 0 && [...goods].every(([pool, n]) => shelves.standing(pool) >= n);
  const departsFrom = isCarried && home !== undefined ? [home] : [];
  const id = scene.nextId('order');
  const command: Command = { type: 'confirm', id, actor: 'web:1', holdId, lines, ...order(departsFrom) };
  trackOrder(scene, node, command, isCarried ? [...goods] : [], clients);
}

function cancel(scene: Scene): void {
  const { prng, clients, shelves } = scene;
  const orders = scene.orders.filter((each) => each.course !== 'shipping' && each.node.isListening);
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

/** Somebody asks again with the same id: the first answer again, or still the only one. */
function again(scene: Scene): void {
  const requests = [...scene.clients.requests.values()];
  if (requests.length > 0) scene.clients.again(scene.prng.pick(requests));
}

/** The same id for something else is refused, whatever it is. */
function differ(scene: Scene): void {
  const requests = [...scene.clients.requests.values()].filter(
    (request): request is Request & { command: { type: 'receive' } } =>
      request.state === 'accepted' && request.command.type === 'receive' && request.node.isRunning,
  );
  if (requests.length === 0) return;
  const { node, command } = scene.prng.pick(requests);
  node.submit({ ...command, lines: command.lines.map((line) => ({ ...line, n: line.n + 1 })) }, (answer) => {
    if (answer !== undefined && (answer.ok || !['document_differs', 'read_only'].includes(answer.code))) {
      throw new Violation(
        'T8',
        `${command.id} with other units was answered ${answer.ok ? 'ok' : answer.code}`,
      );
    }
  });
}

/** What no replica may take: quantities that are none (T7), goods of a place that somebody else keeps (T8). */
function nonsense(scene: Scene): void {
  const { prng, tree } = scene;
  const node = ready(scene);
  if (node === undefined) return;
  const pool = prng.pick(tree.pools);
  const isForeign = tree.directory.keeperOf(locationOf(pool)) !== node.settings.replica;
  const n = prng.pick([0, -1, 1.5, 2 ** 31, Number.NaN]);
  const lines = [{ pool, n: isForeign && prng.chance(0.5) ? 1 : n }];
  const command: Command = {
    type: 'receive',
    id: scene.nextId('nonsense'),
    actor: 'x:1',
    cause: 'delivery',
    lines,
  };
  node.submit(command, (answer) => {
    if (answer?.ok === true) throw new Violation('T7', `${node.name} received ${lines[0]?.n} of ${pool}`);
  });
}
