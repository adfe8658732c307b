/** Finding products in the copy: by their SKUs in order, by what is in the range, by barcode. */
import { parseGtin } from '@tallystick/crdt';
import type Database from 'better-sqlite3';
import { type Product, productSchema } from './items.ts';

export interface ProductQuery {
  /** Only SKUs behind this one. */
  readonly after: string;
  readonly limit: number;
  readonly status: 'active' | 'discontinued' | 'all';
  /** A GTIN of 14 digits. */
  readonly barcode?: string | undefined;
}

/** Raised when what is derived from items changes: an older copy is then indexed anew. */
const INDEX_VERSION = 1;

export class ProductFinder {
  readonly #db: Database.Database;
  readonly #inOrder;
  readonly #byBarcode;
  readonly #forget;
  readonly #note;

  constructor(db: Database.Database) {
    this.#db = db;
    db.exec(
      'create table if not exists barcode (gtin text not null, sku text not null, primary key (gtin, sku)) without rowid; ' +
        'create index if not exists barcode_by_sku on barcode (sku)',
    );
    const listed =
      "(? = 'all' or coalesce(json_extract(body, '$.status'), 'active') = ?) and body is not null order by id limit ?";
    this.#inOrder = db
      .prepare(`select body from item where kind = 'product' and id > ? and ${listed}`)
      .pluck();
    this.#byBarcode = db
      .prepare(
        "select body from barcode join item on item.kind = 'product' and item.id = barcode.sku " +
          `where gtin = ? and id > ? and ${listed}`,
      )
      .pluck();
    this.#forget = db.prepare('delete from barcode where sku = ?');
    this.#note = db.prepare('insert or ignore into barcode (gtin, sku) values (?, ?)');
    if (db.pragma('user_version', { simple: true }) !== INDEX_VERSION) this.#indexAll();
  }

  find({ after, limit, status, barcode }: ProductQuery): Product[] {
    const rows =
      barcode === undefined
        ? this.#inOrder.all(after, status, status, limit)
        : this.#byBarcode.all(barcode, after, status, status, limit);
    return (rows as string[]).map((body) => productSchema.parse(JSON.parse(body)));
  }

  /** Notes an item that was written; `body` null where it was taken out. */
  index(sku: string, body: string | null): void {
    this.#forget.run(sku);
    if (body === null) return;
    const { barcodes = [], units = [] } = JSON.parse(body) as Partial<Product>;
    for (const text of [barcodes, ...units.map((unit) => unit.barcodes ?? [])].flat()) {
      const read = parseGtin(text);
      if (read.ok) this.#note.run(read.gtin, sku);
    }
  }

  #indexAll(): void {
    const products = this.#db.prepare("select id, body from item where kind = 'product'");
    this.#db.transaction(() => {
      for (const { id, body } of products.all() as { id: string; body: string | null }[])
        this.index(id, body);
      this.#db.pragma(`user_version = ${INDEX_VERSION}`);
    })();
  }
}
