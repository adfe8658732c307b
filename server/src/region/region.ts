/** A regional server: an agent whose doors are for ordinary clients (REST and live carts; events later). */
import { type Agent, runAgent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { facadeRoutes } from '../facade/facade.ts';
import { openLiveCarts } from '../live/live.ts';

export function regionRoutes(app: FastifyInstance, agent: Agent): void {
  facadeRoutes(app, agent, openLiveCarts(app, agent));
}

export function runRegion(args: readonly string[]): Promise<number> {
  return runAgent(args, regionRoutes);
}
