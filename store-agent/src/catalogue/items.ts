/**
 * Catalogue items: products, locations and replicas, as JSON with a version each.
 *
 * They are written at the authority alone and read everywhere from a copy that
 * knows its age. Parsed here once, trusted inside.
 */
import { isLocationId, isReplicaId, isSku, parseGtin, QUANTITY_MAX, REPLICA_KINDS } from '@tallystick/crdt';
import type { CatalogueItem } from '@tallystick/crdt/wire';
import { z } from 'zod';
import { SLOW_HASH } from '../slow-hash.ts';
import { words } from '../words.ts';

const locale = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as en or de-CH');
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters such as EUR');
const minor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const gtin = z
  .string()
  .refine((text) => parseGtin(text).ok, 'a GTIN of 8, 12, 13 or 14 digits with its check digit');
const barcodes = z.array(gtin).max(20);
const unitName = words(32, 128).min(1);

const productFields = {
  sku: z.string().refine(isSku, '1 to 64 visible characters'),
  names: z.record(locale, words(300, 1_200).min(1)),
  descriptions: z.record(locale, words(4_000, 16_000)).optional(),
  /** What one unit of stock is; never changes for a SKU. */
  baseUnit: unitName,
  /** Other units it is sold in: so many base units each, exactly. */
  units: z
    .array(
      z.strictObject({
        unit: unitName,
        basePerUnit: z.number().int().min(1).max(QUANTITY_MAX),
        barcodes: barcodes.optional(),
      }),
    )
    .max(20)
    .optional(),
  barcodes: barcodes.optional(),
  prices: z.record(currency, minor),
  taxRateBp: z.number().int().min(0).max(100_000),
  taxIncluded: z.boolean(),
  /** A discontinued product is sold while stock lasts, and listed no more. */
  status: z.enum(['active', 'discontinued']).optional(),
};

/** As it is written: nothing that we do not know. */
export const productInput = z.strictObject({
  ...productFields,
  names: productFields.names.refine((names) => Object.keys(names).length > 0, 'one name at least'),
  // The second of two would never be chosen.
  units: productFields.units.refine(
    (units) => new Set(units?.map(({ unit }) => unit)).size === (units?.length ?? 0),
    'each unit stands once',
  ),
});
/** As it is read from a copy: what another release wrote is taken as it is, and what it added left aside. */
export const productSchema = z.object({ ...productFields, barcodes: z.array(z.string()).optional() });

const locationFields = {
  id: z.string().refine(isLocationId, 'lower-case letters, digits and dashes'),
  name: words(200, 800).min(1),
  kind: z.enum(['store', 'warehouse']),
  keeper: z.string().refine(isReplicaId, 'the id of a replica'),
  timeZone: z.string().min(1).max(64),
  currency,
  taxJurisdiction: words(64, 256).min(1).optional(),
  address: words(500, 2_000).min(1).optional(),
  /** Degrees, north and east. */
  position: z
    .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .optional(),
};

export const locationInput = z.strictObject(locationFields);
export const locationSchema = z.object(locationFields);

export const replicaSchema = z.object({
  id: z.string().refine(isReplicaId, 'lower-case letters, digits and dashes'),
  kind: z.enum(REPLICA_KINDS),
  parent: z.string().refine(isReplicaId).nullable(),
  location: z.string().refine(isLocationId).nullable(),
  /** SPKI, DER, base64; null until the replica has enrolled. */
  publicKey: z.string().max(200).nullable(),
  status: z.enum(['expected', 'enrolled', 'retired']),
});

/** Goods on their way to a place: from another of ours, or from outside. */
export const transferSchema = z.object({
  id: z.string(),
  from: z.string().optional(),
  to: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number(), received: z.number() })),
  expectedAt: z.string().optional(),
  reference: z.string().optional(),
  /** `received` once nothing is left to come. */
  status: z.enum(['expected', 'received', 'cancelled']),
  /** The ids of what was received so far. */
  receipts: z.array(z.string()),
});

export type Product = z.infer<typeof productSchema>;
/** As they are written, before their ids are checked. */
export type ProductInput = z.input<typeof productSchema>;
export type LocationInput = z.input<typeof locationSchema>;
export type Location = z.infer<typeof locationSchema>;
export type ReplicaRecord = z.infer<typeof replicaSchema>;
export type Transfer = z.infer<typeof transferSchema>;

export const cashierId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'must be 1 to 64 lower-case letters, digits, dots, dashes and underscores',
  );

/** Somebody who sells, by an opaque id: what they are called is nobody's business here. */
export const cashierSchema = z.object({
  id: cashierId,
  role: z.enum(['cashier', 'manager']),
  /** Where they work: their PIN opens the shops and tills there, and no others have it. */
  locations: z
    .array(z.string().refine(isLocationId, 'lower-case letters, digits and dashes'))
    .min(1)
    .max(100),
  pinHash: z.string().regex(SLOW_HASH),
});
export type Cashier = z.infer<typeof cashierSchema>;

export const ITEM_KINDS = [
  'product',
  'location',
  'replica',
  'transfer',
  'client',
  'credential',
  'signing-key',
  'cashier',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** What only doors need that let clients in: it goes to regions and no further, so that no stolen till has it. */
const REGIONS_ONLY: ReadonlySet<string> = new Set<ItemKind>([
  'transfer',
  'client',
  'credential',
  'signing-key',
]);

/**
 * An item as a child gets it; undefined where it is not the child's to have. Whose PIN it is none of a place's business
 * to check is, to that place, as somebody who was taken out: who worked there once must not sign in there for ever.
 */
export function itemForChild(
  item: CatalogueItem,
  child: Pick<ReplicaRecord, 'kind' | 'location'> | undefined,
): CatalogueItem | undefined {
  if (child?.kind === 'region') return item;
  if (REGIONS_ONLY.has(item.kind)) return undefined;
  if (item.kind !== 'cashier' || item.body === null) return item;
  const { locations } = JSON.parse(item.body) as Partial<Cashier>;
  return locations?.some((place) => place === child?.location) ? item : { ...item, body: null };
}
