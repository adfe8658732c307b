/**
 * Catalogue: this till's copy of products, places and people, in IndexedDB.
 *
 * Places, replicas and cashiers are few and are kept in memory, where the core asks for them. Products are many: one is
 * read when it is scanned, so that a start does not wait for fifty thousand.
 */
import {
  type Directory,
  type LocationId,
  type PricedProduct,
  parseGtin,
  type ReplicaId,
  type UnitOfSale,
} from '@tallystick/crdt';
import type { Catalogue as CatalogueFrame, CatalogueItem } from '@tallystick/crdt/wire';
import { BY_GTIN, FACTS, ITEMS } from './database.ts';
import { completionOf, type Database, resultOf } from './indexed-db.ts';

/** What the catalogue says of a product. */
export interface TillProduct extends PricedProduct {
  /** By language tag, such as `en` or `de-CH`. */
  readonly names: Readonly<Record<string, string>>;
  /** GTINs of the base unit. */
  readonly barcodes?: readonly string[];
  /** Other units it is sold in. */
  readonly units?: readonly (UnitOfSale & {
    /** GTINs of this unit. */
    readonly barcodes?: readonly string[];
  })[];
  /** A discontinued product is sold while stock lasts. */
  readonly status?: 'active' | 'discontinued';
}

export interface TillLocation {
  readonly id: string;
  readonly name: string;
  readonly kind: 'store' | 'warehouse';
  readonly keeper: string;
  readonly timeZone: string;
  readonly currency: string;
}

export interface TillCashier {
  readonly id: string;
  readonly role: 'cashier' | 'manager';
  readonly locations: readonly string[];
  readonly pinHash: string;
}

interface Kinds {
  location: TillLocation;
  replica: { readonly id: string; readonly parent: string | null };
  cashier: TillCashier;
}

/** Products kept parsed: the ones that sell. */
const CACHED_MAX = 1_000;
const COPY = 'catalogue';

interface Copy {
  readonly version: number;
  /** When the copy last heard that it is complete, by this device's clock. */
  readonly asOfMs: number;
}

