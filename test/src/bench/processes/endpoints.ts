/** Endpoints: what a good engineer would have written instead. Started as a helper of a bench. */
import Fastify, { type FastifyInstance } from 'fastify';
import pg from 'pg';
import { z } from 'zod';
import { answer } from '../helper.ts';
import { pgInsert, pgSell, pgUpdate } from '../pg-statements.ts';

export type EndpointKind = 'echo' | 'pg-endpoint' | 'pg-best';

export interface OpenEndpoint {
  readonly kind: EndpointKind;
  readonly databaseUrl?: string;
  readonly poolSize?: number;
}

const orderBody = z.strictObject({
  id: z.string().min(1).max(128),
  lines: z
    .array(
      z.strictObject({
        sku: z.string().min(1).max(64),
        quantity: z.number().int().min(1).max(2_147_483_647),
      }),
    )
    .min(1)
    .max(10_000),
});
type Order = z.infer<typeof orderBody>;

/** @returns the port. */
async function open({ kind, databaseUrl, poolSize }: OpenEndpoint): Promise<number> {
  const app = Fastify();
  if (kind === 'echo') {
    app.post('/v1/orders', async (request) => request.body);
    app.get('/v1/inventory/:sku', async (request) => request.params);
  } else {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
    sellRoute(
      app,
      kind === 'pg-best' ? (order) => sellAtOnce(pool, order) : (order) => sellInSteps(pool, order),
    );
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as { port: number }).port;
}

function sellRoute(app: FastifyInstance, sell: (order: Order) => Promise<boolean>): void {
  app.post('/v1/orders', async (request, reply) => {
    const parsed = orderBody.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ errors: parsed.error.issues });
    const { id, lines } = parsed.data;
    if (!(await sell(parsed.data))) return reply.code(409).send({ code: 'insufficient_stock' });
    return reply.code(201).send({ id, status: 'confirmed', lines });
  });
}

async function sellInSteps(pool: pg.Pool, { id, lines }: Order): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rowCount } = await client.query(pgUpdate(lines));
    if (rowCount !== lines.length) {
      await client.query('rollback');
      return false;
    }
    await client.query(pgInsert(id, lines));
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

const CHECK_VIOLATION = '23514';

async function sellAtOnce(pool: pg.Pool, { id, lines }: Order): Promise<boolean> {
  try {
    return (await pool.query(pgSell(id, lines))).rowCount === 1;
  } catch (error) {
    if ((error as pg.DatabaseError).code === CHECK_VIOLATION) return false;
    throw error;
  }
}

answer({ open });
