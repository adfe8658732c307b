/** Moves of customers at the operator's door, for `tallystick keep-customers`: asked for, looked at, stopped. */
import { documentId, parse } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authority } from './authority.ts';
import { askForMoves, movesLeft, stopMoves } from './resident-moves.ts';

const region = z.string().min(1).max(64);
const params = z.strictObject({ region });
const body = z.strictObject({
  region,
  /** Those who were registered at the region's own door where it is left out. */
  customers: z.array(documentId).min(1).max(1_000).optional(),
});

export function residentRoutes(app: FastifyInstance, { pool }: Authority): void {
  app.post('/v1/customer-moves', async (request, reply) => {
    const asked = parse(body, request.body);
    const marked = await askForMoves(pool, asked.region, asked.customers);
    return reply.code(202).send({ marked, ...(await movesLeft(pool, asked.region)) });
  });

  app.get('/v1/customer-moves/:region', (request) => movesLeft(pool, parse(params, request.params).region));

  app.delete('/v1/customer-moves/:region', async (request) => {
    const { region: to } = parse(params, request.params);
    return { region: to, stopped: await stopMoves(pool, to) };
  });
}
