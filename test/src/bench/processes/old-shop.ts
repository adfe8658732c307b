/** Makes the data folder of a shop that has traded for years, and ends. Started as a helper. */
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
  type WriterId,
} from '@tallystick/crdt';
import { Engine } from '@tallystick/crdt/host';
import {
  Catalogue,
  nodeMachine,
  openIdentity,
  SqliteJournal,
  sha256,
  writeAgentFile,
} from '@tallystick/store-agent';
import { answer } from '../helper.ts';
import { orderId } from '../http-request.ts';
import { location, product } from '../root.ts';
import { saleAt } from '../sale.ts';
import { OPENING_UNITS, skuName } from '../trade.ts';

export interface MakeShop {
  readonly folder: string;
  readonly pools: number;
  readonly entries: number;
}

const SHOP = 'berlin';
const PARENT = `authority.1.${'ab'.repeat(16)}` as WriterId;
/** Nobody listens there: the discard service of another age. */
const NOWHERE = 'ws://127.0.0.1:9/link';
/** A shop's turns are small; these make a file whose runs are of a like size, in less time. */
const SALES_A_TURN = 100;
const RECEIVED_AT_ONCE = 10_000;

async function make({ folder, pools, entries }: MakeShop): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeAgentFile(folder, { replica: SHOP, kind: 'store', location: SHOP, parentUrl: NOWHERE, port: 0 });
  openIdentity(join(folder, 'identity.pem'));
  const catalogue = new Catalogue(join(folder, 'catalogue.db'));
  const items = [location(SHOP, 'store'), product(skuName(0))].map(({ kind, id, body }, i) => {
    return { kind, id, version: i + 1, body: JSON.stringify(body) };
  });
  catalogue.apply({ from: 0, to: items.length, items }, Date.now());
  const journal = SqliteJournal.open({ folder });
  const replica = new Replica(defaultSettings(SHOP as ReplicaId, 'store'), journal.load(), journal.view, {
    sha256,
    nonce: () => randomBytes(16).toString('hex'),
    directory: catalogue,
  });
  const engine = new Engine(
    replica,
    { commit: (writes) => journal.commit(writes) },
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
  await engine.runDurably((one, now) => one.beginLife(PARENT, now));
  const pool = (n: number) => poolId(skuName(n) as Sku, SHOP as LocationId);
  for (let at = 0; at < pools; at += RECEIVED_AT_ONCE) {
    const lines = Array.from({ length: Math.min(RECEIVED_AT_ONCE, pools - at) }, (_, i) => {
      return { pool: pool(at + i), n: OPENING_UNITS };
    });
    const answered = await engine.submit({
      type: 'receive',
      id: `opening-${at}`,
      actor: 'bench',
      cause: 'delivery',
      lines,
    });
    if (!answered.ok) throw new Error(answered.message);
  }
  let sold = 0;
  while (replica.ledger.durablePosition < entries) {
    await Promise.all(
      Array.from({ length: SALES_A_TURN }, async () => {
        const lines = [{ sku: skuName(sold % pools), quantity: 1 }];
        const answered = await engine.submit(saleAt(SHOP, orderId('f'.repeat(24), sold++), lines));
        if (!answered.ok) throw new Error(answered.message);
      }),
    );
  }
  await engine.stop();
  journal.close();
  catalogue.close();
}

answer({ make });
