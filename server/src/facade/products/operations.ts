/** What can be done with products. They are written at the books and read everywhere from a copy. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { CATALOGUE_CACHE, MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import { CSV_COLUMNS } from './read-csv.ts';
import { newProduct, productPatch, productSchema, replacementProduct, skuSchema } from './schema.ts';

const tag = 'Products';
const params = z.strictObject({ sku: skuSchema });

const LAMP = {
  sku: 'LAMP-ARC',
  names: { en: 'Arc lamp', de: 'Bogenlampe' },
  barcodes: ['4006381333931'],
  units: [{ unit: 'case', basePerUnit: 4 }],
  prices: { EUR: 12900 },
  taxRateBp: 1900,
};

export const createProduct = operation({
  id: 'createProduct',
  access: shared('products:write'),
  method: 'POST',
  path: '/v1/products',
  tag,
  summary: 'Add a product',
  description: 'The SKU is its name for ever. The same product again is the first answer.',
  body: newProduct,
  idempotency: 'accepted',
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
  answers: {
    201: {
      description: 'It is there.',
      body: productSchema,
      headers: MADE_HEADERS,
    },
  },
  problems: ['already_exists', 'authority_unreachable'],
  examples: {
    lamp: {
      summary: 'A lamp, also sold in cases of four',
      body: LAMP,
      status: 201,
      answer: { sku: 'LAMP-ARC' },
    },
    badBarcode: {
      summary: 'A barcode whose check digit is wrong',
      body: { ...LAMP, sku: 'LAMP-BAD', barcodes: ['4006381333932'] },
      status: 400,
      answer: { code: 'invalid_request', errors: [{ pointer: '/barcodes/0' }] },
    },
  },
});

export const listProducts = operation({
  id: 'listProducts',
  access: shared('products:read'),
  method: 'GET',
  path: '/v1/products',
  tag,
  summary: 'List products by SKU',
  query: z.strictObject({
    ...pageQuery,
    status: z
      .enum(['active', 'discontinued', 'all'])
      .default('active')
      .meta({ description: 'Discontinued products are left out unless asked for.' }),
    barcode: z
      .string()
      .regex(/^[0-9]{8,14}$/)
      .optional()
      .meta({ description: 'Only those that carry this GTIN, on themselves or on a unit of sale.' }),
  }),
  etag: true,
  cacheControl: CATALOGUE_CACHE,
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(productSchema).meta({ id: 'ProductPage' }),
      headers: ['link'],
    },
  },
  problems: [],
  examples: { first: { summary: 'The first two', query: { limit: '2' }, status: 200 } },
});

export const getProduct = operation({
  id: 'getProduct',
  access: shared('products:read'),
  method: 'GET',
  path: '/v1/products/{sku}',
  tag,
  summary: 'Read a product',
  params,
  etag: true,
  cacheControl: CATALOGUE_CACHE,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'The product.', body: productSchema, headers: ['etag'] } },
  problems: ['unknown_sku'],
  examples: {
    lamp: { summary: 'The lamp', params: { sku: 'LAMP-ARC' }, status: 200, answer: { sku: 'LAMP-ARC' } },
    nothing: { summary: 'A SKU that nobody uses', params: { sku: 'NO-SUCH' }, status: 404 },
  },
});

export const replaceProduct = operation({
  id: 'replaceProduct',
  access: shared('products:write'),
  method: 'PUT',
  path: '/v1/products/{sku}',
  tag,
  summary: 'Replace a product',
  description: 'Whatever the body leaves out is gone or as at the beginning. The base unit stays.',
  params,
  body: replacementProduct,
  ifMatch: 'needed',
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: productSchema, headers: ['etag'] } },
  problems: ['unknown_sku', 'authority_unreachable'],
  examples: {
    unread: {
      summary: 'A version that is not the newest',
      params: { sku: 'LAMP-ARC' },
      headers: { 'if-match': '"0"' },
      body: { names: { en: 'Arc lamp' }, prices: { EUR: 11900 } },
      status: 412,
    },
  },
});

export const patchProduct = operation({
  ...MERGE_PATCH,
  id: 'patchProduct',
  access: shared('products:write'),
  path: '/v1/products/{sku}',
  tag,
  summary: 'Change parts of a product',
  params,
  body: productPatch,
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: productSchema, headers: ['etag'] } },
  problems: ['unknown_sku', 'authority_unreachable'],
  examples: {
    unnamed: {
      summary: 'Without saying which version was read',
      params: { sku: 'LAMP-ARC' },
      body: { prices: { EUR: 11900 } },
      status: 428,
    },
  },
});

export const discontinueProduct = operation({
  id: 'discontinueProduct',
  access: shared('products:write'),
  method: 'POST',
  path: '/v1/products/{sku}/discontinue',
  tag,
  summary: 'Take a product out of the range',
  description:
    'What is left of it is still sold. It is listed only where `status` asks for it. Doing it twice is doing it once.',
  params,
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: productSchema, headers: ['etag'] } },
  problems: ['unknown_sku', 'authority_unreachable'],
  examples: {
    lamp: {
      summary: 'The lamp',
      params: { sku: 'LAMP-ARC' },
      status: 200,
      answer: { status: 'discontinued' },
    },
  },
});

const resultLine = z.object({
  row: z.int().optional().meta({ description: 'Counted from 1, without a header.' }),
  sku: z.string().optional(),
  result: z.enum(['created', 'changed', 'same', 'refused']).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  pointer: z.string().optional(),
  done: z
    .boolean()
    .optional()
    .meta({ description: 'On the last line: whether the file was read to its end.' }),
});

export const importProducts = operation({
  id: 'importProducts',
  access: shared('products:write'),
  method: 'POST',
  path: '/v1/products/import',
  tag,
  summary: 'Add or replace many products',
  description:
    'A file of any length, read as it comes: CSV with a header, or a JSON object a line (NDJSON). The answer is ' +
    'NDJSON too: a result for each row in order, and a last line with `done` and the sums. A row that is refused ' +
    `stops no other; the same file again changes nothing. CSV columns: ${CSV_COLUMNS}.`,
  bodyTypes: ['text/csv', 'application/x-ndjson'],
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'bulk',
  answers: {
    200: {
      description: 'A result a line.',
      body: resultLine.meta({ id: 'ImportResult' }),
      mediaType: 'application/x-ndjson',
    },
  },
  problems: ['unsupported_media_type'],
  examples: {
    csv: {
      summary: 'Two rows, one of them wrong',
      body: 'sku,name,price_EUR,tax_percent\nCUP,Cup,4.50,19\n,No name,1.00,19\n',
      status: 200,
    },
  },
});

/** In the order in which a newcomer would use them. */
export const PRODUCT_OPERATIONS: readonly Operation[] = [
  createProduct,
  importProducts,
  listProducts,
  getProduct,
  replaceProduct,
  patchProduct,
  discontinueProduct,
];
