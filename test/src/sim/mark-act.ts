/**
 * The act of those who say how far an order has come: its owner, once or twice over, and now and
 * then somebody who does not own it. Marks are drawn from a stream of their own, beside the acts.
 */
import { type Command, ORDER_MARKS, type Refusal, replicaOf } from '@tallystick/crdt';
import { nameOfRequest } from './clients.ts';
import type { Prng } from './prng.ts';
import type { OrderInWorld, Scene } from './scene.ts';
import { Violation } from './trace.ts';

type Mark = Extract<Command, { type: 'mark' }>;

export function mark(scene: Scene, prng: Prng): void {
  const orders = scene.orders.slice(-40).filter(({ node }) => node.isServing);
  if (orders.length === 0) return;
  const order = prng.pick(orders);
  const { orderId, node } = order;
  const command: Mark = { type: 'mark', id: orderId, orderId, actor: 'web:1', mark: prng.pick(ORDER_MARKS) };
  if (prng.chance(0.2)) return markAsStranger(scene, prng, order, command);
  const before = scene.clients.requests.get(nameOfRequest(command));
  if (before === undefined) {
    scene.clients.ask(node, command, { refused: (refusal) => checkRefused(scene, order, refusal) });
    return;
  }
  if (before.state === 'accepted' && !before.isPast) scene.trace.saw('order marked twice');
  scene.clients.again(before);
}

/** T8: only what was taken back whole has come as far as it will, and its owner is no stranger. */
function checkRefused(scene: Scene, { orderId, lines }: OrderInWorld, { code }: Refusal): void {
  const isGivenUp = lines.every((line) => line.isGivenUp);
  if (code === 'already_cancelled') scene.trace.saw('mark of a cancelled order refused');
  if (code === 'not_owner' || (code === 'already_cancelled' && !isGivenUp))
    throw new Violation('T8', `the owner of ${orderId} may not mark it: ${code}`);
}

/** T8: nobody else has a say; whoever knows the owner's mark may answer with that. */
function markAsStranger(scene: Scene, prng: Prng, { node }: OrderInWorld, command: Mark): void {
  const strangers = scene.nodes.filter((each) => each !== node && each.isServing);
  if (strangers.length === 0) return;
  const stranger = prng.pick(strangers);
  stranger.submit(command, (answer) => {
    if (answer === undefined) return;
    if (!answer.ok) {
      if (answer.code === 'not_owner') scene.trace.saw('mark by a stranger refused');
    } else if (replicaOf(answer.entry.writer) !== node.settings.replica) {
      throw new Violation('T8', `${stranger.name} marked ${command.orderId}, which is ${node.name}'s`);
    }
  });
}
