/**
 * The town of a bench: the authority and two regions as real processes of the built code. Each
 * region keeps a warehouse of its own, so that all it sells stands beside it. One is linked to
 * the authority; the other is cut off from it, as its line may be at any time, and sells on.
 * Another bench may want other regions.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import { enrol, openIdentity, writeAgentFile } from '@tallystick/store-agent';
import { SERVER, untilItWorks } from '../chaos/fleet.ts';
import { getJson, request } from '../chaos/http.ts';
import { Program } from '../chaos/program.ts';
import type { Place } from './bench.ts';
import { ONE_ADDRESS } from './rates.ts';
import { SERVER_FLAGS } from './server-flags.ts';
import { OPENING_UNITS, skuNames, type Trade } from './trade.ts';

const UP_MS = 60_000;
/** The books take in what a region sold in a round. */
const SETTLE_MS = 300_000;
/** Of the operator's door. */
const ITEMS_MAX = 1_000;
/** Nobody listens there: the discard service of another age. */
const NOWHERE = 'ws://127.0.0.1:9/link';

export interface TownRegion {
  readonly isCut: boolean;
  /** What it has once its goods are there: until then nobody signs in. */
  readonly settings?: NonNullable<Parameters<typeof writeAgentFile>[1]['settings']>;
}

const CUT_AND_LINKED = { cut: { isCut: true }, linked: { isCut: false } } as const;

export interface Town<Id extends string = keyof typeof CUT_AND_LINKED> {
  readonly ports: Readonly<Record<Id, number>>;
  readonly pids: Readonly<Record<Id | 'authority', number>>;
  /** An integrator's, of a region where programs sign in. */
  token(id: Id): Promise<string>;
  /** Entries and commits of a region since it started. */
  worked(port: number): Promise<{ readonly entries: number; readonly turns: number }>;
  /** Resolves once the books have all that a region sold. */
  settled(port: number): Promise<void>;
}

export function openTown(place: Place, databaseUrl: string, trade: Trade): Promise<Town> {
  return openTownOf(place, databaseUrl, trade, CUT_AND_LINKED);
}

