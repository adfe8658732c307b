/**
 * The names of things. Each is a branded string: parsed once at a border, trusted inside.
 */

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A node of the tree, for example `berlin` or `eu`. */
export type ReplicaId = Brand<string, 'ReplicaId'>;
/** One life of a replica: `replica.incarnation.nonce`, the nonce being 128 random bits in hex. */
export type WriterId = Brand<string, 'WriterId'>;
/** One bounded quantity: `sku@location` for goods. The core never looks inside. */
export type PoolId = Brand<string, 'PoolId'>;
export type Sku = Brand<string, 'Sku'>;
export type LocationId = Brand<string, 'LocationId'>;
export type OrderId = Brand<string, 'OrderId'>;
export type LineId = Brand<string, 'LineId'>;
export type HoldId = Brand<string, 'HoldId'>;

/** Wall-clock milliseconds since 1970, as a device believes them: information, never order. */
export type Millis = number;

const REPLICA = /^[a-z0-9][a-z0-9-]{0,62}$/;
const WRITER = /^([a-z0-9][a-z0-9-]{0,62})\.([1-9][0-9]{0,8})\.([0-9a-f]{32})$/;
/** Visible characters only: no space, no control character, no lone surrogate. */
const SKU = /^[^\s\p{C}]{1,64}$/u;
const DOCUMENT = /^[\x21-\x7e]{1,128}$/;

export interface WriterParts {
  readonly replica: ReplicaId;
  readonly incarnation: number;
  readonly nonce: string;
}

export function isReplicaId(text: string): text is ReplicaId {
  return REPLICA.test(text);
}

/** Locations are named like replicas: lower-case letters, digits and dashes. */
export function isLocationId(text: string): text is LocationId {
  return REPLICA.test(text);
}

export function isSku(text: string): text is Sku {
  return SKU.test(text);
}

export function isWriterId(text: string): text is WriterId {
  return WRITER.test(text);
}

/** Ids of documents (orders, holds, deliveries, commands): 1 to 128 printable ASCII characters. */
export function isDocumentId(text: string): boolean {
  return DOCUMENT.test(text);
}

export function writerId(replica: ReplicaId, incarnation: number, nonce: string): WriterId {
  const id = `${replica}.${incarnation}.${nonce}`;
  if (!isWriterId(id)) throw new RangeError(`Not a writer id: ${id}`);
  return id;
}

export function parseWriterId(writer: WriterId): WriterParts {
  const match = WRITER.exec(writer);
  if (match === null) throw new RangeError(`Not a writer id: ${writer}`);
  return { replica: match[1] as ReplicaId, incarnation: Number(match[2]), nonce: match[3] as string };
}

export function replicaOf(writer: WriterId): ReplicaId {
  return writer.slice(0, writer.indexOf('.')) as ReplicaId;
}

export function incarnationOf(writer: WriterId): number {
  return parseWriterId(writer).incarnation;
}

/**
 * True for writers of one replica that bear the same incarnation: a writer and its branches (F2),
 * and what two machines with one identity began.
 */
export function areTwins(a: WriterId, b: WriterId): boolean {
  return a.slice(0, a.lastIndexOf('.')) === b.slice(0, b.lastIndexOf('.'));
}

export function poolId(sku: Sku, location: LocationId): PoolId {
  return `${sku}@${location}` as PoolId;
}

/** A location never holds an `@`, so the last one parts the two. */
export function parsePoolId(pool: PoolId): { sku: Sku; location: LocationId } {
  const at = pool.lastIndexOf('@');
  return { sku: pool.slice(0, at) as Sku, location: pool.slice(at + 1) as LocationId };
}

export function locationOf(pool: PoolId): LocationId {
  return pool.slice(pool.lastIndexOf('@') + 1) as LocationId;
}

/** What the link accepts as the name of a pool: a SKU, an `@`, a location. */
export function isPoolId(text: string): text is PoolId {
  const at = text.lastIndexOf('@');
  return at > 0 && isSku(text.slice(0, at)) && isLocationId(text.slice(at + 1));
}
