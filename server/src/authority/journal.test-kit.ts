/** A small tree over the books: an authority on Postgres, and a shop that sells into it from memory. */
import { createHash, randomBytes } from 'node:crypto';
import {
  type Command,
  type Directory,
  decodeEntry,
  defaultSettings,
  type EntryRef,
  type JournalView,
  type LineId,
  type LocationId,
  type Now,
  type OrderId,
  type OrderMark,
  type PoolId,
  Replica,
  type ReplicaId,
  replicaOf,
  type Sku,
  type Stored,
  type Tools,
  type WriterId,
  type Writes,
  type WrittenEntry,
} from '@tallystick/crdt';
import { joinEntries, type StreamFrame, splitEntries } from '@tallystick/crdt/wire';
import type pg from 'pg';
import { PgJournal } from './journal.ts';
import { freshDatabase } from './postgres/database.test-kit.ts';
import { NotPrefetched } from './prefetched-view.ts';
import { questionsOfCommand, questionsOfFrame } from './questions.ts';

export const NOW: Now = { wallMs: 1_700_000_000_000, monotonicMs: 1_000, bootId: 'ab'.repeat(16) };
const SHOP = 'shop' as ReplicaId;
const AUTHORITY = 'root' as ReplicaId;
export const LAMP = 'lamp@shop' as PoolId;

/** The authority keeps this pool itself; all others are somebody's, nobody knows whose. */
export const DEPOT_LAMP = 'lamp@depot' as PoolId;
const ofAuthority: Directory = {
  keeperOf: (location) => (location === 'depot' ? AUTHORITY : undefined),
  isShared: () => false,
  parentOf: () => undefined,
};

function testTools(directory: Directory): Tools {
  return {
    sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    nonce: () => randomBytes(16).toString('hex'),
    directory,
  };
}

export class TestAuthority {
  readonly journal: PgJournal;
  readonly replica: Replica;

  private constructor(journal: PgJournal, replica: Replica) {
    this.journal = journal;
    this.replica = replica;
  }

  static async open(pool: pg.Pool): Promise<TestAuthority> {
    const journal = new PgJournal(pool);
    const settings = defaultSettings(AUTHORITY, 'authority');
    const replica = new Replica(settings, await journal.load(), journal.view, testTools(ofAuthority));
    return new TestAuthority(journal, replica);
  }

  /** Begins the authority's life in the books. */
  async begin(): Promise<this> {
    await this.turn(() => this.replica.beginLife(null, NOW));
    return this;
  }

  headOf = (writer: WriterId): number => this.replica.ledger.streams.get(writer)?.head.seq ?? 0;

  /** Decides a turn and leaves it open: the caller commits it. Commands and frames foresee all that they ask. */
  async decide(act: () => void, mayAsk = true): Promise<Writes | undefined> {
    for (;;) {
      try {
        act();
        return this.replica.endTurn(NOW);
      } catch (error) {
        if (!mayAsk || !(error instanceof NotPrefetched)) throw error;
        this.replica.putBack();
        await this.journal.prefetch(error.questions);
      }
    }
  }

  async turn(act: () => void, mayAsk = true): Promise<'committed' | 'behind' | 'nothing'> {
    const writes = await this.decide(act, mayAsk);
    if (writes === undefined) return 'nothing';
    const outcome = await this.journal.commit(writes);
    if (outcome === 'committed') this.replica.keep(NOW);
    else this.replica.putBack();
    return outcome;
  }

  async execute(command: Command): Promise<'committed' | 'behind' | 'nothing'> {
    await this.journal.prefetch(questionsOfCommand(command, this.headOf));
    return await this.turn(() => this.replica.execute(1, command, NOW), false);
  }

  /** Opens a session for this writer and takes its frames in, one commit a frame. */
  async take(
    shop: TestShop,
    frame: StreamFrame,
    mayAsk = false,
  ): Promise<'committed' | 'behind' | 'nothing'> {
    await this.journal.prefetch(questionsOfFrame(frame, this.headOf));
    return await this.turn(() => this.takeIn(shop, frame), mayAsk);
  }

  takeIn(shop: TestShop, frame: StreamFrame): void {
    this.replica.hub.open(shop.hello(), this.replica.moving.places, NOW);
    this.replica.frame(replicaOf(shop.writer), frame, NOW);
  }

  /** Puts into memory what other processes committed. */
  async catchUp(): Promise<number> {
    const { ledger } = this.replica;
    const found = await this.journal.readAfter(ledger.durablePosition, 100_000);
    for (const run of found.runs) {
      for (const bytes of splitEntries(run.bytes)) {
        ledger.absorb(run.writer, { entry: decodeEntry(bytes), bytes, hash: ledger.hash(bytes) }, run.via);
      }
    }
    ledger.keep();
    return found.runs.length;
  }
}

/** A shop whose journal is an array: it makes real, chained entries. */
export class TestShop {
  readonly replica: Replica;
  readonly entries: WrittenEntry[] = [];
  #sent = 0;

