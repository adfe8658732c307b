/**
 * Children: shops under one parent, each with engine, SQLite journal and link as an agent has them,
 * in one process. They sell with their lines down, and then all send at once. Started as a helper.
 */
import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { mkdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import {
  defaultSettings,
  type LocationId,
  poolId,
  Replica,
  type ReplicaId,
  type Sku,
} from '@tallystick/crdt';
import { createLog, enrol, Host, openIdentity, SqliteJournal, sha256 } from '@tallystick/store-agent';
import { getJson } from '../../chaos/http.ts';
import type { Round } from '../bench.ts';
import { roundOf } from '../figures.ts';
import { answer } from '../helper.ts';
import { orderId } from '../http-request.ts';
import { paced } from '../paced.ts';
import { saleAt } from '../sale.ts';
import { drawOrders, OPENING_UNITS, type TradeLine } from '../trade.ts';

export interface OpenChildren {
  readonly folder: string;
  readonly linkUrl: string;
  readonly children: readonly {
    readonly id: string;
    readonly code: string;
    readonly skus: readonly string[];
  }[];
}

export interface Drained {
  readonly ms: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** A little file, for a hundred journals on one disk. */
const RESERVE_BYTES = 4_096;
/** Sales of one shop that are decided in one turn: a busy shop's, so that journals look like one. */
const SALES_A_TURN = 100;
const ORDERS = 8_192;
const LINK_TIMES = { retryMsMin: 20, retryMsMax: 100, handshakeMs: 20_000 };
const RESEND_MS = 1_000;
/** Between two looks at another region; what is measured is too long by half of it, on average. */
const LOOK_EVERY_MS = 4;
const LATEST_MS = 30_000;

class Child {
  readonly host: Host;
  readonly #id: string;
  readonly #skus: readonly string[];
  readonly #orders: TradeLine[][];
  readonly #series = randomBytes(12).toString('hex');
  #sold = 0;
  #catalogueVersion = 0;

  constructor(folder: string, linkUrl: string, id: string, skus: readonly string[], seed: number) {
    this.#id = id;
    this.#skus = skus;
    this.#orders = drawOrders({ skus: skus.length, linesPerOrder: 1 }, ORDERS, seed);
    const journal = SqliteJournal.open({ folder, reserveBytes: RESERVE_BYTES });
    const self = id as ReplicaId;
    const directory = { keeperOf: () => self, isShared: () => false, parentOf: () => undefined };
    const replica = new Replica(defaultSettings(self, 'store'), journal.load(), journal.view, {
      sha256,
      nonce: () => randomBytes(16).toString('hex'),
      directory,
    });
    this.host = new Host({
      id: self,
      replica,
      journal: { commit: (writes) => journal.commit(writes) },
      catalogue: {
        version: () => this.#catalogueVersion,
        since: () => [],
        publicKeyOf: () => undefined,
        parentOf: () => undefined,
        replica: () => undefined,
      },
      log: createLog(id, 'error'),
      resendMs: RESEND_MS,
      parent: {
        url: linkUrl,
        identity: openIdentity(join(folder, 'identity.pem')),
        times: LINK_TIMES,
      },
      serve: async () => ({ ok: false, code: 'invalid_request', message: 'A bench serves no calls.' }),
      enrol: async () => ({ kind: 'refuse', code: 'forbidden', message: 'A bench has no children.' }),
      // A shop that sells by command needs nothing of it; its parent need not say it twice.
      onCatalogue: ({ to }) => {
        this.#catalogueVersion = to;
      },
      onFailure: (error) => {
        throw error;
      },
    });
  }

  get unsettled(): number {
    const { ledger } = this.host.engine.replica;
    return ledger.hasLife ? ledger.self.head.seq - ledger.self.head.settled.seq : 1;
  }

  async stock(): Promise<void> {
    const lines = this.#skus.map((sku) => ({
      pool: poolId(sku as Sku, this.#id as LocationId),
      n: OPENING_UNITS,
    }));
    const receive = {
      type: 'receive',
      id: `opening-${this.#id}`,
      actor: 'bench',
      cause: 'delivery',
      lines,
    } as const;
    const answered = await this.host.engine.submit(receive);
    if (!answered.ok) throw new Error(answered.message);
  }

  async sell(count: number): Promise<void> {
    for (let left = count; left > 0; left -= SALES_A_TURN) {
      await Promise.all(Array.from({ length: Math.min(left, SALES_A_TURN) }, () => this.#sellNext()));
    }
  }

  #sellNext(): Promise<void> {
    const lines = this.#orders[this.#sold % ORDERS] as TradeLine[];
    return this.sellLines(
      lines.map(({ quantity, sku }) => {
        return { quantity, sku: this.#skus[Number(sku.slice('SKU-'.length))] as string };
      }),
    );
  }

  async sellLines(lines: readonly TradeLine[]): Promise<void> {
    const answered = await this.host.engine.submit(
      saleAt(this.#id, orderId(this.#series, this.#sold++), lines),
    );
    if (!answered.ok) throw new Error(answered.message);
  }
}

const sockets = new Set<Socket>();
subscribe('net.client.socket', (message) => {
  sockets.add((message as { socket: Socket }).socket);
});

const children: Child[] = [];

async function open({ folder, linkUrl, children: wanted }: OpenChildren): Promise<void> {
  for (const [i, { id, code, skus }] of wanted.entries()) {
    const own = join(folder, id);
    mkdirSync(own, { recursive: true });
    await enrol(linkUrl, id as ReplicaId, code, openIdentity(join(own, 'identity.pem')));
    const child = new Child(own, linkUrl, id, skus, i + 1);
    children.push(child);
    child.host.start();
    await until(() => child.host.engine.replica.ledger.hasLife);
    await child.stock();
  }
  await settled();
  for (const { host } of children) host.parent?.stop();
}

async function fill({ sales }: { sales: number }): Promise<void> {
  for (const child of children) await child.sell(Math.floor(sales / children.length));
}

/** From the moment when the lines come back until the books have everything, and every shop was told. */
async function drain(): Promise<Drained> {
  sockets.clear();
  const startMs = performance.now();
  for (const { host } of children) host.parent?.start();
  await settled();
  const ms = performance.now() - startMs;
  const sum = (bytes: (socket: Socket) => number) => [...sockets].reduce((all, one) => all + bytes(one), 0);
  const drained = { ms, bytesUp: sum((one) => one.bytesWritten), bytesDown: sum((one) => one.bytesRead) };
  for (const { host } of children) host.parent?.stop();
  return drained;
}

function settled(): Promise<void> {
  return until(() => children.every(({ unsettled }) => unsettled === 0));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export interface AskSpread {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly skus: readonly string[];
}

/**
 * Sells at a pace, and asks another region what it shows. Each sale takes one unit, so a level tells
 * how many sales of its pool are seen there; each is measured from the moment when it was due.
 */
async function spread({ port, perSecond, seconds, skus }: AskSpread): Promise<Round> {
  const shop = children[0] as Child;
  const watches = new Map<string, { readonly dueMs: number[]; before: number; seen: number }>();
  const levels = await levelsOf(port);
  for (const sku of skus) watches.set(sku, { dueMs: [], before: levels.get(sku) ?? 0, seen: 0 });
  const tookMs: number[] = [];
  const count = Math.floor(perSecond * seconds);
  const startMs = performance.now();
  const selling = paced(startMs, perSecond, count, (n, dueMs) => {
    const sku = skus[n % skus.length] as string;
    watches.get(sku)?.dueMs.push(dueMs);
    return shop.sellLines([{ sku, quantity: 1 }]);
  });
  while (tookMs.length < count) {
    const shown = await levelsOf(port);
    const nowMs = performance.now();
    for (const [sku, watch] of watches) {
      if (watch.seen === watch.dueMs.length) continue;
      const seen = watch.before - (shown.get(sku) ?? watch.before);
      for (; watch.seen < seen; watch.seen += 1) tookMs.push(nowMs - (watch.dueMs[watch.seen] as number));
    }
    if (performance.now() - startMs > seconds * 1_000 + LATEST_MS) throw new Error('A level was never seen.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  await selling;
  return roundOf(tookMs, (performance.now() - startMs) / 1_000);
}

/** On hand, as the API of a region shows it. */
async function levelsOf(port: number): Promise<Map<string, number>> {
  const page = await getJson(port, '/v1/inventory?limit=250');
  const items = (page?.items ?? []) as readonly { readonly sku: string; readonly onHand: number }[];
  return new Map(items.map(({ sku, onHand }) => [sku, onHand]));
}

async function linkUp(): Promise<void> {
  for (const { host } of children) host.parent?.start();
  await until(() => children.every(({ host }) => host.parent?.state === 'up'));
}

answer({ open, fill, drain, linkUp, spread });
