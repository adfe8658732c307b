/** Machines that are given another parent, and what has to happen until all have heard of it. */
import { expect } from 'vitest';
import type { Node, World } from './world.test-kit.ts';

/** Until it is let in: who learns that it is the past goes on as a new writer, and says hello again. */
export function linkAgain(world: World, node: Node): void {
  for (let i = 0; i < 4 && !node.replica.uplink.isOpen; i += 1) {
    node.link();
    world.calm();
  }
  expect(node.replica.uplink.isOpen).toBe(true);
}

/** Whoever was hung up on comes back, and what is said now and then is said. */
export function longCalm(world: World): void {
  for (let i = 0; i < 4; i += 1) {
    world.rejoin();
    world.calmFor(60_000);
  }
}

/** Gives a machine that is stopped to another parent, and starts it there. */
export function moveTo(world: World, node: Node, parent: Node): void {
  node.isRunning = true;
  node.parent = parent;
  world.give(node, parent);
  node.cut();
  linkAgain(world, node);
  longCalm(world);
}
