/**
 * Catalogue: this replica's copy of products, locations and replicas, in a SQLite file
 * of its own. It can be fetched anew at any time, so it is not part of the journal.
 */
import { closeSync, openSync } from 'node:fs';
import type { Directory, LocationId, ReplicaId } from '@tallystick/crdt';
import type { CatalogueItem } from '@tallystick/crdt/wire';
import Database from 'better-sqlite3';
import { Awaited } from '../awaited.ts';
import { ConfigError } from '../config-error.ts';
import { asJournalError, JournalError } from '../journal/errors.ts';
import { Incoming } from './incoming.ts';
import {
  type ItemKind,
  type Location,
  locationSchema,
  type Product,
  productSchema,
  type ReplicaRecord,
  replicaSchema,
  transferSchema,
} from './items.ts';
import { ProductFinder, type ProductQuery } from './product-finder.ts';

/** Products kept parsed in memory: the ones that sell. */
const PRODUCTS_CACHED_MAX = 10_000;

export interface CatalogueCopy {
  readonly version: number;
  /** When the copy last heard that it is complete, also before a restart; null before the first time. */
  readonly asOfMs: number | null;
}

export class Catalogue implements Directory {
  readonly #db: Database.Database;
  readonly #get;
  readonly #put;
  readonly #since;
  readonly #bodies;
  readonly #finder: ProductFinder;
  readonly #versionOf;
  readonly #heard;
  readonly #locations = new Map<string, Location>();
  readonly #replicas = new Map<string, ReplicaRecord>();
  readonly #products = new Map<string, Product>();
  /** Goods on their way, by where they will stand. */
  readonly incoming = new Incoming();
  readonly #awaited = new Awaited();
  #version = 0;
  #asOfMs: number | null = null;