export class TillCatalogue implements Directory {
  #database: Database;
  readonly #few: { readonly [Kind in keyof Kinds]: Map<string, Kinds[Kind]> } = {
    location: new Map(),
    replica: new Map(),
    cashier: new Map(),
  };
  readonly #products = new Map<string, TillProduct>();
  #words: Map<string, string> | undefined;
  #copy: Copy = { version: 0, asOfMs: 0 };

  static async open(database: Database): Promise<TillCatalogue> {
    const catalogue = new TillCatalogue(database);
    const transaction = database.transaction([FACTS, ITEMS], 'readonly');
    const items = transaction.objectStore(ITEMS);
    const [copy, ...few] = await Promise.all([
      resultOf(transaction.objectStore(FACTS).get(COPY)),
      ...(['location', 'replica', 'cashier'] as const).map((kind) => resultOf(items.getAll(allOf(kind)))),
    ]);
    if (copy !== undefined) catalogue.#copy = copy as Copy;
    for (const item of few.flat() as CatalogueItem[]) catalogue.#index(item);
    return catalogue;
  }

  private constructor(database: Database) {
    this.#database = database;
  }

  /** The database was opened anew; what is in it is as it was. */
  reopened(database: Database): void {
    this.#database = database;
  }

  get version(): number {
    return this.#copy.version;
  }

  /** Milliseconds of the wall clock; 0 before the copy was complete for the first time. */
  get asOfMs(): number {
    return this.#copy.asOfMs;
  }

  /** Takes in what changed, if it joins on to what is here. It can be fetched anew, so no flush is waited for. */
  async apply({ from, to, items }: CatalogueFrame, nowMs: number): Promise<void> {
    if (from > this.#copy.version) return;
    const copy = { version: Math.max(to, this.#copy.version), asOfMs: nowMs };
    const news = to > this.#copy.version ? items : [];
    // Read before anything is written: a copy that says a version has all of it.
    const records = news.map(recordOf);
    const transaction = this.#database.transaction([FACTS, ITEMS], 'readwrite', { durability: 'relaxed' });
    transaction.objectStore(FACTS).put(copy, COPY);
    const store = transaction.objectStore(ITEMS);
    for (const record of records) {
      if (record.body === null) store.delete([record.kind, record.id]);
      else store.put(record);
    }
    await completionOf(transaction);
    this.#copy = copy;
    for (const item of news) this.#index(item);
  }

  #index({ kind, id, body }: CatalogueItem): void {
    if (kind === 'product') {
      this.#products.delete(id);
      const said = body === null ? undefined : wordsOf(JSON.parse(body) as TillProduct);
      if (said === undefined) this.#words?.delete(id);
      else this.#words?.set(id, said);
    }
    if (kind !== 'location' && kind !== 'replica' && kind !== 'cashier') return;
    if (body === null) this.#few[kind].delete(id);
    else this.#few[kind].set(id, JSON.parse(body));
  }

  async product(sku: string): Promise<TillProduct | undefined> {
    const known = this.#products.get(sku);
    if (known !== undefined) return known;
    const item = await resultOf(this.#items().get(['product', sku]));
    return item === undefined ? undefined : this.#keep(item as CatalogueItem);
  }

  /** By a GTIN of 8, 12, 13 or 14 digits; of several that bear it, one that is in the range. */
  async byBarcode(
    text: string,
  ): Promise<{ readonly product: TillProduct; readonly unit: string } | undefined> {
    const read = parseGtin(text);
    if (!read.ok) return undefined;
    const found = (await resultOf(this.#items().index(BY_GTIN).getAll(read.gtin))) as CatalogueItem[];
    const products = found.map((item) => this.#keep(item));
    const product = products.find(({ status }) => status !== 'discontinued') ?? products[0];
    if (product === undefined) return undefined;
    const isOn = (barcodes: readonly string[] = []) => barcodes.some((each) => sameGtin(each, read.gtin));
    const unit = product.units?.find(({ barcodes }) => isOn(barcodes))?.unit ?? product.baseUnit;
    return { product, unit };
  }

  /** Products in the range whose SKU or name, in any language, has all words of a text in it. */
  async find(text: string, limit: number): Promise<TillProduct[]> {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const skus: string[] = [];
    for (const [sku, said] of await this.#allWords()) {
      if (!words.every((word) => said.includes(word))) continue;
      skus.push(sku);
      if (skus.length >= limit) break;
    }
    const products = await Promise.all(skus.map((sku) => this.product(sku)));
    return products.filter((product) => product !== undefined);
  }

  /** Read when somebody searches first. */
  async #allWords(): Promise<ReadonlyMap<string, string>> {
    if (this.#words === undefined) {
      const items = (await resultOf(this.#items().getAll(allOf('product')))) as CatalogueItem[];
      this.#words ??= new Map(
        items.flatMap(({ id, body }) => {
          const said = wordsOf(JSON.parse(body as string) as TillProduct);
          return said === undefined ? [] : [[id, said] as const];
        }),
      );
    }
    return this.#words;
  }

  #items() {
    return this.#database.transaction([ITEMS], 'readonly').objectStore(ITEMS);
  }

  #keep({ id, body }: CatalogueItem): TillProduct {
    const product = JSON.parse(body as string) as TillProduct;
    if (this.#products.size >= CACHED_MAX)
      this.#products.delete(this.#products.keys().next().value as string);
    this.#products.set(id, product);
    return product;
  }

  location(id: string): TillLocation | undefined {
    return this.#few.location.get(id);
  }

  cashier(id: string): TillCashier | undefined {
    return this.#few.cashier.get(id);
  }

  cashiers(): readonly TillCashier[] {
    return [...this.#few.cashier.values()];
  }

  keeperOf(location: LocationId): ReplicaId | undefined {
    return this.location(location)?.keeper as ReplicaId | undefined;
  }

  isShared(location: LocationId): boolean {
    return this.location(location)?.kind === 'warehouse';
  }

  parentOf(replica: ReplicaId): ReplicaId | undefined {
    return (this.#few.replica.get(replica)?.parent ?? undefined) as ReplicaId | undefined;
  }
}

/** Keys of one kind of items. */
function allOf(kind: string): unknown {
  const { IDBKeyRange } = globalThis as unknown as {
    IDBKeyRange: { bound(low: readonly unknown[], high: readonly unknown[]): unknown };
  };
  return IDBKeyRange.bound([kind], [kind, []]);
}

/** As it is stored. @throws Error where it cannot be read */
function recordOf(item: CatalogueItem): CatalogueItem & { readonly gtins?: readonly string[] } {
  if (item.body === null) return item;
  if (item.kind === 'product') return { ...item, gtins: gtinsIn(item.body) };
  JSON.parse(item.body);
  return item;
}

function gtinsIn(body: string): string[] {
  const { barcodes = [], units = [] } = JSON.parse(body) as TillProduct;
  const all = [barcodes, ...units.map((unit) => unit.barcodes ?? [])].flat();
  return all.flatMap((text) => {
    const read = parseGtin(text);
    return read.ok ? [read.gtin] : [];
  });
}

function sameGtin(text: string, gtin: string): boolean {
  const read = parseGtin(text);
  return read.ok && read.gtin === gtin;
}

/** Undefined where it is not to be found any more: it is sold while stock lasts, by its barcode. */
function wordsOf({ sku, names, status }: TillProduct): string | undefined {
  if (status === 'discontinued') return undefined;
  return [sku, ...Object.values(names)].join(' ').toLowerCase();
}
