/**
 * A shop in one process: engine, SQLite journal and witness as an agent has them, without a door.
 * Its sales are asked for in the process itself. Started as a helper of a bench.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  defaultSettings,
  type LocationId,
  poolId,
  Replica,
  type ReplicaId,
  type Sku,
} from '@tallystick/crdt';
import { Engine } from '@tallystick/crdt/host';
import { nodeMachine, SqliteJournal, sha256, Witness } from '@tallystick/store-agent';
import type { Round } from '../bench.ts';
import { roundByClients } from '../clients.ts';
import { roundOf } from '../figures.ts';
import { answer } from '../helper.ts';
import { orderId } from '../http-request.ts';
import { saleAt } from '../sale.ts';
import { drawOrders, OPENING_UNITS, skuNames, type Trade, type TradeLine } from '../trade.ts';

const SHOP = 'berlin' as ReplicaId;
const PLACE = 'berlin' as LocationId;
const ORDERS = 4_096;
const SEED = 11;

let engine: Engine;
let orders: TradeLine[][] = [];

async function open({ folder, trade }: { folder: string; trade: Trade }): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const journal = SqliteJournal.open({ folder });
  const witness = Witness.open(join(folder, 'witness'));
  const directory = { keeperOf: () => SHOP, isShared: () => false, parentOf: () => undefined };
  const replica = new Replica(defaultSettings(SHOP, 'store'), journal.load(), journal.view, {
    sha256,
    nonce: () => randomBytes(16).toString('hex'),
    directory,
  });
  engine = new Engine(
    replica,
    {
      commit: (writes) => {
        journal.commit(writes);
        const { writer, head } = replica.ledger.self;
        witness.note(writer, head.seq, head.hash);
        witness.flushIfDue(performance.now());
        return 'committed';
      },
    },
    {
      send: () => {},
      hangUp: () => {},
      newLife: () => {},
      failed: (error) => {
        throw error;
      },
    },
    nodeMachine(),
  );
  await engine.runDurably((one, now) => one.beginLife(null, now));
  const lines = skuNames(trade).map((sku) => ({ pool: poolId(sku as Sku, PLACE), n: OPENING_UNITS }));
  const answered = await engine.submit({
    type: 'receive',
    id: 'opening',
    actor: 'bench',
    cause: 'delivery',
    lines,
  });
  if (!answered.ok) throw new Error(answered.message);
  // As an agent does it between its start and its first customers.
  while (!journal.lengthenLog());
  orders = drawOrders(trade, ORDERS, SEED);
}

let n = 0;
const series = randomBytes(12).toString('hex');

async function sell(): Promise<void> {
  const lines = orders[n % ORDERS] as TradeLine[];
  const command = saleAt(SHOP, orderId(series, n), lines);
  n += 1;
  const answered = await engine.submit(command);
  if (!answered.ok) throw new Error(answered.message);
}

/** As fast as so many tills can, each waiting for its receipt. */
function fast({ tills, seconds }: { tills: number; seconds: number }): Promise<Round> {
  const clients = Array.from({ length: tills }, () => ({ once: sell, close: () => {} }));
  return roundByClients(clients, seconds);
}

/** So many a second, evenly, whether those before have ended or not; each is measured from when it was due. */
async function paced({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<Round> {
  const tookMs: number[] = [];
  const startMs = performance.now();
  const count = Math.floor(perSecond * seconds);
  const sales: Promise<unknown>[] = [];
  while (sales.length < count) {
    const dueMs = startMs + (sales.length * 1_000) / perSecond;
    if (performance.now() < dueMs) {
      // A timer would be late by up to a millisecond, and its lateness be taken for ours.
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    sales.push(sell().then(() => tookMs.push(performance.now() - dueMs)));
  }
  await Promise.all(sales);
  return roundOf(tookMs, (performance.now() - startMs) / 1_000);
}

answer({ open, fast, paced });
