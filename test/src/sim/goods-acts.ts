/** Acts of those who stand where the goods stand: they come, go, come back, are counted, and vanish. */
import { type Count, type Entry, type LocationId, locationOf, type WriterId } from '@tallystick/crdt';
import type { SimNode } from './node.ts';
import type { OrderInWorld, OrderLineInWorld, Scene } from './scene.ts';
import { Violation } from './trace.ts';

function keeperOf(scene: Scene, location: LocationId): SimNode | undefined {
  const replica = scene.tree.directory.keeperOf(location);
  return scene.nodes.find((node) => node.settings.replica === replica && node.isServing);
}

export function receive(scene: Scene, most: number): void {
  const { prng, tree, clients, shelves } = scene;
  const location = prng.pick(tree.locations);
  const keeper = keeperOf(scene, location);
  if (keeper === undefined) return;
  const pools = tree.pools.filter((pool) => locationOf(pool) === location);
  const lines = Array.from({ length: prng.pick([1, 1, 2]) }, () => ({
    pool: prng.pick(pools),
    n: prng.between(1, most),
  }));
  for (const { pool, n } of lines) shelves.put(pool, n);
  clients.ask(keeper, {
    type: 'receive',
    id: scene.nextId('receipt'),
    actor: 'clerk:1',
    cause: 'delivery',
    lines,
  });
}

/** Goods that are found broken and written off, or that somebody carries away unseen. */
export function loseGoods(scene: Scene, isSeen: boolean): void {
  const { prng, tree, clients, shelves } = scene;
  const pool = prng.pick(tree.pools);
  const n = Math.min(shelves.standing(pool), prng.between(1, 3));
  const keeper = keeperOf(scene, locationOf(pool));
  if (n === 0 || keeper === undefined) return;
  shelves.take(pool, n);
  if (!isSeen) {
    scene.trace.saw('theft');
    return;
  }
  clients.ask(
    keeper,
    {
      type: 'lose',
      id: scene.nextId('loss'),
      actor: 'clerk:1',
      cause: 'damage',
      reason: 'broken',
      lines: [{ pool, n }],
    },
    // The books knew of fewer: the broken ones lie there until somebody counts.
    { refused: () => shelves.putBack(pool, n) },
  );
}

function pickLine(
  scene: Scene,
  fits: (order: OrderInWorld, line: OrderLineInWorld) => boolean,
): { order: OrderInWorld; line: OrderLineInWorld; keeper: SimNode } | undefined {
  const found: { order: OrderInWorld; line: OrderLineInWorld }[] = [];
  for (const order of scene.orders.slice(-60)) {
    for (const line of order.lines) if (fits(order, line)) found.push({ order, line });
  }
  if (found.length === 0) return undefined;
  const { order, line } = scene.prng.pick(found);
  const keeper = keeperOf(scene, locationOf(line.pool));
  return keeper && { order, line, keeper };
}

export function ship(scene: Scene): void {
  const { prng, clients, shelves } = scene;
  const found = pickLine(scene, (order, line) => {
    return (
      order.course !== 'cancelling' &&
      !line.departed &&
      line.shipped < line.n &&
      shelves.standing(line.pool) > 0
    );
  });
  if (found === undefined) return;
  const { order, line, keeper } = found;
  const n = Math.min(line.n - line.shipped, shelves.standing(line.pool), prng.between(1, 4));
  order.course = 'shipping';
  line.shipped += n;
  shelves.take(line.pool, n);
  clients.ask(
    keeper,
    {
      type: 'ship',
      id: scene.nextId('shipment'),
      actor: 'clerk:1',
      orderId: order.orderId,
      lines: [{ lineId: line.lineId, pool: line.pool, n, ordered: line.n }],
    },
    {
      refused: () => {
        line.shipped -= n;
        shelves.putBack(line.pool, n);
      },
    },
  );
}

export function returnGoods(scene: Scene): void {
  const { prng, clients, shelves } = scene;
  const found = pickLine(scene, (_, line) => (line.departed ? line.n : line.shipped) > line.returned);
  if (found === undefined) return;
  const { order, line, keeper } = found;
  const n = prng.between(1, (line.departed ? line.n : line.shipped) - line.returned);
  line.returned += n;
  shelves.put(line.pool, n);
  clients.ask(
    keeper,
    {
      type: 'return',
      id: scene.nextId('return'),
      actor: 'clerk:1',
      orderId: order.orderId,
      lines: [{ lineId: line.lineId, pool: line.pool, n, sold: line.n }],
    },
    {
      refused: () => {
        line.returned -= n;
        shelves.put(line.pool, -n);
      },
    },
  );
}

/** After closing time: nobody carries anything while the shelf is counted, and every till says how far it is (T9). */
export function countShelf(scene: Scene, location: LocationId, delayMs: number): void {
  const { tree, clients, shelves } = scene;
  const keeper = keeperOf(scene, location);
  if (keeper === undefined) return;
  const near = scene.nodes.filter((node) => scene.locationOfNode.get(node) === location);
  for (const request of clients.open) {
    if (near.includes(request.node)) return;
  }
  if (near.some((node) => node.disk.unsyncedCount > 0)) return;
  const includes = near.flatMap(({ disk }) => {
    const writer: WriterId | null = disk.self;
    return writer === null ? [] : [{ writer, seq: disk.head(writer)?.seq ?? 0 }];
  });
  const command: Count = {
    type: 'count',
    id: scene.nextId('count'),
    actor: 'clerk:1',
    reason: 'stocktake',
    includes,
    lines: tree.pools
      .filter((pool) => locationOf(pool) === location)
      .map((pool) => ({ pool, found: shelves.standing(pool) })),
  };
  // The clerk carries the list to the office while the shop has opened again.
  scene.later(delayMs, () => {
    if (keeper.isServing)
      clients.ask(keeper, command, { accepted: (entry) => checkCount(scene, command, keeper, entry) });
  });
}

/** T9: a count finds what the books miss at the points that it includes; what came or went later is not found. */
function checkCount({ observer, trace }: Scene, command: Count, { disk }: SimNode, entry: Entry): void {
  if (entry.body.type !== 'counted') return;
  const includes = new Map(command.includes?.map(({ writer, seq }) => [writer, seq]));
  for (const { pool, found, more, less } of entry.body.lines) {
    let books = 0;
    for (const writer of disk.writers) {
      const known = disk.seqBefore(writer, entry);
      const seq = includes.get(writer) ?? known;
      if (seq < known) trace.saw('sold after a count was taken');
      books += observer.goods.after(writer, pool, seq);
    }
    if (found - books !== more - less)
      throw new Violation('T9', `${command.id} found ${found} ${pool} of ${books} and books ${more - less}`);
  }
}

/** Somebody wants to send out, or bring back, more than was ever sold. */
export function overstep(scene: Scene): void {
  const found = pickLine(scene, () => true);
  if (found === undefined) return;
  const { order, line, keeper } = found;
  const isShipment = scene.prng.chance(0.5);
  const lines = [{ lineId: line.lineId, pool: line.pool, n: line.n + 1, ordered: line.n, sold: line.n }];
  const base = { id: scene.nextId('overstep'), actor: 'clerk:1', orderId: order.orderId, lines };
  keeper.submit({ ...base, type: isShipment ? 'ship' : 'return' }, (answer) => {
    if (answer?.ok === true)
      throw new Violation('T4', `${line.n + 1} of ${line.n} ${isShipment ? 'shipped' : 'returned'}`);
  });
}
