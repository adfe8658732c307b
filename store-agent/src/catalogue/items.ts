/**
 * Catalogue items: products, locations and replicas, as JSON with a version each.
 *
 * They are written at the authority alone and read everywhere from a copy that
 * knows its age. Parsed here once, trusted inside.
 */
import { isLocationId, isReplicaId, isSku, REPLICA_KINDS } from '@tallystick/crdt';
import { z } from 'zod';

const locale = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as en or de-CH');
const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters such as EUR');
const minor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const productSchema = z.strictObject({
  sku: z.string().refine(isSku, '1 to 64 visible characters'),
  names: z.record(locale, z.string().min(1).max(300)),
  /** What one unit of stock is; never changes for a SKU. */
  baseUnit: z.string().min(1).max(32),
  barcodes: z.array(z.string().max(14)).max(20).optional(),
  prices: z.record(currency, minor),
  taxRateBp: z.number().int().min(0).max(100_000),
  taxIncluded: z.boolean(),
});

export const locationSchema = z.strictObject({
  id: z.string().refine(isLocationId, 'lower-case letters, digits and dashes'),
  name: z.string().min(1).max(200),
  kind: z.enum(['store', 'warehouse']),
  keeper: z.string().refine(isReplicaId, 'the id of a replica'),
  timeZone: z.string().min(1).max(64),
  currency,
});

export const replicaSchema = z.strictObject({
  id: z.string().refine(isReplicaId, 'lower-case letters, digits and dashes'),
  kind: z.enum(REPLICA_KINDS),
  parent: z.string().refine(isReplicaId).nullable(),
  location: z.string().refine(isLocationId).nullable(),
  /** SPKI, DER, base64; null until the replica has enrolled. */
  publicKey: z.string().max(200).nullable(),
  status: z.enum(['expected', 'enrolled', 'retired']),
});

export type Product = z.infer<typeof productSchema>;
/** As they are written, before their ids are checked. */
export type ProductInput = z.input<typeof productSchema>;
export type LocationInput = z.input<typeof locationSchema>;
export type Location = z.infer<typeof locationSchema>;
export type ReplicaRecord = z.infer<typeof replicaSchema>;

export const ITEM_KINDS = ['product', 'location', 'replica'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
