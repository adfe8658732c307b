/**
 * Order keys: which order an Idempotency-Key stood beside, where that order has an id of its own. What has one name
 * alone has that name, and comes by only where others ever had two.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@tallystick/store-agent';
import Database from 'better-sqlite3';

/** Longer than the ninety days that are promised: a till may be offline over a holiday. */
const KEPT_MS = 100 * 86_400_000;
/** Old ones go as new ones come, a few at a time. */
const FORGOTTEN_AT_ONCE = 10;

const SCHEMA = `
  create table if not exists order_key (
    name text primary key,
    order_id text not null,
    made_ms integer not null
  ) strict, without rowid;
  create index if not exists order_key_by_age on order_key (made_ms)`;

interface UnderWay {
  readonly orderId: string;
  /** Durable, where it is new: a key that is forgotten is no key. */
  readonly written: Promise<void>;
  readonly isNew: boolean;
  count: number;
  isKept: boolean;
}

export class OrderKeys {
  readonly #file: string;
  #db: Database.Database | undefined;
  #isUsed: boolean;
  readonly #underWay = new Map<string, UnderWay>();
  #toWrite: [name: string, orderId: string][] = [];
  #writing: Promise<void> | undefined;

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'order-keys.db');
    this.#isUsed = existsSync(this.#file);
  }

  /** Whether any key was ever noted here; where none was, nobody has to look. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** @throws Problem where the key stood beside an order with an id of its own */
  checkAlone(name: string): void {
    const isNoted = this.#opened().prepare('select 1 from order_key where name = ?').get(name) !== undefined;
    if (isNoted || this.#underWay.has(name)) throw otherOrder(name);
  }

  /** Whoever takes a key says what became of its order. @throws Problem where it stood beside another one */
  async take(name: string, orderId: string): Promise<void> {
    let open = this.#underWay.get(name);
    if (open === undefined) {
      const known = this.#opened().prepare('select order_id from order_key where name = ?').pluck().get(name);
      if (known !== undefined && known !== orderId) throw otherOrder(name);
      const isNew = known === undefined;
      const written = isNew ? this.#write(name, orderId) : Promise.resolve();
      open = { orderId, written, isNew, count: 0, isKept: !isNew };
      this.#underWay.set(name, open);
    }
    if (open.orderId !== orderId) throw otherOrder(name);
    open.count += 1;
    try {
      await open.written;
    } catch (error) {
      this.#leave(name, open);
      throw new Problem('read_only', `The key could not be written down: ${(error as Error).message}.`);
    }
  }

  /** A refusal writes nothing, so that its key may be tried again; unless somebody else asked for the same meanwhile. */
  became(name: string, what: 'refused' | 'kept'): void {
    const open = this.#underWay.get(name);
    if (open === undefined) return;
    open.isKept ||= what === 'kept';
    this.#leave(name, open);
    if (open.count > 0 || open.isKept) return;
    try {
      this.#opened().prepare('delete from order_key where name = ?').run(name);
    } catch {
      // The answer is on its way. What stays keeps the key from other orders, and from this one no more than before.
    }
  }

  #leave(name: string, open: UnderWay): void {
    open.count -= 1;
    if (open.count === 0) this.#underWay.delete(name);
  }

  /** Those of one pass of the loop in one commit. */
  #write(name: string, orderId: string): Promise<void> {
    this.#toWrite.push([name, orderId]);
    this.#writing ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#writing = undefined;
        try {
          this.#insert(this.#toWrite.splice(0));
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#writing;
  }

  #insert(keys: readonly (readonly [string, string])[]): void {
    const db = this.#opened();
    const nowMs = Date.now();
    db.transaction(() => {
      db.prepare(
        `delete from order_key where name in (
           select name from order_key where made_ms < ? order by made_ms limit ${FORGOTTEN_AT_ONCE})`,
      ).run(nowMs - KEPT_MS);
      const insert = db.prepare('insert into order_key (name, order_id, made_ms) values (?, ?, ?)');
      for (const [name, orderId] of keys) insert.run(name, orderId, nowMs);
    })();
  }

  /** By the first who needs it: most regions never do. */
  #opened(): Database.Database {
    if (this.#db === undefined) {
      this.#db = new Database(this.#file);
      this.#isUsed = true;
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = FULL');
      this.#db.exec(SCHEMA);
    }
    return this.#db;
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }
}

export function otherOrder(key: string): Problem {
  return new Problem('document_differs', `The key ${key} was used for another order. Take a new key.`);
}
