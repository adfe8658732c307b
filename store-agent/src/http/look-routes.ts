/** Looking, not changing: stock, status, journal, health and metrics of one replica. */
import { type LocationId, locationOf, parseGtin, poolId, type Sku, stageOf } from '@tallystick/crdt';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Agent } from '../agent.ts';
import type { Product } from '../catalogue/items.ts';
import { metricsText } from '../metrics.ts';
import { entryJson, poolLevels, streamJson } from './answers.ts';
import { sku } from './order-body.ts';
import { parse } from './parse.ts';
import { Problem } from './problem.ts';

const journalQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** Products that share a barcode. */
const SCANNED_MAX = 20;
const scanQuery = z.strictObject({
  barcode: z
    .string()
    .max(64)
    .transform((text, context) => {
      const read = parseGtin(text);
      if (read.ok) return read.gtin;
      context.addIssue({
        code: 'custom',
        message: 'must be a GTIN of 8, 12, 13 or 14 digits with its check digit',
      });
      return z.NEVER;
    }),
});

export function lookRoutes(app: FastifyInstance, agent: Agent): void {
  app.get('/v1/stock/:sku', async (request) => {
    const wanted = parse(z.strictObject({ sku }), request.params).sku;
    const product = agent.catalogue.product(wanted);
    if (product === undefined) throw new Problem('unknown_sku', `No product has SKU ${wanted}.`);
    return stockJson(agent, product);
  });

  /** What a scanner read: as a rule one product. */
  app.get('/v1/stock', async (request) => {
    const { barcode } = parse(scanQuery, request.query);
    const found = agent.catalogue.findProducts({ after: '', limit: SCANNED_MAX, status: 'all', barcode });
    return { items: found.map((product) => stockJson(agent, product)) };
  });

  app.get('/v1/status', async () => agent.status());

  /** The newest own entries, or those after a seq, oldest first. */
  app.get('/v1/journal', async (request) => {
    const { after, limit } = parse(journalQuery, request.query);
    const { ledger } = agent.engine.replica;
    if (!ledger.hasLife) return { writer: null, entries: [] };
    const { writer, head } = ledger.self;
    const first = after === undefined ? Math.max(1, head.seq - limit + 1) : after + 1;
    const entries = [];
    for (let seq = first; seq <= Math.min(head.seq, first + limit - 1); seq += 1) {
      const entry = ledger.entryAt(writer, seq);
      if (entry !== undefined) entries.push({ ...entryJson(ledger, entry), stage: stageOf(ledger, entry) });
    }
    return { writer, entries };
  });

  app.get('/healthz', async () => ({ status: 'alive', replica: agent.id }));

  app.get('/readyz', async (_request, reply) => {
    const why = agent.unready();
    if (why === undefined) return { status: 'ready', replica: agent.id };
    return reply.code(503).header('retry-after', '1').send({ status: 'not ready', replica: agent.id, why });
  });

  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(metricsText(agent.figures())),
  );
}

/** `here` is exact; `levels` is what the books last said of every place, and both copies say how old they are. */
function stockJson(agent: Agent, product: Product) {
  const pools = agent.catalogue.locations.map(({ id }) => poolId(product.sku as Sku, id as LocationId));
  return {
    sku: product.sku,
    names: product.names,
    unit: product.baseUnit,
    prices: product.prices,
    here: poolLevels(agent.engine.replica, pools).filter((level) => {
      return (
        level.sellableHere > 0 || level.onHold > 0 || level.owed > 0 || level.location === agent.location
      );
    }),
    levels: {
      asOf: asOfText(agent.levels.asOfMs),
      locations: agent.levels
        .of(product.sku)
        .map(({ pool, onHand, available }) => ({ location: locationOf(pool), onHand, available })),
    },
    catalogue: catalogueJson(agent),
  };
}

function catalogueJson(agent: Agent) {
  const { version, asOfMs } = agent.catalogue.copy;
  return { version, asOf: asOfText(asOfMs) };
}

function asOfText(asOfMs: number | null): string | null {
  return asOfMs === null ? null : new Date(asOfMs).toISOString();
}

/** `link` is how the uplink is, `wanted` what an operator asked of it, `why` what happened to it last. */
export function parentJson({ parentUrl, host: { parent } }: Agent) {
  return { url: parentUrl, link: parent?.state, wanted: parent?.wanted, why: parent?.why };
}

export function statusJson(agent: Agent) {
  const { replica } = agent.engine;
  const { ledger } = replica;
  return {
    replica: agent.id,
    kind: replica.settings.kind,
    location: agent.location ?? null,
    state: agent.engine.state,
    parent: parentJson(agent),
    children: agent.host.children.up,
    writer: ledger.hasLife ? ledger.self.writer : null,
    entries: ledger.durablePosition,
    pools: ledger.hasLife ? ledger.self.poolCount : 0,
    openHolds: ledger.holds.size,
    unsent: ledger.hasLife ? ledger.self.head.seq - ledger.self.head.relayed.seq : 0,
    unsettled: ledger.hasLife ? ledger.self.head.seq - ledger.self.head.settled.seq : 0,
    streams: [...ledger.streams.values()].map(streamJson),
    catalogue: catalogueJson(agent),
  };
}
