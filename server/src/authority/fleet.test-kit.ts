/** A small fleet inside one test process: authorities on a real Postgres, agents on real SQLite, real sockets. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PoolId, ReplicaId } from '@tallystick/crdt';
import {
  type Agent,
  createApp,
  createLog,
  enrol,
  type LogLevel,
  openIdentity,
  openLinkDoor,
  readAgentConfig,
  type Served,
  serveAgent,
  settingsSchema,
  shopRoutes,
  writeAgentFile,
} from '@tallystick/store-agent';
import { onceFree, until } from '@tallystick/store-agent/test-kit';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { onTestFinished } from 'vitest';
import type { Role } from '../access/scopes.ts';
import { regionRoutes } from '../region/region.ts';
import { addCredential } from './add-credential.ts';
import { Authority } from './authority.ts';
import { serveCall } from './calls/serve-call.ts';
import { putCatalogue } from './catalogue.ts';
import { copyDatabase, freshDatabase } from './postgres/database.test-kit.ts';
import { addReplica } from './registry.ts';
import { operatorRoutes } from './routes.ts';
import { Vault } from './vault.ts';

export { until };

export const TOKEN = 'test-operator';

interface OpenAuthority {
  readonly authority: Authority;
  readonly app: FastifyInstance;
  readonly url: string;
}

export class TestFleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-fleet-'));
  readonly authorities: OpenAuthority[] = [];
  readonly served = new Map<string, Served>();
  databaseUrl = '';
  /** All authorities of one set of books have the same master keys. */
  vault = new Vault([randomBytes(32)]);
  /** Of what is started from now on; the log goes to stderr. */
  logLevel: LogLevel = 'silent';
  /** Of regions that are added from now on. */
  signIn: 'required' | 'off' = 'off';
  /** Pages that may call regions that are added from now on. */
  origins: readonly string[] = [];
  #credentials = 0;

  /** On a database of its own; both are gone when the test ends. */
  static async start(authorityCount = 1): Promise<TestFleet> {
    const fleet = new TestFleet();
    const database = await freshDatabase();
    onTestFinished(() => fleet.stop());
    return fleet.open(database, authorityCount);
  }

  /** On a migrated, empty database, for a whole file or outside of tests: whoever made the fleet stops it. */
  async open(database: { url: string; pool: pg.Pool }, authorityCount = 1): Promise<this> {
    this.databaseUrl = database.url;
    await putCatalogue(database.pool, [
      location('berlin', 'store'),
      location('depot', 'warehouse'),
      ...['LAMP', 'MUG'].map(product),
    ]);
    // Books can be copied only while nobody is connected.
    await database.pool.end();
    for (let i = 0; i < authorityCount; i += 1) await this.openAuthority();
    return this;
  }

  async openAuthority(at = this.authorities.length, port = 0): Promise<OpenAuthority> {
    const log = createLog('authority', this.logLevel);
    const authority = await Authority.open({
      databaseUrl: this.databaseUrl,
      dataDir: this.dataDirOf(at),
      log,
      resendMs: 100,
      vault: this.vault,
      // A test that reads the trail finds in it what it did itself.
      anchorEveryMs: 3_600_000,
      allowLoopbackWebhooks: true,
      policy: { spreadEveryMs: 0, recallMs: 300 },
    });
    const app = createApp(log);
    operatorRoutes(app, authority, TOKEN);
    openLinkDoor(app, authority.host);
    await onceFree(() => app.listen({ host: '127.0.0.1', port }));
    authority.start();
    const address = app.server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : 0;
    const opened = { authority, app, url: `http://127.0.0.1:${bound}` };
    this.authorities[at] = opened;
    await until(() => authority.host.engine.replica.ledger.hasLife, 'the authority has a life');
    return opened;
  }

  dataDirOf(at: number): string {
    return join(this.folder, `authority-${at}`);
  }

  /** Stops the only authority, lets somebody at its books, and starts it on the same port. */
  async whileStopped(act: () => Promise<void> = async () => {}): Promise<Authority> {
    const { authority, app, url } = this.authorities[0] as OpenAuthority;
    await app.close();
    await authority.stop();
    await act();
    return (await this.openAuthority(0, Number(new URL(url).port))).authority;
  }

  /** A copy of the books, as a backup makes it; nobody may be connected. @returns its URL */
  async copyBooks(): Promise<string> {
    const copy = await copyDatabase(this.databaseUrl);
    onTestFinished(() => copy.drop());
    return copy.url;
  }

  /** Enrols a replica with a real code over a real link, and runs it. */
  async add(
    id: string,
    kind: 'region' | 'store' | 'warehouse' | 'terminal',
    parent: string,
    place: string | null,
    at = 0,
  ): Promise<Agent> {
    const { code, parentUrl } = await this.register(id, kind, parent, place, at);
    const folder = join(this.folder, id);
    mkdirSync(folder, { recursive: true });
    await enrol(parentUrl, id as ReplicaId, code, openIdentity(join(folder, 'identity.pem')));
    const settings = settingsSchema.parse({
      // As long as may be: whoever waits in vain is told so by the tree, and not by the clock.
      sellWaitMs: 10_000,
      link: { resendMs: 100 },
      policy: { spreadEveryMs: 0, recallMs: 300 },
      times: { retryMsMin: 10, retryMsMax: 50 },
      // A test with many requests does not want a new token in between.
      auth: { signIn: this.signIn, tokenSeconds: 86_400 },
      cors: { origins: this.origins },
      // A test asks as often as it likes.
      rates: { bulk: { perSecond: 10_000, burst: 10_000 } },
    });
    writeAgentFile(folder, { replica: id, kind, location: place, parentUrl, port: 0, settings });
    return this.run(id);
  }

  /** A region `eu` above the two places of the catalogue, each with its keeper. @returns its URL, once it knows both */
  async addRegion(): Promise<string> {
    await this.add('eu', 'region', 'authority', null);
    await this.add('depot', 'warehouse', 'eu', 'depot');
    await this.add('berlin', 'store', 'eu', 'berlin');
    const url = this.served.get('eu')?.url as string;
    await until(async () => (await fetch(`${url}/v1/locations/berlin`)).ok, 'both places are known');
    return url;
  }

  /** What a device needs to enrol itself. */
  async register(
    id: string,
    kind: 'region' | 'store' | 'warehouse' | 'terminal',
    parent: string,
    place: string | null,
    at = 0,
  ): Promise<{ readonly code: string; readonly parentUrl: string }> {
    const opened = this.authorities[at] as OpenAuthority;
    const added = await addReplica(opened.authority.pool, {
      id: id as ReplicaId,
      kind,
      parent: parent as ReplicaId,
      location: place,
      codeTtlMs: 60_000,
    });
    if (!added.ok) throw new Error(added.message);
    const parentUrl = `${(this.served.get(parent)?.url ?? opened.url).replace('http', 'ws')}/link`;
    return { code: added.code, parentUrl };
  }

  /** Starts a replica that is enrolled, on the port that its file says; on one that it had, those below it find it again. */
  async run(id: string, port?: number): Promise<Agent> {
    const at = port === undefined ? {} : { port };
    const config = readAgentConfig(join(this.folder, id), { logLevel: this.logLevel, ...at });
    const routes = config.kind === 'region' ? regionRoutes : shopRoutes;
    const served = await onceFree(() => serveAgent(config, routes));
    this.served.set(id, served);
    await until(() => served.agent.unready() === undefined, `${id} is ready`);
    await until(() => served.agent.host.parent?.state === 'up', `${id} has its link`);
    return served.agent;
  }

  /** Its operator stops it, names its new parent, and starts it again. */
  async relink(id: string, parent: string): Promise<Agent> {
    await this.stopOne(id);
    const folder = join(this.folder, id);
    const { dataDir: _, logLevel: __, location, ...file } = readAgentConfig(folder);
    const above = this.served.get(parent)?.url ?? this.authorities[0]?.url ?? '';
    const parentUrl = `${above.replace('http', 'ws')}/link`;
    writeAgentFile(folder, { ...file, location: location ?? null, parentUrl });
    return this.run(id);
  }

  async stopOne(id: string): Promise<void> {
    await this.served.get(id)?.stop();
    this.served.delete(id);
  }

  async post(
    id: string,
    path: string,
    body: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.served.get(id)?.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** A bearer token of a credential that is made for it. */
  async token(region: string, role: Role, client?: string, scope?: string): Promise<string> {
    const { id, secret } = await this.credential(role, client);
    return this.tokenFor(region, id, secret, scope);
  }

  /** With `client` one that sees that client's own alone. Regions hear of it a moment later. */
  async credential(role: Role, client?: string): Promise<{ id: string; secret: string }> {
    this.#credentials += 1;
    const id = `${role}-${this.#credentials}`;
    const { authority } = this.authorities[0] as OpenAuthority;
    const { secret } = await addCredential(authority, { id, name: id, role, client: client ?? null });
    return { id, secret };
  }

  /** Retried until the region has heard of the credential. */
  async tokenFor(region: string, id: string, secret: string, scope?: string): Promise<string> {
    let token = '';
    await until(async () => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
      });
      if (scope !== undefined) body.set('scope', scope);
      const response = await fetch(`${this.served.get(region)?.url}/oauth/token`, { method: 'POST', body });
      token = ((await response.json()) as { access_token?: string }).access_token ?? '';
      return response.ok;
    }, `${region} lets ${id} in`);
    return token;
  }

  async addClient(id: string): Promise<void> {
    const { authority } = this.authorities[0] as OpenAuthority;
    const client = { id, name: id, status: 'active' };
    const added = await serveCall(authority, JSON.stringify({ call: 'client.create', client }));
    if (!added.ok) throw new Error(added.message);
  }

  async stop(): Promise<void> {
    for (const served of [...this.served.values()].reverse()) await served.stop();
    this.served.clear();
    for (const { app, authority } of this.authorities.splice(0)) {
      await app.close();
      await authority.stop();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function onHand(agent: Agent, sku: string, place: string): number {
  return agent.engine.replica.canSell(`${sku}@${place}` as PoolId);
}

function location(id: string, kind: 'store' | 'warehouse') {
  const body = { id, name: id, kind, keeper: id, timeZone: 'Europe/Berlin', currency: 'EUR' };
  return { kind: 'location', id, body: JSON.stringify(body) };
}

function product(sku: string) {
  const body = {
    sku,
    names: { en: sku },
    baseUnit: 'piece',
    prices: { EUR: 1000 },
    taxRateBp: 1900,
    taxIncluded: true,
  };
  return { kind: 'product', id: sku, body: JSON.stringify(body) };
}