  constructor(parent: WriterId, name: string = SHOP) {
    const stored: Stored = {
      self: null,
      awaitsFormerLives: false,
      position: 0,
      streams: [],
      holds: [],
    };
    const own: Directory = {
      keeperOf: () => name as ReplicaId,
      isShared: () => false,
      parentOf: () => undefined,
    };
    this.replica = new Replica(
      defaultSettings(name as ReplicaId, 'store'),
      stored,
      emptyView,
      testTools(own),
    );
    this.replica.beginLife(parent, NOW);
    this.#commit();
  }

  get writer(): WriterId {
    return this.replica.ledger.self.writer;
  }

  hello() {
    const { writer, head } = this.replica.ledger.self;
    return {
      kind: 'hello' as const,
      protocol: { min: 1, max: 1 },
      channels: [],
      writer,
      replicaKind: 'store' as const,
      parentSeen: null,
      heads: [{ writer, seq: head.seq, hash: head.hash }],
      wantsLevels: false,
      catalogueVersion: 0,
      signature: new Uint8Array(0),
    };
  }

  execute(command: Command): void {
    this.replica.execute(1, command, NOW);
    const answer = this.#commit();
    if (answer?.ok !== true) throw new Error(`the shop refuses: ${JSON.stringify(answer)}`);
  }

  /** Takes back an order, as a shop does that still knows it. */
  cancel(id: string, orderId: string, n: number): void {
    const lines = [{ lineId: '1' as LineId, pool: LAMP, n }];
    const body = { type: 'cancelled', orderId: orderId as OrderId, reason: 'asked to', lines } as const;
    this.replica.ledger.append(body, id, 'clerk:1', NOW);
    this.#commit();
  }

  /** Says how far an order has come, likewise. */
  mark(orderId: string, mark: OrderMark): void {
    this.replica.ledger.append(
      { type: 'marked', orderId: orderId as OrderId, mark },
      orderId,
      'clerk:1',
      NOW,
    );
    this.#commit();
  }

  /** What no honest shop says: an order that names one line twice. */
  sellOneLineTwice(id: string): void {
    const { channel, priority, placedAt, payments, lines } = saleOf(id, 1);
    const sold = lines.map((line) => ({
      ...line,
      locationId: 'shop' as LocationId,
      pool: LAMP,
      departed: true,
      owed: 0,
    }));
    const again = sold.map((line) => ({ ...line, quantityBase: 2, quantityUnits: 2 }));
    const head = { orderId: id as OrderId, channel, priority, placedAt, payments };
    this.replica.ledger.append({ type: 'sold', ...head, lines: [...sold, ...again] }, id, 'clerk:1', NOW);
    this.#commit();
  }

  receive(id: string, n: number, pool = LAMP): void {
    this.execute({ type: 'receive', id, actor: 'clerk:1', cause: 'delivery', lines: [{ pool, n }] });
  }

  sell(id: string, quantity: number, pool = LAMP): void {
    this.execute(saleOf(id, quantity, pool));
  }

  /** What it wrote since the last frame. */
  frame(): StreamFrame {
    const from = this.#sent;
    this.#sent = this.entries.length;
    return this.frameOf(this.entries.slice(from), from);
  }

  frameOf(entries: readonly WrittenEntry[], from: number): StreamFrame {
    const to = from + entries.length;
    return { kind: 'stream', writer: this.writer, base: from, from, to, entries: joinEntries(entries) };
  }

  #commit() {
    const writes = this.replica.endTurn(NOW);
    for (const run of writes?.runs ?? []) this.entries.push(...run.entries);
    return this.replica.keep(NOW).answers[0]?.answer;
  }
}

export function saleOf(
  id: string,
  quantity: number,
  pool: PoolId = LAMP,
): Extract<Command, { type: 'sell' }> {
  const [sku, location] = pool.split('@') as [Sku, LocationId];
  return {
    type: 'sell',
    id,
    actor: 'cashier:7',
    channel: 'till',
    priority: 0,
    placedAt: NOW.wallMs,
    payments: [],
    departsFrom: [location],
    lines: [
      {
        lineId: '1' as LineId,
        sku,
        locationId: location,
        quantityBase: quantity,
        unit: 'piece',
        quantityUnits: quantity,
        unitPriceMinor: 1_999,
        currency: 'EUR',
        taxRateBp: 1_900,
        taxIncluded: true,
        discounts: [],
      },
    ],
  };
}

const emptyView: JournalView = {
  findDocument: (): EntryRef | undefined => undefined,
  entryAt: () => undefined,
  hashAt: () => undefined,
  lineProgress: (_order: OrderId) => undefined,
  readStream: (from) => ({ bytes: new Uint8Array(0), to: from }),
  readWriter: (_writer, after) => ({ bytes: new Uint8Array(0), to: after }),
  positionBefore: () => 0,
};

/** Fresh books, one process of their authority, and a shop that has not said a word yet. */
export async function booksWithShop() {
  const database = await freshDatabase();
  const authority = await (await TestAuthority.open(database.pool)).begin();
  const shop = new TestShop(authority.replica.ledger.self.writer);
  return { ...database, authority, shop };
}
