/** spread: a sale over a counter in one region, until another region's API shows the new level. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import { enrol, openIdentity, writeAgentFile } from '@tallystick/store-agent';
import { untilItWorks } from '../chaos/fleet.ts';
import { getJson } from '../chaos/http.ts';
import type { Bench, Case, Place, Round } from './bench.ts';
import { openServer } from './books.ts';
import { startHelper } from './helper.ts';
import type { OpenChildren } from './processes/children.ts';
import { ONE_ADDRESS } from './rates.ts';
import { location, openRoot, product, type Root, startProgram } from './root.ts';
import type { Target } from './target.ts';
import { skuNames } from './trade.ts';

const TRADE = { skus: 10, linesPerOrder: 1 };
const RATES = [10, 100, 1_000];
const UP_MS = 60_000;
const SHOP = 'berlin';

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const root = await openRoot(place, server.url);
  await root.putCatalogue([location(SHOP, 'store'), ...skuNames(TRADE).map(product)]);
  const near = await openRegion(place, root, 'eu');
  const far = await openRegion(place, root, 'us');
  const shop = startHelper(place, './processes/children.ts');
  const code = await root.addReplica({ id: SHOP, kind: 'store', parent: 'eu', location: SHOP });
  const asked: OpenChildren = {
    folder: join(place.folder, 'shops'),
    linkUrl: `ws://127.0.0.1:${near}/link`,
    children: [{ id: SHOP, code, skus: skuNames(TRADE) }],
  };
  await shop.ask('open', asked);
  await shop.ask('linkUp', {});
  return RATES.map((perSecond) => ({
    name: `${perSecond}-a-second`,
    note: `one shop under one region, ${perSecond} sales a second of ${TRADE.skus} SKUs; the other region's API asked for its levels every 4 ms`,
    round: (seconds) => shop.ask<Round>('spread', { port: far, perSecond, seconds, skus: skuNames(TRADE) }),
  }));
}

/** @returns its port. */
async function openRegion(place: Place, root: Root, id: string): Promise<number> {
  const folder = join(place.folder, id);
  mkdirSync(folder, { recursive: true });
  const code = await root.addReplica({ id, kind: 'region', parent: 'authority', location: null });
  await enrol(root.linkUrl, id as ReplicaId, code, openIdentity(join(folder, 'identity.pem')));
  writeAgentFile(folder, {
    replica: id,
    kind: 'region',
    location: null,
    parentUrl: root.linkUrl,
    port: 0,
    settings: ONE_ADDRESS,
  });
  const { url } = await startProgram(place, id, 'region').start();
  const port = Number(new URL(url).port);
  await untilItWorks(`${id} has the catalogue`, UP_MS, async () => {
    if ((await getJson(port, `/v1/inventory/${skuNames(TRADE).at(-1)}`)) === undefined)
      throw new Error('not yet');
  });
  return port;
}

const lateness: Target = {
  text: 'p99 ms at 100 a second',
  bound: 100,
  is: 'at most',
  value: (results) => results.get('100-a-second')?.p99Ms?.median,
};

export const spread: Bench = {
  name: 'spread',
  about: 'from a sale at a counter until the API of another region shows the new level',
  rounds: 3,
  seconds: 2,
  open,
  targets: [lateness],
};
