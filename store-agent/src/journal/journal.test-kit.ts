/** A shop in a few lines, for tests of journals: the core's own ledger on top of whatever is tested. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EntryBody,
  type HoldId,
  type JournalView,
  Ledger,
  type LineId,
  type LocationId,
  type Now,
  type OrderId,
  type PoolId,
  type ReplicaId,
  type Sku,
  type Stored,
  type WriterId,
  type Writes,
  writerId,
} from '@tallystick/crdt';
import { onTestFinished } from 'vitest';
import { sha256 } from './runs.ts';

/** What the suites ask of a journal. One that answers with promises fits as well. */
export interface JournalPort {
  readonly view: JournalView;
  load(): Stored | Promise<Stored>;
  commit(writes: Writes): unknown;
  close(): void | Promise<void>;
}

export const SHOP = 'berlin' as ReplicaId;
export const SELF = writer(SHOP);
export const TILL = writer('till-1');
export const PARENT_WRITER = writer('hq', 1, '0');
export const NOON: Now = { wallMs: 1_750_000_000_000, monotonicMs: 1_000, bootId: '0b'.repeat(16) };

export function writer(replica: string, incarnation = 1, digit = 'a'): WriterId {
  return writerId(replica as ReplicaId, incarnation, digit.repeat(32));
}

export function pool(sku: string): PoolId {
  return `${sku}@berlin` as PoolId;
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function ledgerOn(journal: JournalPort): Promise<Ledger> {
  return new Ledger(await journal.load(), journal.view, sha256);
}

/** Ends the turn and makes it durable. */
export async function turn(ledger: Ledger, journal: JournalPort): Promise<Writes> {
  const writes = ledger.endTurn();
  if (writes === undefined) throw new Error('The turn changed nothing.');
  await journal.commit(writes);
  ledger.keep();
  return writes;
}

/** A shop that lives, with `units` of each named article taken from its parent. */
export async function openShop(journal: JournalPort, stock: Record<string, number>): Promise<Ledger> {
  const ledger = await ledgerOn(journal);
  ledger.beginLife(SELF, 'store', PARENT_WRITER, NOON);
  ledger.append(took(stock), '', 'system', NOON);
  await turn(ledger, journal);
  return ledger;
}

function took(stock: Record<string, number>, seq = 1): EntryBody {
  const items = Object.entries(stock).map(([sku, n]) => ({ pool: pool(sku), seq, n }));
  return { type: 'took', from: PARENT_WRITER, items };
}

export function sold(orderId: string, lines: Record<string, number>): EntryBody {
  return {
    type: 'sold',
    orderId: orderId as OrderId,
    channel: 'till',
    priority: 0,
    placedAt: NOON.wallMs,
    payments: [],
    lines: Object.entries(lines).map(([sku, n], i) => ({
      lineId: `${i + 1}` as LineId,
      sku: sku as Sku,
      locationId: 'berlin' as LocationId,
      pool: pool(sku),
      quantityBase: n,
      unit: 'piece',
      quantityUnits: n,
      unitPriceMinor: 1_999,
      currency: 'EUR',
      taxRateBp: 1_900,
      taxIncluded: true,
      discounts: [],
      departed: true,
      owed: 0,
    })),
  };
}

export function sell(ledger: Ledger, orderId: string, lines: Record<string, number>, now: Now = NOON): void {
  ledger.append(sold(orderId, lines), orderId, 'cashier:7', now);
}

export function held(holdId: string, lines: Record<string, number>): EntryBody {
  return {
    type: 'held',
    holdId: holdId as HoldId,
    ttlMs: 60_000,
    lines: Object.entries(lines).map(([sku, n]) => ({ pool: pool(sku), n })),
  };
}

/** A terminal under the shop, with a chain of its own, whose entries the shop takes in as they are. */
export class Till {
  readonly ledger: Ledger;
  #known = 0;
  readonly #written: { entry: ReturnType<Ledger['append']>; bytes: Uint8Array; hash: Uint8Array }[] = [];

  constructor(replica: string) {
    const stored: Stored = { self: null, awaitsFormerLives: false, position: 0, streams: [], holds: [] };
    this.ledger = new Ledger(stored, NOTHING, sha256);
    this.ledger.beginLife(writer(replica), 'terminal', SELF, NOON);
    this.#end();
  }

  append(body: EntryBody, docId = '', now: Now = NOON): void {
    this.ledger.append(body, docId, 'cashier:7', now);
    this.#end();
  }

  #end(): void {
    const writes = this.ledger.endTurn();
    for (const run of writes?.runs ?? []) this.#written.push(...run.entries);
    this.ledger.keep();
  }

  /** Puts all that the shop does not know yet into its open turn. */
  relayTo(shop: Ledger): void {
    for (const written of this.#written.slice(this.#known)) {
      shop.absorb(this.ledger.self.writer, written, this.ledger.self.writer.split('.')[0] as ReplicaId);
    }
    this.#known = this.#written.length;
  }
}

const NOTHING: JournalView = {
  findDocument: () => undefined,
  entryAt: () => undefined,
  hashAt: () => undefined,
  lineProgress: () => undefined,
  readStream: (from) => ({ bytes: new Uint8Array(0), to: from }),
  readWriter: (_, afterSeq) => ({ bytes: new Uint8Array(0), to: afterSeq }),
  positionBefore: () => 0,
};

/** A till of the shop, which took the ten lamps that its shop sends it in its second entry. */
export function tillWithLamps(): Till {
  const till = new Till('till-1');
  till.append({ type: 'took', from: SELF, items: [{ pool: pool('lamp'), seq: 2, n: 10 }] });
  return till;
}
