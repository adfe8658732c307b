/** The operator's door at the authority: replicas, catalogue, and why a number is what it is. */
import { timingSafeEqual } from 'node:crypto';
import { isReplicaId, type PoolId, type PoolUnits, type ReplicaId } from '@tallystick/crdt';
import {
  documentId,
  locationId,
  locationInput,
  metricsText,
  Problem,
  parse,
  productInput,
  quantity,
  sku,
  streamJson,
} from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { clientInput } from '../access/items.ts';
import { addCredential, newCredentialBody } from './add-credential.ts';
import type { Authority } from './authority.ts';
import { BooksFigures } from './books-figures.ts';
import { serveCall } from './calls/serve-call.ts';
import { cashierRoutes } from './cashier-routes.ts';
import { putCatalogue } from './catalogue.ts';
import { tooLarge } from './catalogue-changes.ts';
import { figures } from './figures.ts';
import { takeBackFormerLives } from './former-lives.ts';
import { move } from './move.ts';
import { openShapes } from './open-shapes.ts';
import { orderFromBooks } from './order-from-books.ts';
import { recover, recoveryLine, recoveryStatus } from './recovery.ts';
import { addReplica, listReplicas } from './registry.ts';
import { residentRoutes } from './resident-routes.ts';
import { retire } from './retire.ts';
import { inTheNameOf } from './who-asks.ts';

const replicaId = z.string().refine(isReplicaId, 'must be lower-case letters, digits and dashes');

const replicaBody = z.strictObject({
  id: replicaId,
  kind: z.enum(['region', 'store', 'warehouse', 'terminal', 'channel']),
  parent: replicaId,
  location: locationId.nullable().default(null),
  /** Until when the one-time code may be used. */
  codeTtlMinutes: z.number().int().min(1).max(43_200).default(60),
});

const catalogueBody = z.strictObject({
  items: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('product'),
          id: z.string().max(256),
          body: productInput.nullable(),
        }),
        z.strictObject({
          kind: z.literal('location'),
          id: z.string().max(64),
          body: locationInput.nullable(),
        }),
      ]),
    )
    .min(1)
    .max(5_000),
});

const operatorId = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\x21-\x7e]+$/, 'must be an opaque id');

const moveBody = z.strictObject({ replica: replicaId, to: replicaId, operator: operatorId });
const countedLines = z.array(z.strictObject({ sku, locationId, quantity })).max(10_000).optional();

const retireBody = z.strictObject({
  id: documentId,
  replica: replicaId,
  operator: operatorId,
  /** What was counted of what it held; without it nothing is taken back yet. */
  counted: countedLines,
  /** All below it are lost with it. */
  withChildren: z.boolean().optional(),
});

const formerLivesBody = z.strictObject({
  id: documentId,
  replica: replicaId,
  operator: operatorId,
  /** What was counted of what they held; without it nothing is taken back yet. */
  counted: countedLines,
  /** Whether the machine that ran them will surely sell nothing any more. */
  machineIsOff: z.boolean().default(false),
});

const recoveryBody = z.strictObject({
  id: documentId,
  operator: operatorId,
  /** How much of what the former lives held surely was not used; all of it where it is left out. */
  counted: countedLines,
  /** Children that will not come back, and that the books never heard of. */
  gone: z.array(replicaId).max(1_000).default([]),
});

