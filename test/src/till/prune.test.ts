/** A till in a browser does not grow for ever: it lets go of what the books have had for long, by the rules of a shop's journal. */
import { IndexedJournal, tillDatabase } from '@tallystick/client-sdk/test-kit';
import type { HoldId, Ledger, OrderId, WriterId } from '@tallystick/crdt';
import {
  held,
  ledgerOn,
  NOON,
  openShop,
  pool,
  SELF,
  sell,
  sold,
  TILL,
  tillWithLamps,
  turn,
  writer,
} from '@tallystick/store-agent/test-kit';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';

Object.assign(globalThis, { IDBKeyRange });

const DAY_MS = 86_400_000;
const on = (day: number) => ({ ...NOON, wallMs: NOON.wallMs + day * DAY_MS });

class Shop {
  readonly #databases = new IDBFactory() as unknown as Parameters<typeof tillDatabase>[0];
  journal!: IndexedJournal;
  ledger!: Ledger;

  /** Ten turns on ten days, with two sales each. Own entries: 2 + 2 a day. */
  static async tenDays(): Promise<Shop> {
    const shop = new Shop();
    shop.journal = await shop.#open();
    shop.ledger = await openShop(shop.journal, { lamp: 100, bulb: 100 });
    for (let day = 1; day <= 10; day += 1) await shop.sellOn(day);
    return shop;
  }

  async sellOn(day: number): Promise<void> {
    sell(this.ledger, `own-${day}a`, { lamp: 1 }, on(day));
    sell(this.ledger, `own-${day}b`, { bulb: 1 }, on(day));
    await turn(this.ledger, this.journal);
  }

