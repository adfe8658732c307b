/** Acts on holds: opened, prolonged, paid for, confirmed, given back, and now and then ended twice. */
import type { Command, HoldId, Refusal } from '@tallystick/crdt';
import type { SimNode } from './node.ts';
import { goodsAt, isOnShelf, order, placeOrder, sellLine, waits } from './order-acts.ts';
import { type HoldInWorld, pickPool, ready, type Scene } from './scene.ts';

export function hold(scene: Scene): void {
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
      accepted: () => {
        scene.holds.push({ holdId: id as HoldId, node });
        if (prng.chance(0.2)) payAtLast(scene, id as HoldId, node, ttlMs);
      },
      abandoned: () => {},
    },
  );
}

export function endHold(scene: Scene): void {
  const { prng, holds } = scene;
  if (holds.length === 0) return;
  const at = prng.below(holds.length);
  const { holdId, node } = holds[at] as HoldInWorld;
  if (!node.isServing) return;
  const base = { actor: 'web:1', holdId };
  const how = prng.weighted({ confirm: 6, release: 3, extend: 2, capture: 3 });
  // Now and then somebody tries to end a hold twice.
  if ((how === 'confirm' || how === 'release') && prng.chance(0.8)) holds.splice(at, 1);
  if (how === 'confirm') return confirm(scene, holdId, node);
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

/** By the shopper's countdown there is time left; by the owner's clock it may be over (F9). */
function payAtLast(scene: Scene, holdId: HoldId, node: SimNode, ttlMs: number): void {
  scene.later(Math.max(0, ttlMs - scene.prng.spanMs(0, 20)), () => {
    if (!node.isServing || !scene.holds.some((hold) => hold.holdId === holdId)) return;
    confirm(scene, holdId, node, ({ code }) => {
      if (code === 'hold_ended') scene.trace.saw('expiry crossing a confirm');
    });
  });
}

function confirm(
  scene: Scene,
  holdId: HoldId,
  node: SimNode,
  onRefused: (refusal: Refusal) => void = () => {},
): void {
  const { prng, clients } = scene;
  const held = clients.requests.get(holdId)?.command;
  if (held?.type !== 'hold') return;
  const lines = held.lines
    .filter((_line, i) => i === 0 || prng.chance(0.8))
    .map(({ pool, n }, i) => sellLine(pool, prng.chance(0.7) ? n : prng.between(1, n), `${i + 1}`));
  const home = scene.locationOfNode.get(node);
  const goods = goodsAt(home, lines);
  const isCarried = home !== undefined && isOnShelf(scene, goods);
  const id = scene.nextId('order');
  const command: Command = {
    type: 'confirm',
    id,
    actor: 'web:1',
    holdId,
    lines,
    ...order(isCarried ? [home] : []),
  };
  placeOrder(scene, node, command, isCarried ? goods : new Map(), onRefused);
}
