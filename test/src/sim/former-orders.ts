/**
 * Orders of a life that ended (T8): customers call for them off at the machine that goes on in its place, also those
 * that they called off before, where that may be lost with the disk. Whatever comes of it, a line is given back once.
 */
import { type OrderId, type PoolId, type ReplicaId, replicaOf, type WriterId } from '@tallystick/crdt';
import type { History } from './clone-books.ts';
import type { Observer } from './observer.ts';
import type { Prng } from './prng.ts';
import type { OrderInWorld, Scene } from './scene.ts';
import { Violation } from './trace.ts';

/** Drawn from a stream of its own, beside the acts. */
export function cancelFormer(scene: Scene, prng: Prng): void {
  const orders = scene.orders.slice(-120).filter(isOfFormerLife);
  if (orders.length === 0) return;
  const isBack = ({ lines }: OrderInWorld) => lines.some(({ isGivenUp }) => isGivenUp);
  const again = orders.filter(isBack);
  const order = prng.pick(again.length > 0 && prng.chance(0.5) ? again : orders);
  const given = order.lines.filter((line) => !line.departed && !line.isGivenUp);
  const { course } = order;
  order.course = 'cancelling';
  for (const line of given) {
    scene.shelves.giveUp(line.pool, line.n);
    line.isGivenUp = true;
  }
  const id = scene.nextId('former-cancel');
  const { orderId, node } = order;
  scene.clients.ask(
    node,
    { type: 'cancel', id, actor: 'web:1', orderId, reason: 'changed mind' },
    {
      accepted: () => {
        scene.trace.saw('order of a former life cancelled');
        if (given.length === 0) scene.trace.saw('order of a former life cancelled, as its client had before');
      },
      refused: ({ code }) => {
        if (code === 'not_owner')
          throw new Violation('T8', `${node.name} may not cancel ${orderId}: ${code}`);
        if (code === 'already_cancelled') return;
        order.course = course;
        for (const line of given) {
          scene.shelves.giveUp(line.pool, -line.n);
          line.isGivenUp = false;
        }
      },
      abandoned: () => {},
    },
  );
}

/** What was shipped is brought back, and not called off. */
function isOfFormerLife({ node, owner, course }: OrderInWorld): boolean {
  return node.isServing && course !== 'shipping' && node.disk.self !== owner;
}

/**
 * Units that lives of one replica took back beyond what an order sold, at the life that sold it: two of them did, for
 * what the one had done was lost. By its full books, which nobody but the simulator can read.
 */
export function takenBackTwice({ lives }: Observer, life: WriterId, pool: PoolId): number {
  const sold = new Map<string, number>();
  const back = new Map<string, number>();
  const add = (sums: Map<string, number>, orderId: OrderId, lineId: string, n: number) =>
    sums.set(`${orderId} ${lineId}`, (sums.get(`${orderId} ${lineId}`) ?? 0) + n);
  for (const { writer, body } of lives(replicaOf(life) as ReplicaId)) {
    if (body.type === 'cancelled')
      for (const line of body.lines) if (line.pool === pool) add(back, body.orderId, line.lineId, line.n);
    if (writer === life && (body.type === 'sold' || body.type === 'confirmed'))
      for (const line of body.lines)
        if (line.pool === pool) add(sold, body.orderId, line.lineId, line.quantityBase);
  }
  let twice = 0;
  for (const [line, n] of sold) twice += Math.max(0, (back.get(line) ?? 0) - n);
  return twice;
}

/** T8: of what the lives of a replica sold of an order line, all of them together take back no more. */
export function checkTakenBack(histories: Iterable<History>): void {
  const left = new Map<string, number>();
  const counting = [...histories].flatMap(({ entries }) => entries.filter(({ counts }) => counts));
  const each = (act: 'sold' | 'cancelled', visit: (line: string, n: number) => void) => {
    for (const {
      entry: { writer, body },
    } of counting) {
      const name = (lineId: string) =>
        `line ${lineId} of ${'orderId' in body ? body.orderId : ''} at ${replicaOf(writer)}`;
      if (act === 'cancelled' && body.type === 'cancelled')
        for (const { lineId, n } of body.lines) visit(name(lineId), n);
      if (act === 'sold' && (body.type === 'sold' || body.type === 'confirmed'))
        for (const { lineId, quantityBase } of body.lines) visit(name(lineId), quantityBase);
    }
  };
  each('sold', (line, n) => left.set(line, (left.get(line) ?? 0) + n));
  each('cancelled', (line, n) => {
    const rest = (left.get(line) ?? 0) - n;
    if (rest < 0) throw new Violation('T8', `${-rest} units of ${line} were taken back twice`);
    left.set(line, rest);
  });
}
