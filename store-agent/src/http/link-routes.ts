/** The uplink by hand: an operator takes it down on purpose, for maintenance or to see that the till sells on. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Agent } from '../agent.ts';
import { parentJson } from './look-routes.ts';
import { parse } from './parse.ts';

const linkBody = z.strictObject({ state: z.enum(['up', 'down']) });

export function linkRoutes(app: FastifyInstance, agent: Agent): void {
  /** Holds until it is taken back or the agent is started again: a forgotten cut must not last for ever. */
  app.put('/v1/link', async (request) => {
    const { state } = parse(linkBody, request.body);
    if (state === 'down') agent.host.parent?.stop();
    else agent.host.parent?.start();
    return parentJson(agent);
  });
}
