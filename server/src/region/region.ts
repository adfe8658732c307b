/** A regional server: an agent whose doors are for ordinary clients (REST and live carts), and for people (the screens). */
import { type Agent, runAgent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { facadeRoutes } from '../facade/facade.ts';
import { openLiveCarts } from '../live/live.ts';
import { MASTER_KEYS_VARIABLE, openResidents } from '../residents/open-residents.ts';
import { labDoor } from '../screens/lab-door.ts';
import { screens } from '../screens/screens.ts';

export function regionRoutes(app: FastifyInstance, agent: Agent): void {
  const residents = openResidents(app, agent, process.env[MASTER_KEYS_VARIABLE]);
  facadeRoutes(app, agent, openLiveCarts(app, agent), residents);
  screens(app, (process.env[LINKS_VARIABLE] ?? '').split(','));
}

/** Shops that tills of this region's pages link to, divided by commas: `wss://berlin.example`. */
export const LINKS_VARIABLE = 'TALLYSTICK_TILL_LINKS';

/** Set by `tallystick up` for the regions that it starts, and by nobody else. */
export const LAB_VARIABLE = 'TALLYSTICK_LAB_URL';

export function runRegion(args: readonly string[]): Promise<number> {
  return runAgent(args, (app, agent) => {
    regionRoutes(app, agent);
    labDoor(app, process.env[LAB_VARIABLE], agent.host.parent);
  });
}