export async function openTownOf<Id extends string>(
  place: Place,
  databaseUrl: string,
  trade: Trade,
  regions: Readonly<Record<Id, TownRegion>>,
): Promise<Town<Id>> {
  if (!existsSync(SERVER)) throw new Error('There is no built code to run: npm run build first.');
  const folder = (name: string) => join(place.folder, name);
  mkdirSync(folder('logs'), { recursive: true });
  const start = async (name: string, verb: string, port: number, more: readonly string[] = []) => {
    const args = [
      ...(verb === 'region' ? SERVER_FLAGS : []),
      ...place.nodeFlags,
      SERVER,
      verb,
      '--data',
      folder(name),
      '--port',
      String(port),
      '--json',
      ...more,
    ];
    const program = new Program({
      name,
      args,
      env: { DATABASE_URL: databaseUrl },
      logFile: join(folder('logs'), `${name}.log`),
      onCrash: (who, why) => place.say(`${who} ended by itself: ${why}`),
    });
    const said = await program.start();
    place.atEnd(() => program.stop());
    return { program, said };
  };
  const authorityPort = await freePort();
  const authority = await start('authority', 'authority', authorityPort);
  const headers = { authorization: `Bearer ${String(authority.said.operatorToken)}` };
  const operator = (path: string, body: unknown) => ask(authorityPort, path, body, headers);
  const ids = Object.keys(regions) as Id[];
  // Before the goods: a region that has heard of them has heard of it too.
  const made = { id: 'bench', name: 'The load of a bench', role: 'integrator' };
  const { secret } = await operator('/v1/credentials', made);
  const credential = { id: made.id, secret: String(secret) };
  const items = [...ids.map(warehouse), ...skuNames(trade).map(product)];
  for (let at = 0; at < items.length; at += ITEMS_MAX)
    await operator('/v1/catalogue', { items: items.slice(at, at + ITEMS_MAX) });

  const ports = {} as Record<Id, number>;
  const pids = { authority: authority.program.pid as number } as Record<Id | 'authority', number>;
  for (const id of ids) {
    ports[id] = await freePort();
    const { isCut, settings = ONE_ADDRESS }: TownRegion = regions[id];
    const parentUrl = `ws://127.0.0.1:${authorityPort}/link`;
    const { code } = await operator('/v1/replicas', {
      id,
      kind: 'region',
      parent: 'authority',
      location: null,
    });
    mkdirSync(folder(id), { recursive: true });
    const identity = openIdentity(join(folder(id), 'identity.pem'));
    await untilItWorks(`${id} enrols`, UP_MS, () =>
      enrol(parentUrl, id as string as ReplicaId, String(code), identity),
    );
    const file = { replica: id, kind: 'region', location: null, parentUrl, port: ports[id] } as const;
    writeAgentFile(folder(id), { ...file, settings: ONE_ADDRESS });
    let { program } = await start(id, 'region', ports[id]);
    await ready(ports[id], skuNames(trade).at(-1) as string);
    const lines = skuNames(trade).map((sku) => ({ sku, locationId: id, quantity: OPENING_UNITS }));
    await ask(ports[id], '/v1/inventory/adjustments', { id: `opening-${id}`, type: 'receive', lines });
    await settled(ports[id]);
    if (settings !== ONE_ADDRESS) {
      await program.stop();
      writeAgentFile(folder(id), { ...file, settings });
      ({ program } = await start(id, 'region', ports[id]));
      // Where people sign in, a region that is cut off later must have heard of the authority once.
      if (settings.auth?.signIn === 'required')
        await untilItWorks('it gives out tokens', UP_MS, () => tokenAt(ports[id], credential));
    }
    if (isCut) {
      await program.stop();
      ({ program } = await start(id, 'region', ports[id], ['--parent', NOWHERE]));
    }
    pids[id] = program.pid as number;
  }
  return { ports, pids, token: (id) => tokenAt(ports[id], credential), worked, settled };
}

interface Credential {
  readonly id: string;
  readonly secret: string;
}

async function tokenAt(port: number, { id, secret }: Credential): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(UP_MS),
  });
  const said = (await response.json()) as { access_token?: string };
  if (said.access_token === undefined) throw new Error(`No token: ${JSON.stringify(said)}`);
  return said.access_token;
}

function warehouse(id: string) {
  const body = { id, name: id, kind: 'warehouse', keeper: id, timeZone: 'Europe/Berlin', currency: 'EUR' };
  return { kind: 'location', id, body };
}

function product(sku: string) {
  const money = { prices: { EUR: 4_900 }, taxRateBp: 1_900, taxIncluded: true };
  return { kind: 'product', id: sku, body: { sku, names: { en: sku }, baseUnit: 'piece', ...money } };
}

/** @throws with what was said, where it was not done. */
async function ask(
  port: number,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const answer = await request(port, 'POST', path, body, UP_MS, headers);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** It can sell, and its copy of the catalogue is whole. */
async function ready(port: number, lastSku: string): Promise<void> {
  await untilItWorks(`a region has the catalogue up to ${lastSku}`, UP_MS, async () => {
    if ((await getJson(port, `/v1/inventory/${lastSku}`)) === undefined) throw new Error('it has not');
  });
}

async function worked(port: number) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const of = (name: string) => Number(new RegExp(`${name}[^ \\n]* (\\d+)$`, 'm').exec(text)?.[1]);
  return { entries: of('entries_total'), turns: of('turns_total') };
}

async function settled(port: number): Promise<void> {
  await untilItWorks('the books have all that was sold', SETTLE_MS, async () => {
    const unsettled = (await getJson(port, '/v1/status'))?.unsettled;
    if (unsettled !== 0) throw new Error(`${unsettled} entries are on their way`);
  });
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
