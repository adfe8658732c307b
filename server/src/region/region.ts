/** A regional server: an agent whose doors are for ordinary clients (REST now; carts and events later). */
import { type Agent, runAgent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { facadeRoutes } from '../facade/facade.ts';
import { adjustmentRoutes } from './adjustments.ts';
import { inventoryRoutes } from './inventory.ts';
import { orderRoutes } from './orders.ts';
import { Owners } from './owners.ts';

export function regionRoutes(app: FastifyInstance, agent: Agent): void {
  // One writer a region for now: every order is its own, and the routing has nothing to forward.
  const owners = new Owners(agent.id, []);
  orderRoutes(app, agent, owners);
  inventoryRoutes(app, agent);
  adjustmentRoutes(app, agent);
  facadeRoutes(app, agent);
}

export function runRegion(args: readonly string[]): Promise<number> {
  return runAgent(args, regionRoutes);
}
