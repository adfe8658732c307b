/** carts: a shopper's edit on one device until the other device shows it, with stock clients on both. */
import { join } from 'node:path';
import type { Absent, Bench, Case, Place, Round } from './bench.ts';
import { cartPeers } from './cart-peers.ts';
import { memoryOf } from './cpu.ts';
import { startHelper } from './helper.ts';
import type { OpenHocuspocus } from './processes/cart-hocuspocus.ts';
import type { CartLoad } from './processes/cart-load.ts';
import { SERVER_FLAGS } from './server-flags.ts';
import type { Target } from './target.ts';
import { ratio } from './target.ts';

/** Two stock clients each, which edit in turn. */
const CARTS = 200;
/** Looked at by one client each, which does nothing. */
const IDLE_CARTS = 10_000;
/** Of the cart that is opened. */
const EDITS = 1_000;

async function open(place: Place): Promise<(Case | Absent)[]> {
  const region = startHelper(place, './processes/cart-region.ts', SERVER_FLAGS);
  const ours = cartCase(
    place,
    'carts',
    { url: await region.ask<string>('open', {}), pid: region.pid, path: '/v1/carts/live' },
    'a region process; every edit on disk before anybody hears of it',
  );
  place.say('carts: looking for peers');
  return [ours, ...(await peerCases(place)), await relayCase(place), openCase(place), idleCase(place)];
}

/** What the clients of this machine can take: no server can show more. */
async function relayCase(place: Place): Promise<Case> {
  const relay = startHelper(place, './processes/cart-relay.ts', SERVER_FLAGS);
  return cartCase(
    place,
    'relay',
    { url: await relay.ask<string>('open', {}), pid: relay.pid, path: '' },
    'no server of carts: passes messages on unread, so as much as these clients can take',
  );
}

/**
 * Four hundred clients are one process: with a nursery of node's own its collector would copy the edits of all of them
 * again and again, the more so the longer an answer takes. A phone has one client. The same for all servers.
 */
const LOAD_FLAGS: readonly string[] = ['--max-semi-space-size=64'];

type CartServer = Pick<CartLoad, 'url' | 'pid' | 'path' | 'peers'>;

function cartCase(place: Place, name: string, server: CartServer, note: string): Case {
  const load = startHelper(place, './processes/cart-load.ts', LOAD_FLAGS);
  return {
    name,
    note: `${note}; ${CARTS} carts with two clients each`,
    round: (seconds) => load.ask<Round>('edits', { ...server, carts: CARTS, seconds } satisfies CartLoad),
  };
}

async function peerCases(place: Place): Promise<(Case | Absent)[]> {
  const names = ['y-websocket', 'hocuspocus', 'hocuspocus-durable'] as const;
  const peers = await cartPeers();
  if (!peers.ok) return names.map((name) => ({ name, absent: peers.why }));
  const plain = startHelper(place, './processes/cart-peer.ts', SERVER_FLAGS);
  const server = join(peers.folder, 'y-websocket', 'bin', 'server.cjs');
  const [yWebsocket, hocuspocus, durable] = names;
  return [
    cartCase(
      place,
      yWebsocket,
      { url: await plain.ask<string>('open', { server }), pid: plain.pid, path: '' },
      'y-websocket 2.1’s own server, which saves nothing',
    ),
    cartCase(
      place,
      hocuspocus,
      await openHocuspocus(place, peers.folder, false),
      'Hocuspocus 4.7 and its provider, with its SQLite extension as it comes, which saves seconds later',
    ),
    cartCase(
      place,
      durable,
      await openHocuspocus(place, peers.folder, true),
      'the same with debounce 0, WAL and synchronous=FULL: it saves every edit before anybody hears of it',
    ),
  ];
}

async function openHocuspocus(place: Place, peers: string, isDurable: boolean): Promise<CartServer> {
  const helper = startHelper(place, './processes/cart-hocuspocus.ts', SERVER_FLAGS);
  const asked: OpenHocuspocus = { peers, folder: place.folder, isDurable };
  return { url: await helper.ask<string>('open', asked), pid: helper.pid, path: '', peers };
}

/** What happens in a region between a client’s connection and the cart being sent to it. */
function openCase(place: Place): Case {
  const helper = startHelper(place, './processes/cart-open.ts');
  return {
    name: 'opening',
    note: `a cart of twenty lines that two devices edited ${EDITS} times, from disk until it can be sent`,
    round: (seconds) => helper.ask<Round>('open', { folder: place.folder, edits: EDITS, seconds }),
  };
}

function idleCase(place: Place): Case {
  let measured: Promise<Round> | undefined;
  return {
    name: 'idle',
    note: `a region process with ${IDLE_CARTS} carts in memory, each with a connection; measured once`,
    warmsUp: false,
    round: () => {
      measured ??= idle(place);
      return measured;
    },
  };
}

async function idle(place: Place): Promise<Round> {
  const closing: (() => Promise<void> | void)[] = [];
  const own: Place = { ...place, atEnd: (close) => closing.push(close) };
  try {
    const region = startHelper(own, './processes/cart-region.ts');
    const url = await region.ask<string>('open', {});
    const before = memoryOf(region.pid)?.nowMiB;
    await startHelper(own, './processes/cart-idle.ts').ask('look', { url, carts: IDLE_CARTS });
    const residentMiB = memoryOf(region.pid)?.nowMiB;
    if (before === undefined || residentMiB === undefined) return { note: 'no word of memory here' };
    const note = `${before.toFixed(0)} MiB resident before the first cart, ${residentMiB.toFixed(0)} with all`;
    return { residentMiB, note };
  } finally {
    // Ten thousand connections would be heard in the rounds of the others.
    for (const close of closing.reverse()) await close();
  }
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
  // Short turns: what the machine does beside them slows each server alike.
  rounds: 4,
  seconds: 1.5,
  warmUpSeconds: 2,
  open,
  targets: [
    ratio('carts', 'y-websocket', 1),
    promptness,
    ratio('carts', 'hocuspocus', 3),
    ratio('carts', 'hocuspocus-durable', 3),
    {
      text: `MiB resident with ${IDLE_CARTS} idle carts`,
      bound: 400,
      is: 'at most',
      value: (results) => results.get('idle')?.residentMiB?.median,
    },
    {
      text: `p99 of opening a cart of ${EDITS} edits, in ms`,
      bound: 5,
      is: 'at most',
      value: (results) => results.get('opening')?.p99Ms?.median,
    },
  ],
};
