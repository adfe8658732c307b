/** Cashiers at the operator's door, for `tallystick cashier`: the same calls as a region makes. */
import type { CallResult } from '@tallystick/crdt/host';
import { cashierSchema, hashPin, newPin, Problem, parse, pinSchema } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authority } from './authority.ts';
import { serveCall } from './calls/serve-call.ts';

const { id, role, locations } = cashierSchema.shape;
const params = z.strictObject({ id });
const pin = pinSchema.optional();

export function cashierRoutes(app: FastifyInstance, authority: Authority): void {
  const ask = async (call: object) => answered(await serveCall(authority, JSON.stringify(call)));

  app.post('/v1/cashiers', async (request, reply) => {
    const body = parse(z.strictObject({ id, role, locations, pin }), request.body);
    const { pin: given = newPin(), ...cashier } = body;
    await ask({ call: 'cashier.create', cashier: { ...cashier, pinHash: await hashPin(given) } });
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ ...cashier, pin: given });
  });

  app.post('/v1/cashiers/:id/pin', async (request, reply) => {
    const { id: whose } = parse(params, request.params);
    const { pin: given = newPin() } = parse(z.strictObject({ pin }), request.body ?? {});
    await ask({ call: 'cashier.patch', id: whose, patch: { pinHash: await hashPin(given) }, version: null });
    return reply.header('cache-control', 'no-store').send({ id: whose, pin: given });
  });

  app.delete('/v1/cashiers/:id', async (request) => {
    const { id: whose } = parse(params, request.params);
    await ask({ call: 'cashier.remove', id: whose });
    return { id: whose };
  });
}

/** @throws Problem */
function answered(result: CallResult): unknown {
  if (!result.ok) throw new Problem(result.code, result.message);
  return result.value;
}
