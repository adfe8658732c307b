/** Sign-in at a shop's or till's door: a PIN for a token, and what a cashier may do with it; the rest is a manager's. */
import { locationOf, type PoolId } from '@tallystick/crdt';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Agent } from '../agent.ts';
import { type Cashier, cashierId } from '../catalogue/items.ts';
import { refuseForeignPages } from '../http/foreign-pages.ts';
import { parse } from '../http/parse.ts';
import { Problem } from '../http/problem.ts';
import { CashierDesk } from './desk.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who signed in with a PIN; undefined where nobody has to. */
    cashier: Cashier | undefined;
  }
}

const SESSIONS = '/v1/cashier-sessions';

const PUBLIC: ReadonlySet<string> = new Set([
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  `POST ${SESSIONS}`,
]);

/** Selling, and looking at what can be sold. Goods, returns, overrides, the journal and the link are a manager's. */
const CASHIERS: ReadonlySet<string> = new Set([
  'POST /v1/sales',
  'GET /v1/orders/:id',
  'POST /v1/orders/:id/cancel',
  'POST /v1/holds',
  'POST /v1/holds/:id/extend',
  'POST /v1/holds/:id/capture',
  'POST /v1/holds/:id/release',
  'POST /v1/holds/:id/confirm',
  'GET /v1/stock',
  'GET /v1/stock/:sku',
  'GET /v1/status',
  `GET ${SESSIONS}/current`,
  `DELETE ${SESSIONS}/current`,
]);

/** Whatever was typed: a PIN of another shape is as wrong as any. */
const signInBody = z.strictObject({ cashier: cashierId, pin: z.string().min(1).max(64) });

export function cashierSignIn(app: FastifyInstance, agent: Agent): void {
  app.decorateRequest('cashier', undefined);
  const { signIn, ...times } = agent.settings.cashiers;
  if (signIn === 'off') {
    agent.log.warn('cashiers need not sign in: whoever reaches this port may sell and move goods');
    refuseForeignPages(app, agent.settings.cors.origins);
    return;
  }
  const desk = new CashierDesk(agent.catalogue, agent.location, agent.dataDir, times, agent.log);

  app.addHook('onRequest', (request, reply, done) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = `${method} ${request.routeOptions.url ?? ''}`;
    if (PUBLIC.has(route)) return done();
    const token = tokenOf(request);
    const cashier = token === undefined ? undefined : desk.find(token, Date.now());
    if (cashier === undefined) {
      reply.header('www-authenticate', 'Bearer realm="till"');
      return done(
        new Problem(
          'unauthenticated',
          `Sign in with a PIN at POST ${SESSIONS}, and send the token as Bearer.`,
        ),
      );
    }
    if (cashier.role !== 'manager' && !CASHIERS.has(route))
      return done(new Problem('forbidden', 'This is a manager’s to do: ask one to sign in.'));
    request.cashier = cashier;
    done();
  });

  app.post(SESSIONS, async (request, reply) => {
    const { cashier: id, pin } = parse(signInBody, request.body);
    const { token, cashier, endsMs } = await desk.signIn(id, pin, request.ip, Date.now);
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ token, ...who(cashier), endsAt: new Date(endsMs).toISOString() });
  });

  app.get(`${SESSIONS}/current`, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return who(request.cashier as Cashier);
  });

  app.delete(`${SESSIONS}/current`, async (request, reply) => {
    desk.signOut(tokenOf(request) as string);
    return reply.code(204).send();
  });
}

/** As entries name who did something at this door. */
export function actorAt(agent: Agent, { cashier }: FastifyRequest): string {
  return cashier === undefined ? `local:${agent.id}` : `${cashier.role}:${cashier.id}`;
}

/**
 * @param places where lines say that their goods are; a line that says nothing owes here
 * @throws Problem where it is not for this cashier to sell what there is no right to
 */
export function checkMayOverride(request: FastifyRequest, places: readonly (string | undefined)[]): void {
  if (request.cashier !== undefined && request.cashier.role !== 'manager')
    throw new Problem('forbidden', 'An override is a manager’s to give: ask one to sign in.');
  checkPlaces(request, places);
}

/** @throws Problem where goods come, go or are counted at a place that is not this manager's */
export function checkMayMove(request: FastifyRequest, pools: readonly PoolId[]): void {
  checkPlaces(request, pools.map(locationOf));
}

function checkPlaces({ cashier }: FastifyRequest, places: readonly (string | undefined)[]): void {
  if (cashier === undefined) return;
  const own = new Set<string | undefined>([undefined, ...cashier.locations]);
  const elsewhere = places.find((place) => !own.has(place));
  if (elsewhere !== undefined)
    throw new Problem(
      'forbidden',
      `You do not work at ${elsewhere}: ask a manager there, or have it added to your locations.`,
    );
}

function who({ id, role }: Cashier) {
  return { cashier: id, role };
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +([\w-]{43})$/i.exec(headers.authorization ?? '')?.[1];
}