  async #open(): Promise<IndexedJournal> {
    return IndexedJournal.open(await tillDatabase(this.#databases, 'kasse'));
  }

  async reopen(): Promise<void> {
    this.journal.close();
    this.journal = await this.#open();
    this.ledger = await ledgerOn(this.journal);
  }

  async settle(seq: number, of: WriterId = SELF, hash = this.journal.view.hashAt(of, seq)): Promise<void> {
    const stream = this.ledger.streams.get(of);
    if (stream === undefined || hash === undefined) throw new Error('no such entry');
    this.ledger.touchHead(stream).settled = { seq, hash };
    await turn(this.ledger, this.journal);
  }

  /** @returns entries that went */
  async prune(day: number, retentionDays = 30): Promise<number> {
    let entries = 0;
    for (let more = true; more; ) {
      const step = await this.journal.prune({ nowMs: on(day).wallMs, retentionMs: retentionDays * DAY_MS });
      entries += step.entries;
      more = step.more;
    }
    return entries;
  }

  /** What is settled now is noted, and when that is old enough, it goes. */
  async pruneInTheEnd(day = 365): Promise<number> {
    await this.prune(day - 30);
    return this.prune(day);
  }

  seqs(of: WriterId = SELF): (number | undefined)[] {
    return Array.from({ length: 22 }, (_, i) => this.journal.view.entryAt(of, i + 1)?.seq);
  }

  kept(): number {
    return this.seqs().filter((seq) => seq !== undefined).length;
  }

  rows(): unknown {
    return [...this.ledger.streams.values()].map((stream) => [
      stream.writer,
      stream.head,
      [...stream.rows()].sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
  }
}

test('[D7] nothing goes that the authority has not settled, or settled with another hash (L4)', async () => {
  const shop = await Shop.tenDays();
  expect(await shop.pruneInTheEnd()).toBe(0);
  await shop.settle(12, SELF, new Uint8Array(32).fill(7));
  expect(await shop.pruneInTheEnd(800)).toBe(0);
});

test('[D7] whole turns below the settled entry go, and it starts and goes on from what they came to (D5, D6)', async () => {
  const shop = await Shop.tenDays();
  shop.ledger.append(held('stays', { lamp: 1 }), 'stays', 'cashier:7', on(11));
  await turn(shop.ledger, shop.journal);
  // Entry 7 shares a turn with 8.
  await shop.settle(7);
  const { position } = shop.journal.view;
  expect(await shop.pruneInTheEnd()).toBe(6);
  const before = shop.rows();
  for (const isReopened of [false, true]) {
    if (isReopened) await shop.reopen();
    const { view } = shop.journal;
    expect(shop.seqs().slice(4, 8)).toEqual([undefined, undefined, 7, 8]);
    expect([view.hashAt(SELF, 5), view.hashAt(SELF, 6)?.length]).toEqual([undefined, 32]);
    expect(shop.rows()).toEqual(before);
    expect([view.position, view.positionBefore(SELF, 1), view.positionBefore(SELF, 7)]).toEqual([
      position,
      6,
      6,
    ]);
    expect(view.readStream(0, 1)).toEqual(view.readStream(6, 1));
    expect(view.readStream(0, 1).to).toBe(7);
    expect(view.readWriter(SELF, 0, 1).to).toBe(7);
    expect(shop.ledger.holds.has('stays' as HoldId)).toBe(true);
    expect(view.sales.map(({ number }) => number).slice(0, 2)).toEqual([5, 6]);
  }
  await shop.settle(22);
  expect(await shop.pruneInTheEnd(800)).toBe(16);
  await shop.reopen();
  await shop.sellOn(801);
  // Receipts are numbered on.
  expect(shop.journal.view.sales.map(({ number }) => number)).toEqual([21, 22]);
  await shop.reopen();
  expect(shop.ledger.self.row(pool('lamp')).used).toBe(11);
});

test('[D7] nothing goes that is younger than the retention', async () => {
  const shop = await Shop.tenDays();
  await shop.settle(22);
  await shop.prune(5, 5);
  expect(await shop.prune(10, 5)).toBe(2 + 2 * 5);
});

test('[D7] [F6] what was settled only lately stays, however old it is; books that were put back begin its time anew', async () => {
  const shop = await Shop.tenDays();
  await shop.settle(12);
  expect([await shop.prune(365), await shop.prune(394)]).toEqual([0, 0]);
  // It is back before anybody looks.
  await shop.settle(6);
  await shop.settle(12);
  await shop.reopen();
  expect([await shop.prune(395), await shop.prune(396), await shop.prune(424)]).toEqual([6, 0, 0]);
  await shop.reopen();
  expect(await shop.prune(425)).toBe(6);
});

test('[D7] a clock that is set back lets nothing go early, and one that was ahead is believed no longer than it lasts', async () => {
  const shop = await Shop.tenDays();
  await shop.settle(22);
  await shop.prune(4_000);
  // The note of the far day is none of this one: its time begins here.
  expect([await shop.prune(12), await shop.prune(41)]).toEqual([0, 0]);
  expect(await shop.prune(42)).toBe(22);
});

test('[F3a] entries of writers below stay, and hold back nothing', async () => {
  const shop = await Shop.tenDays();
  const till = tillWithLamps();
  till.append(sold('till-1', { lamp: 1 }), 'till-1', on(11));
  till.relayTo(shop.ledger);
  await turn(shop.ledger, shop.journal);
  await shop.sellOn(12);
  await shop.settle(24);
  await shop.settle(3, TILL);
  const before = shop.rows();
  expect(await shop.pruneInTheEnd()).toBe(24);
  for (const isReopened of [false, true]) {
    if (isReopened) await shop.reopen();
    expect(shop.seqs(TILL).slice(0, 4)).toEqual([1, 2, 3, undefined]);
    expect(shop.rows()).toEqual(before);
    expect(shop.journal.view.positionBefore(TILL, 1)).toBe(22);
    expect(shop.journal.view.findDocument('order', 'till-1')).toEqual({ writer: TILL, seq: 3 });
  }
  await shop.sellOn(900);
  await shop.reopen();
  expect(shop.journal.view.readStream(0, 1_000_000).to).toBe(shop.journal.view.position);
});

test('[F5] what a writer said after its fence stays, and the life after it is let go of all the same', async () => {
  const shop = await Shop.tenDays();
  const { ledger } = shop;
  // In the middle of a turn.
  const hash = shop.journal.view.hashAt(SELF, 13) as Uint8Array;
  ledger.touchHead(ledger.self).fence = { seq: 13, hash, reason: 'rollback' };
  await turn(ledger, shop.journal);
  const next = writer('berlin', 2, 'b');
  ledger.beginLife(next, 'store', SELF, on(11));
  await turn(ledger, shop.journal);
  sell(ledger, 'after', {}, on(12));
  await turn(ledger, shop.journal);
  const { head } = ledger.self;
  await shop.settle(22);
  await shop.settle(head.seq, next);
  expect(await shop.pruneInTheEnd()).toBe(13 + head.seq);
  for (const isReopened of [false, true]) {
    if (isReopened) await shop.reopen();
    expect(shop.ledger.self.writer).toBe(next);
    expect(shop.seqs()).toEqual([...new Array(13).fill(undefined), 14, 15, 16, 17, 18, 19, 20, 21, 22]);
    expect(shop.journal.view.readWriter(SELF, 13, 1).to).toBe(14);
    expect(shop.journal.view.sales.map(({ number }) => number)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20]);
    // What is kept is found where it always stood.
    expect(shop.journal.view.positionBefore(SELF, 14)).toBe(13);
    expect(shop.journal.view.readStream(13, 1).to).toBe(14);
    expect(shop.journal.view.readStream(22, 1_000).bytes).toHaveLength(0);
  }
});

test('[T8] documents outlive their entries by a season, and no longer', async () => {
  const shop = await Shop.tenDays();
  await shop.settle(22);
  await shop.prune(60, 1);
  expect(await shop.prune(80, 1)).toBe(22);
  await shop.reopen();
  expect(shop.journal.view.findDocument('order', 'own-1a')).toEqual({ writer: SELF, seq: 3 });
  expect(shop.ledger.documentEntry('order', 'own-1a')).toBeUndefined();
  for (const day of [81, 82, 83]) await shop.sellOn(day);
  await shop.settle(28);
  await shop.prune(90, 1);
  await shop.prune(96, 1);
  for (const isReopened of [false, true]) {
    if (isReopened) await shop.reopen();
    expect(shop.journal.view.findDocument('order', 'own-5a')).toBeUndefined();
    expect(shop.journal.view.findDocument('order', 'own-7a')).toBeDefined();
    expect(shop.ledger.lineProgress('own-1a' as OrderId, '1' as never)).toMatchObject({ cancelled: 0 });
  }
});

test('a long journal is let go of in steps that are bounded', async () => {
  const shop = await Shop.tenDays();
  for (let i = 0; i < 600; i += 1) {
    sell(shop.ledger, `order-${i}`, {}, on(11));
    await turn(shop.ledger, shop.journal);
  }
  await shop.settle(622);
  await shop.prune(300);
  const first = await shop.journal.prune({ nowMs: on(365).wallMs, retentionMs: 30 * DAY_MS });
  expect(first).toMatchObject({ more: true });
  expect(first.entries).toBeLessThan(600);
  expect(first.entries + (await shop.prune(365))).toBe(622);
  expect(shop.kept()).toBe(0);
});
