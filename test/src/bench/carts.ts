/** carts: a shopper's edit on one device until the other device shows it, with stock clients on both. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Absent, Bench, Case, Place, Round } from './bench.ts';
import { startHelper } from './helper.ts';
import type { CartLoad } from './processes/cart-load.ts';
import type { Target } from './target.ts';
import { ratio } from './target.ts';

/** Two stock clients each, which edit in turn. */
const CARTS = 200;
/** Not among the packages of this repository: it brings a database engine that nothing else here wants. */
const PEER = 'y-websocket-2';
const PEER_INSTALL = `npm install --no-save ${PEER}@npm:y-websocket@2.1.0`;

async function open(place: Place): Promise<(Case | Absent)[]> {
  const region = await startHelper(place, './processes/cart-region.ts').ask<string>('open', {});
  const ours = cartCase(
    place,
    'carts',
    region,
    'a region process; every edit on disk before anybody hears of it',
  );
  return [ours, await peerCase(place)];
}

function cartCase(place: Place, name: string, url: string, note: string, path = '/v1/carts/live'): Case {
  const load = startHelper(place, './processes/cart-load.ts');
  return {
    name,
    note: `${note}; ${CARTS} carts with two clients each`,
    round: (seconds) => load.ask<Round>('edits', { url, path, carts: CARTS, seconds } satisfies CartLoad),
  };
}

async function peerCase(place: Place): Promise<Case | Absent> {
  const name = 'y-websocket';
  let server: string;
  try {
    const main = createRequire(import.meta.url).resolve(`${PEER}/package.json`);
    server = join(dirname(main), 'bin', 'server.cjs');
  } catch {
    return { name, absent: `it is not installed here. Install it with: ${PEER_INSTALL}` };
  }
  const url = await startHelper(place, './processes/cart-peer.ts').ask<string>('open', { server });
  return cartCase(place, name, url, 'y-websocket 2.1’s own server, which saves nothing', '');
}

const promptness: Target = {
  text: 'p99 of carts against that of y-websocket',
  bound: 1,
  is: 'at most',
  value: (results) => {
    const [ours, peer] = [results.get('carts')?.p99Ms, results.get('y-websocket')?.p99Ms];
    return ours === undefined || peer === undefined ? undefined : ours.median / peer.median;
  },
};

export const carts: Bench = {
  name: 'carts',
  about: 'an edit of a cart until the other device shows it, with stock Yjs clients',
  rounds: 3,
  seconds: 4,
  open,
  targets: [ratio('carts', 'y-websocket', 1), promptness],
};
