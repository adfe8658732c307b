/** Products: read from this region's copy, changed at the books. */
import { parseGtin } from '@tallystick/crdt';
import { type Agent, Problem, type Product } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { keyName } from '../../access/principal.ts';
import { changeItem } from '../change-item.ts';
import { etagOf, versionOf } from '../etag.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import { importRoute } from './import.ts';
import * as ops from './operations.ts';
import type { ProductJson } from './schema.ts';

export function productRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.createProduct, async ({ body, idempotencyKey, principal, reply }) => {
    const key = idempotencyKey === undefined ? undefined : keyName(principal, idempotencyKey);
    const product = await changeItem<Product>(agent, { call: 'product.create', product: body, key }, reply);
    reply.header('location', `/v1/products/${encodeURIComponent(product.sku)}`);
    return productJson(product);
  });

  importRoute(app, agent);

  route(app, ops.listProducts, ({ query, request, reply }) => {
    const after = fromCursor(query.cursor);
    const barcode = query.barcode === undefined ? undefined : gtin14(query.barcode);
    const found = agent.catalogue.findProducts({
      after,
      limit: query.limit + 1,
      status: query.status,
      barcode,
    });
    const { items, nextCursor } = page(found, query.limit, ({ sku }) => sku, request, reply);
    return { items: items.map(productJson), nextCursor };
  });

  route(app, ops.getProduct, ({ params, reply }) => {
    const product = agent.catalogue.product(params.sku);
    if (product === undefined) throw new Problem('unknown_sku', `No product has SKU ${params.sku}.`);
    reply.header('etag', etagOf(agent.catalogue.versionOf('product', params.sku)));
    return productJson(product);
  });

  route(app, ops.replaceProduct, async ({ params, body, ifMatch, reply }) => {
    const product = { ...body, sku: params.sku };
    const asked = { call: 'product.replace', product, version: versionOf(ifMatch) };
    return productJson(await changeItem(agent, asked, reply));
  });

  route(app, ops.patchProduct, async ({ params, body, ifMatch, reply }) => {
    const asked = { call: 'product.patch', sku: params.sku, patch: body, version: versionOf(ifMatch) };
    return productJson(await changeItem(agent, asked, reply));
  });

  route(app, ops.discontinueProduct, async ({ params, reply }) => {
    const patch = { status: 'discontinued' };
    const asked = { call: 'product.patch', sku: params.sku, patch, version: null };
    return productJson(await changeItem(agent, asked, reply));
  });
}

function productJson(product: Product): ProductJson {
  return {
    sku: product.sku,
    names: product.names,
    descriptions: product.descriptions ?? {},
    baseUnit: product.baseUnit,
    units: (product.units ?? []).map((unit) => ({ ...unit, barcodes: unit.barcodes ?? [] })),
    barcodes: product.barcodes ?? [],
    prices: product.prices,
    taxRateBp: product.taxRateBp,
    taxIncluded: product.taxIncluded,
    status: product.status ?? 'active',
  };
}

function gtin14(barcode: string): string {
  const read = parseGtin(barcode);
  if (read.ok) return read.gtin;
  throw new Problem('invalid_request', 'The barcode is not a GTIN: its check digit does not fit.', {
    errors: [{ pointer: '/barcode', message: 'must be a GTIN of 8, 12, 13 or 14 digits' }],
  });
}
