/**
 * Two doors: a client that failed over asks for the same thing by the same id somewhere else, and
 * both say yes. Each writer has sold or set aside units of its own, so nothing is oversold; the
 * books know one order, the first that came, and keep the other as its duplicate (T8).
 */
import {
  type Command,
  type HoldId,
  ORDER_MARKS,
  type OrderId,
  type OrderMark,
  replicaOf,
  type WriterId,
} from '@tallystick/crdt';
import { readOnce } from './disk-tables.ts';
import type { SimNode } from './node.ts';
import { order, sellLine } from './order-acts.ts';
import { Prng } from './prng.ts';
import { restore } from './restore.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

/** Time enough for rights to come from elsewhere. */
const WAIT_MS = 3_000;

interface Told {
  readonly id: string;
  readonly writers: Set<WriterId>;
}

export function twoDoorsAtLast(world: World, seed: number): void {
  const prng = new Prng(seed, 'two doors');
  if (world.nodes.length < 2 || prng.chance(0.5)) return;
  const first = prng.pick(world.nodes);
  const second = prng.pick(world.nodes.filter((node) => node !== first));
  const orders: Told[] = [];
  for (let i = 1; i <= prng.between(2, 5); i += 1) {
    const pool = prng.pick(world.tree.pools);
    const id = `twice-${i}`;
    const common = { actor: 'web:1', waitMs: WAIT_MS };
    if (prng.chance(0.4)) {
      const sale = { ...order([]), lines: [sellLine(pool, 1, '1')] };
      orders.push(ask([first, second], { ...common, type: 'sell', id, ...sale }));
      continue;
    }
    const holdId = `twice-hold-${i}` as HoldId;
    const ttlMs = 60_000;
    ask([first, second], { ...common, type: 'hold', id: holdId, ttlMs, lines: [{ pool, n: 1 }] });
    world.runFor(WAIT_MS + 100);
    if (prng.chance(0.3))
      ask([first, second], { ...common, type: 'extend', id: `${id}-extend`, holdId, ttlMs });
    if (prng.chance(0.3)) ask([first, second], { ...common, type: 'capture', id: `${id}-capture`, holdId });
    const sale = { ...order([]), lines: [sellLine(pool, 1, '1')] };
    if (prng.chance(0.6))
      orders.push(ask([first, second], { ...common, type: 'confirm', id, holdId, ...sale }));
    else ask([first, second], { ...common, type: 'release', id: `${id}-release`, holdId });
  }
  world.runFor(WAIT_MS + 100);
  world.settle('after two doors were asked for the same');
  for (const { id, writers } of orders) checkTwice(world, id, writers);
  markAtBoth(world, new Prng(seed, 'marks at two doors'), orders, [first, second]);
  restoreAtOne(world, new Prng(seed, 'restored at two doors'), [first, second]);
  const changed = orders.filter(() => prng.chance(0.6));
  const back = changed.map(({ id }) => {
    const doors = prng.chance(0.7) ? [first, second] : [prng.pick([first, second])];
    const reason = 'asked twice';
    return ask(doors, { type: 'cancel', id: `${id}-back`, orderId: id as OrderId, reason, actor: 'web:1' });
  });
  world.runFor(100);
  world.settle('after two doors took back the same');
  for (const [i, { writers }] of back.entries()) checkTakenBack(world, (changed[i] as Told).id, writers);
}

/** One of the two goes on as a new life, which may take back what the one before it sold (T8). */
function restoreAtOne(world: World, prng: Prng, doors: readonly SimNode[]): void {
  const door = prng.pick(doors);
  if (prng.chance(0.5) || door.uplink === undefined) return;
  if (!restore(world, prng, door, door.disk.commitCount)) return;
  world.runFor(3_000);
  world.settle('after one of two doors was restored');
  world.trace.saw('one of two doors restored');
}

function ask(doors: readonly SimNode[], command: Command): Told {
  const writers = new Set<WriterId>();
  for (const door of doors) {
    door.submit(command, (answer) => {
      if (answer?.ok === true) writers.add(answer.entry.writer);
    });
  }
  return { id: command.id, writers };
}

/** Each owner may say how far its own order has come; the root goes by whose order it knows, and nobody is a liar. */
function markAtBoth(world: World, prng: Prng, orders: readonly Told[], doors: readonly SimNode[]): void {
  const marked: (Told & { readonly mark: OrderMark })[] = [];
  for (const { id } of orders) {
    if (prng.chance(0.5)) continue;
    const mark = prng.pick(ORDER_MARKS);
    const { writers } = ask(doors, { type: 'mark', id, orderId: id as OrderId, actor: 'web:1', mark });
    world.runFor(100);
    marked.push({ id, mark, writers });
    if (writers.size === 2) world.trace.saw('one order marked at two doors');
  }
  world.settle('after two doors marked the same');
  const { disk } = world.nodes[0] as SimNode;
  for (const { id, mark, writers } of marked) {
    const owner = disk.findDocument('order', id)?.writer;
    const known = disk.findDocument(mark, id)?.writer;
    const due = owner !== undefined && writers.has(owner) ? owner : undefined;
    if (known !== due) throw new Violation('T8', `${id} of ${owner} is marked ${mark} by ${known}`);
  }
}

/** The root keeps what each of them wrote, and knows the order by one of them. */
function checkTwice(world: World, id: string, writers: ReadonlySet<WriterId>): void {
  const { disk } = world.nodes[0] as SimNode;
  const kept = disk.entries.map(readOnce).filter(({ docId, body }) => {
    return docId === id && (body.type === 'sold' || body.type === 'confirmed');
  });
  const known = disk.findDocument('order', id);
  const isKnown = known === undefined ? writers.size === 0 : writers.has(known.writer);
  if (!isKnown || kept.length !== writers.size)
    throw new Violation(
      'T8',
      `${id} was sold by ${[...writers]}; the books have ${kept.length} of it, known by ${known?.writer}`,
    );
  if (writers.size === 2) world.trace.saw('one order at two doors');
}

/** Each of them took back what it sold itself, once, and is no liar for it. */
function checkTakenBack(world: World, id: string, writers: ReadonlySet<WriterId>): void {
  const { disk } = world.nodes[0] as SimNode;
  const kept = disk.entries.map(readOnce);
  for (const writer of writers) {
    const own = kept.filter((entry) => replicaOf(entry.writer) === replicaOf(writer));
    const unitsOf = (type: 'sold' | 'cancelled') =>
      own.reduce((units, { body }) => {
        if (body.type === 'cancelled' && type === 'cancelled' && body.orderId === id)
          return units + body.lines.reduce((sum, { n }) => sum + n, 0);
        if ((body.type === 'sold' || body.type === 'confirmed') && type === 'sold' && body.orderId === id)
          return units + body.lines.reduce((sum, { quantityBase }) => sum + quantityBase, 0);
        return units;
      }, 0);
    if (disk.head(writer)?.fence || unitsOf('cancelled') !== unitsOf('sold'))
      throw new Violation(
        'T8',
        `${writer} sold ${unitsOf('sold')} of ${id} and took ${unitsOf('cancelled')} back; ` +
          `its fence: ${disk.head(writer)?.fence?.reason}`,
      );
  }
  if (writers.size === 2) world.trace.saw('one order cancelled at two doors');
}