function unitsOf(counted: z.infer<typeof countedLines>): PoolUnits[] | undefined {
  return counted?.map((line) => {
    return { pool: `${line.sku}@${line.locationId}` as PoolId, n: line.quantity };
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its handler finds out who asks: others than the operator may. */
    readonly knowsItsCallers?: boolean;
  }
}

export function operatorRoutes(app: FastifyInstance, authority: Authority, token: string): void {
  const wanted = Buffer.from(`Bearer ${token}`);
  const counted = new BooksFigures(authority.pool);
  const needOperator = ({ headers }: FastifyRequest) => {
    const given = Buffer.from(headers.authorization ?? '');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new Problem(
        'unauthenticated',
        'This door is the operator’s: send the operator token as a Bearer token.',
      );
    }
  };
  openShapes(app, authority, needOperator);

  app.addHook('onRequest', async (request) => {
    if (/^\/(healthz|readyz|metrics)$/.test(request.routeOptions.url ?? '')) return;
    if (request.routeOptions.config.knowsItsCallers !== true) needOperator(request);
  });

  // After the body is read: what is read later would not know in whose name.
  app.addHook('preHandler', (request, _reply, done) => {
    inTheNameOf({ actor: 'operator', from: request.ip, via: 'authority' }, done);
  });

  app.get('/healthz', async () => ({ status: 'alive', replica: 'authority' }));
  app.get('/readyz', async (_request, reply) => {
    const isReady = authority.failure === undefined && authority.host.engine.replica.ledger.hasLife;
    const waits = recoveryLine(authority);
    if (isReady) return { status: 'ready', replica: 'authority', ...(waits === undefined ? {} : { waits }) };
    return reply
      .code(503)
      .send({ status: 'not ready', replica: 'authority', why: authority.failure ?? 'starting' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply
      .type('text/plain; version=0.0.4')
      .send(metricsText([...figures(authority), ...(await counted.read(performance.now()))])),
  );

  app.get('/v1/replicas', async () => ({ items: await listReplicas(authority.pool) }));

  app.post('/v1/replicas', async (request, reply) => {
    const { id, codeTtlMinutes, ...body } = parse(replicaBody, request.body);
    const added = await addReplica(authority.pool, {
      id,
      kind: body.kind,
      parent: body.parent,
      location: body.location,
      codeTtlMs: codeTtlMinutes * 60_000,
    });
    if (!added.ok) throw new Problem('invalid_request', added.message);
    await authority.refreshCatalogue();
    const expiresAt = new Date(added.expiresAtMs).toISOString();
    // It may be opened later; a name that was mistyped is worth a word.
    const isOpen = body.location === null || authority.catalogue.location(body.location) !== undefined;
    const warning = isOpen
      ? undefined
      : `No location is called ${body.location} yet: until there is one, ${id} has nothing to sell.`;
    return reply.code(201).send({ id, code: added.code, expiresAt, warning });
  });

  app.post('/v1/clients', async (request, reply) => {
    const client = parse(clientInput, request.body);
    const result = await serveCall(authority, JSON.stringify({ call: 'client.create', client }));
    if (!result.ok) throw new Problem(result.code, result.message);
    return reply.code(201).send(client);
  });

  app.post('/v1/credentials', async (request, reply) =>
    reply
      .code(201)
      .header('cache-control', 'no-store')
      .send(await addCredential(authority, parse(newCredentialBody, request.body))),
  );

  cashierRoutes(app, authority);
  residentRoutes(app, authority);

  app.post('/v1/catalogue', async (request, reply) => {
    const { items } = parse(catalogueBody, request.body);
    items.forEach(({ kind, id, body }, i) => {
      const own = body === null ? id : 'sku' in body ? body.sku : body.id;
      if (own !== id) {
        throw new Problem('invalid_request', `The ${kind} at /items/${i} calls itself ${own}, not ${id}.`);
      }
      const large = tooLarge(JSON.stringify(body));
      if (large !== undefined) throw new Problem(large.refuse, `/items/${i}: ${large.message}`);
    });
    const version = await putCatalogue(
      authority.pool,
      items.map(({ kind, id, body }) => ({ kind, id, body: body === null ? null : JSON.stringify(body) })),
    );
    await authority.refreshCatalogue();
    return reply.code(200).send({ version, items: items.length });
  });

  app.get('/v1/why/:sku', async (request) => {
    const wantedSku = parse(z.strictObject({ sku }), request.params).sku;
    if (authority.catalogue.product(wantedSku) === undefined) {
      throw new Problem('unknown_sku', `No product has SKU ${wantedSku}.`);
    }
    return authority.why(wantedSku);
  });

  app.get('/v1/orders/:id', async (request) => {
    const { id } = parse(z.strictObject({ id: documentId }), request.params);
    const order = await orderFromBooks(authority.pool, id);
    if (order === undefined) throw new Problem('unknown_order', `No order ${id} is in the books.`);
    return order;
  });

  app.get('/v1/streams', async () => ({
    items: [...authority.host.engine.replica.ledger.streams.values()].map(streamJson),
  }));

  app.post('/v1/moves', async (request, reply) => {
    const { replica, to, operator } = parse(moveBody, request.body);
    const act = { replica: replica as ReplicaId, to: to as ReplicaId, operator };
    return reply.code(200).send(await move(authority, act));
  });

  app.get('/v1/recovery', async () => {
    return (
      (await recoveryStatus(authority)) ?? { formerLives: [], words: 'The books were never put back.\n' }
    );
  });

  app.post('/v1/recoveries', async (request, reply) => {
    const { counted, gone, ...body } = parse(recoveryBody, request.body);
    const act = { ...body, counted: unitsOf(counted), gone: gone as ReplicaId[] };
    return reply.code(201).send(await recover(authority, act));
  });

  app.post('/v1/former-lives', async (request, reply) => {
    const { machineIsOff, ...body } = parse(formerLivesBody, request.body);
    const counted = unitsOf(body.counted) ?? [];
    const act = { ...body, replica: body.replica as ReplicaId, counted, isMachineOff: machineIsOff };
    return reply.code(201).send(await takeBackFormerLives(authority, act));
  });

  app.post('/v1/retirements', async (request, reply) => {
    const body = parse(retireBody, request.body);
    const counted = unitsOf(body.counted) ?? [];
    const replica = body.replica as ReplicaId;
    return reply.code(201).send(await retire(authority, { ...body, replica, counted }));
  });
}
