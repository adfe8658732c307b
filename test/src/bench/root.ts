/** Root: an authority of the built code as a process of its own, on a database of its own, and its operator's door. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SERVER } from '../chaos/fleet.ts';
import { request } from '../chaos/http.ts';
import { Program } from '../chaos/program.ts';
import type { Place } from './bench.ts';
import { SERVER_FLAGS } from './server-flags.ts';

const ASK_MS = 60_000;
/** Of one request at the operator's door. */
const ITEMS_MAX = 1_000;

export interface Root {
  readonly port: number;
  readonly pid: number;
  readonly linkUrl: string;
  readonly operatorToken: string;
  putCatalogue(items: readonly CatalogueItem[]): Promise<void>;
  /** @returns the one-time code with which it enrols. */
  addReplica(replica: NewReplica): Promise<string>;
}

export interface CatalogueItem {
  readonly kind: 'product' | 'location';
  readonly id: string;
  readonly body: unknown;
}

export interface NewReplica {
  readonly id: string;
  readonly kind: 'region' | 'store';
  readonly parent: string;
  readonly location: string | null;
}

/** `name` is its folder's, so that several stand side by side. */
export async function openRoot(
  place: Place,
  databaseUrl: string,
  name = 'authority',
  flags: readonly string[] = [],
): Promise<Root> {
  const program = startProgram(place, name, 'authority', { DATABASE_URL: databaseUrl }, flags);
  const said = await program.start();
  const port = Number(new URL(said.url).port);
  const operatorToken = String(said.operatorToken);
  const headers = { authorization: `Bearer ${operatorToken}` };
  const ask = async (path: string, body: unknown) => {
    const answer = await request(port, 'POST', path, body, ASK_MS, headers);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    port,
    pid: program.pid as number,
    linkUrl: `ws://127.0.0.1:${port}/link`,
    operatorToken,
    async putCatalogue(items) {
      for (let at = 0; at < items.length; at += ITEMS_MAX)
        await ask('/v1/catalogue', { items: items.slice(at, at + ITEMS_MAX) });
    },
    addReplica: async (replica) => String((await ask('/v1/replicas', replica)).code),
  };
}

/** Not started yet; it ends with the bench. Port 0: it says which it took. */
export function startProgram(
  place: Place,
  name: string,
  verb: 'authority' | 'region',
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Program {
  if (!existsSync(SERVER)) throw new Error('There is no built code to run: npm run build first.');
  const logs = join(place.folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const args = [SERVER, verb, '--data', join(place.folder, name), '--port', '0', '--json', '--log', 'warn'];
  const program = new Program({
    name,
    args: [...SERVER_FLAGS, ...place.nodeFlags, ...args, ...flags],
    env,
    logFile: join(logs, `${name}.log`),
    onCrash: (who, why) => place.say(`${who} ended by itself: ${why}`),
  });
  place.atEnd(() => program.stop());
  return program;
}

export function product(sku: string): CatalogueItem {
  const money = { prices: { EUR: 4_900 }, taxRateBp: 1_900, taxIncluded: true };
  return { kind: 'product', id: sku, body: { sku, names: { en: sku }, baseUnit: 'piece', ...money } };
}

export function location(id: string, kind: 'store' | 'warehouse'): CatalogueItem {
  const body = { id, name: id, kind, keeper: id, timeZone: 'Europe/Berlin', currency: 'EUR' };
  return { kind: 'location', id, body };
}
