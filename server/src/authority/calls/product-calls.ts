/** Products, written at the books alone: made, replaced, patched, discontinued, and many at once. */
import { isSku } from '@tallystick/crdt';
import { productInput } from '@tallystick/store-agent';
import { z } from 'zod';
import { type Change, type Changed, changeItems, outdated, type StoredItem } from '../catalogue-changes.ts';
import { requestKey, served } from './call.ts';
import { changeOne, createOnce, isSame, patched } from './change-one.ts';

type Product = z.output<typeof productInput>;

/** Rows of one call of an import; a file comes in many. */
const IMPORT_ROWS_MAX = 1_000;

const sku = z.string().refine(isSku, 'must be 1 to 64 visible characters');
const version = z.number().int().min(0).nullable();

export const PRODUCT_CALLS = {
  'product.create': served({
    schema: z.strictObject({ call: z.literal('product.create'), product: productInput, key: requestKey }),
    serve: (authority, { product, key }) => createOnce(authority, key, 'product', product.sku, product),
  }),
  'product.replace': served({
    schema: z.strictObject({ call: z.literal('product.replace'), product: productInput, version }),
    serve: (authority, { product, version: read }) =>
      changeOne(authority, 'product', product.sku, (stored) => replaced(stored, read, () => product)),
  }),
  'product.patch': served({
    schema: z.strictObject({
      call: z.literal('product.patch'),
      sku,
      patch: z.record(z.string(), z.unknown()),
      version,
    }),
    serve: (authority, asked) =>
      changeOne(authority, 'product', asked.sku, (stored) =>
        replaced(stored, asked.version, (body) => patched(productInput, body, asked.patch)),
      ),
  }),
  'product.import': served({
    schema: z.strictObject({
      call: z.literal('product.import'),
      products: z.array(productInput).min(1).max(IMPORT_ROWS_MAX),
    }),
    serve: async (authority, { products }) => {
      // The last of one SKU counts, as it would if the rows came one by one.
      const bySku = new Map(products.map((product) => [product.sku as string, product]));
      const skus = [...bySku.keys()];
      const changed = await changeItems(authority.pool, 'product', skus, (id, stored) => {
        const product = bySku.get(id) as Product;
        return stored === undefined ? { write: product } : replaced(stored, null, () => product);
      });
      void authority.refreshCatalogue();
      const version = Math.max(0, ...changed.map((each) => (each.ok ? each.version : 0)));
      const results = new Map(skus.map((one, i) => [one, brief(changed[i] as Changed)]));
      return { version, results: products.map(asOneByOne(results)) };
    },
  }),
};

type Brief = ReturnType<typeof brief>;

/** A product is created once, also where the same rows name it again. */
function asOneByOne(results: ReadonlyMap<string, Brief>) {
  const before = new Map<string, Product>();
  return (product: Product): Brief => {
    const last = before.get(product.sku);
    before.set(product.sku, product);
    const result = results.get(product.sku) as Brief;
    if (last === undefined || result.result !== 'created') return result;
    return { result: isSame(last, product) ? 'same' : 'changed' };
  };
}

function brief(changed: Changed) {
  if (changed.ok) return { result: changed.was };
  const { code, message, pointer } = changed;
  return { result: 'refused', code, message, ...(pointer === undefined ? {} : { pointer }) };
}

/** The next state of a product, if it may have it. */
function replaced(
  stored: StoredItem | undefined,
  version: number | null,
  next: (body: Product) => Product,
): Change {
  if (stored === undefined) return { refuse: 'unknown_sku', message: 'No product has this SKU.' };
  const late = outdated(stored, version);
  if (late !== undefined) return late;
  const before = stored.body as Product;
  const product = next(before);
  const fixed = { sku: before.sku, baseUnit: before.baseUnit };
  for (const [field, value] of Object.entries(fixed)) {
    if (product[field as keyof typeof fixed] === value) continue;
    const message = `The ${field} of ${before.sku} is ${value} for ever: stock and sales are written down with it.`;
    return { refuse: 'invalid_request', message, pointer: `/${field}` };
  }
  return isSame(before, product) ? { keep: stored } : { write: product };
}