  /** @throws ConfigError where the file is no catalogue, JournalError where it cannot be used. */
  constructor(path: string) {
    this.#db = open(path);
    this.#get = this.#db.prepare('select body from item where kind = ? and id = ?').pluck();
    this.#put = this.#db.prepare(
      'insert into item (kind, id, version, body) values (?, ?, ?, ?) on conflict (kind, id) ' +
        'do update set version = excluded.version, body = excluded.body where excluded.version > version',
    );
    this.#since = this.#db.prepare(
      'select kind, id, version, body from item where version > ? order by version limit ?',
    );
    this.#bodies = this.#db.prepare(
      'select id, body from item where kind = ? and id > ? and body is not null order by id limit ?',
    );
    this.#finder = new ProductFinder(this.#db);
    this.#versionOf = this.#db.prepare('select version from item where kind = ? and id = ?').pluck();
    this.#heard = this.#db.prepare('insert or replace into heard (one, as_of_ms) values (1, ?)');
    this.#asOfMs =
      (this.#db.prepare('select as_of_ms from heard').pluck().get() as number | undefined) ?? null;
    this.#version = this.#db.prepare('select coalesce(max(version), 0) from item').pluck().get() as number;
    for (const kind of ['location', 'replica'] as const) {
      const rows = this.#db.prepare('select id, body from item where kind = ?').all(kind);
      for (const { id, body } of rows as { id: string; body: string | null }[]) this.#index(kind, id, body);
    }
    // Those that have come are many, and nobody waits for them.
    const waiting = this.#db.prepare(
      "select id, body from item where kind = 'transfer' and body ->> 'status' = 'expected'",
    );
    for (const { id, body } of waiting.all() as { id: string; body: string }[])
      this.#index('transfer', id, body);
  }

  get copy(): CatalogueCopy {
    return { version: this.#version, asOfMs: this.#asOfMs };
  }

  /** Takes in what changed, if it joins on to what is here. @returns true when something new was stored. */
  apply(frame: { from: number; to: number; items: readonly CatalogueItem[] }, nowMs: number): boolean {
    if (frame.from > this.#version) return false;
    this.#asOfMs = nowMs;
    if (frame.to <= this.#version) {
      this.#heard.run(nowMs);
      return false;
    }
    this.#db.transaction(() => {
      this.#heard.run(nowMs);
      for (const { kind, id, version, body } of frame.items) {
        this.#put.run(kind, id, version, body);
        this.#index(kind as ItemKind, id, body);
      }
    })();
    this.#version = frame.to;
    this.#awaited.look();
    return true;
  }

  /** Resolves when the copy has reached a version, or after so long; who just wrote can then read it. */
  whenAt(version: number, waitMs: number): Promise<void> {
    return this.#awaited.when(() => this.#version >= version, waitMs);
  }

  #index(kind: ItemKind, id: string, body: string | null): void {
    if (kind === 'product') {
      this.#products.delete(id);
      this.#finder.index(id, body);
    }
    if (kind === 'location') indexOf(this.#locations, id, body, locationSchema);
    else if (kind === 'replica') indexOf(this.#replicas, id, body, replicaSchema);
    else if (kind === 'transfer')
      this.incoming.put(id, body === null ? undefined : transferSchema.parse(JSON.parse(body)));
  }

  /** Items after a version, oldest first: what a child's copy lacks. */
  since(version: number, limit: number): CatalogueItem[] {
    return this.#since.all(version, limit) as CatalogueItem[];
  }

  product(sku: string): Product | undefined {
    const cached = this.#products.get(sku);
    if (cached !== undefined) return cached;
    const body = this.#get.get('product', sku) as string | null | undefined;
    if (body === null || body === undefined) return undefined;
    const product = productSchema.parse(JSON.parse(body));
    if (this.#products.size >= PRODUCTS_CACHED_MAX) {
      this.#products.delete(this.#products.keys().next().value as string);
    }
    this.#products.set(sku, product);
    return product;
  }

  /** Products after a SKU, in the order of their SKUs. */
  products(after: string, limit: number): Product[] {
    return this.#finder.find({ after, limit, status: 'all' });
  }

  findProducts(query: ProductQuery): Product[] {
    return this.#finder.find(query);
  }

  /** In which version of the catalogue an item was last changed; 0 where it never was there. */
  versionOf(kind: ItemKind, id: string): number {
    return (this.#versionOf.get(kind, id) as number | undefined) ?? 0;
  }

  get locations(): readonly Location[] {
    return [...this.#locations.values()];
  }

  location(id: string): Location | undefined {
    return this.#locations.get(id);
  }

  get replicas(): readonly ReplicaRecord[] {
    return [...this.#replicas.values()];
  }

  replica(id: string): ReplicaRecord | undefined {
    return this.#replicas.get(id);
  }

  /** The region in whose tree a replica stands; undefined for the authority and for strangers. */
  regionOf(replica: ReplicaId): ReplicaId | undefined {
    let at = this.#replicas.get(replica);
    while (at !== undefined && at.kind !== 'region')
      at = at.parent === null ? undefined : this.#replicas.get(at.parent);
    return at?.id;
  }

  isRegion(replica: ReplicaId): boolean {
    return this.#replicas.get(replica)?.kind === 'region';
  }

  /** An item as it was written, in JSON; undefined where it is not there or was taken out. */
  body(kind: ItemKind, id: string): string | undefined {
    return (this.#get.get(kind, id) as string | null | undefined) ?? undefined;
  }

  /** Ids and bodies of one kind behind an id, in their order. */
  bodies(kind: ItemKind, after: string, limit: number): { readonly id: string; readonly body: string }[] {
    return this.#bodies.all(kind, after, limit) as { id: string; body: string }[];
  }

  keeperOf(location: LocationId): ReplicaId | undefined {
    return this.#locations.get(location)?.keeper as ReplicaId | undefined;
  }

  isShared(location: LocationId): boolean {
    return this.#locations.get(location)?.kind === 'warehouse';
  }

  parentOf(replica: ReplicaId): ReplicaId | undefined {
    return (this.#replicas.get(replica)?.parent ?? undefined) as ReplicaId | undefined;
  }

  /** The key of an enrolled replica, where this replica is its parent. */
  publicKeyOf(replica: ReplicaId, parent: ReplicaId): Uint8Array | undefined {
    const record = this.#replicas.get(replica);
    if (record === undefined || record.parent !== parent || record.status !== 'enrolled') return undefined;
    return record.publicKey === null ? undefined : Buffer.from(record.publicKey, 'base64');
  }

  close(): void {
    this.#db.close();
  }
}

function open(path: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    // The books' folder is open to their database; hashes of PINs and secrets are for this process alone.
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(`
      create table if not exists item (
        kind text not null, id text not null, version integer not null, body text,
        primary key (kind, id)
      ) without rowid;
      create index if not exists item_version on item (version);
      create table if not exists heard (one integer primary key check (one = 1), as_of_ms integer not null);
    `);
    return db;
  } catch (error) {
    db?.close();
    const named = asJournalError(error, path);
    if (!(named instanceof JournalError && named.code === 'corrupt')) throw named;
    throw new ConfigError(
      `${path} is damaged. It is only a copy of the catalogue: delete it, and the parent sends it again.`,
    );
  }
}

function indexOf<T>(
  map: Map<string, T>,
  id: string,
  body: string | null,
  schema: { parse(x: unknown): T },
): void {
  if (body === null) map.delete(id);
  else map.set(id, schema.parse(JSON.parse(body)));
}
