/** A root replica on SQLite with real sockets, so that agents can be tested without Postgres. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings, Replica, type ReplicaId } from '@tallystick/crdt';
import type { CatalogueItem } from '@tallystick/crdt/wire';
import { Catalogue } from './catalogue/catalogue.ts';
import type { LocationInput, ProductInput } from './catalogue/items.ts';
import { settingsSchema, writeAgentFile } from './config.ts';
import { Host } from './host.ts';
import { createApp, openLinkDoor } from './http/app.ts';
import { openIdentity } from './identity.ts';
import { SqliteJournal } from './journal/journal.ts';
import { sha256 } from './journal/runs.ts';
import { createLog } from './log.ts';
import type { DoorTls } from './tls/door-tls.ts';

const LAMP: ProductInput = {
  sku: 'LAMP',
  names: { en: 'Desk lamp' },
  baseUnit: 'piece',
  prices: { EUR: 4900 },
  taxRateBp: 1900,
  taxIncluded: true,
};

export class TestRoot {
  readonly folder = mkdtempSync(join(tmpdir(), 'tallystick-'));
  readonly log = createLog('root', 'silent');
  readonly catalogue = new Catalogue(join(this.folder, 'catalogue.db'));
  readonly journal: SqliteJournal;
  readonly host: Host;
  readonly #app;
  readonly #scheme: string;
  #version = 0;
  url = '';

  /** @param handshakeMs within which whoever knocks has to say who they are */
  constructor({
    tls,
    handshakeMs = 20_000,
  }: { tls?: DoorTls | undefined; handshakeMs?: number | undefined } = {}) {
    const { log } = this;
    this.journal = SqliteJournal.open({ folder: this.folder });
    const replica = new Replica(
      { ...defaultSettings('authority' as ReplicaId, 'authority') },
      this.journal.load(),
      this.journal.view,
      { sha256, nonce: () => randomBytes(16).toString('hex'), directory: this.catalogue },
    );
    this.host = new Host({
      id: 'authority' as ReplicaId,
      replica,
      journal: this.journal,
      catalogue: {
        version: () => this.catalogue.copy.version,
        since: (version, limit) => this.catalogue.since(version, limit),
        publicKeyOf: (id) => this.catalogue.publicKeyOf(id, 'authority' as ReplicaId),
        parentOf: (id) => this.catalogue.parentOf(id),
        replica: (id) => this.catalogue.replica(id),
      },
      log,
      resendMs: 100,
      handshakeMs,
      serve: async () => ({ ok: false, code: 'unknown_order', message: 'no books here' }),
      enrol: async () => ({ kind: 'refuse', code: 'enrolment_refused', message: 'no enrolment here' }),
      onFailure: (error) => {
        throw error;
      },
    });
    this.#app = createApp(log, { tls });
    openLinkDoor(this.#app, this.host, tls);
    this.#scheme = tls === undefined ? 'ws' : 'wss';
  }

  async start(): Promise<void> {
    await this.#app.listen({ host: '127.0.0.1', port: 0 });
    const address = this.#app.server.address();
    this.url = `${this.#scheme}://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/link`;
    this.host.engine.run((replica, now) => replica.beginLife(null, now));
    this.host.start();
    this.put('product', LAMP.sku, LAMP);
  }

  put(kind: string, id: string, body: unknown): void {
    const from = this.#version;
    this.#version += 1;
    const item: CatalogueItem = { kind, id, version: this.#version, body: JSON.stringify(body) };
    this.catalogue.apply({ from, to: this.#version, items: [item] }, Date.now());
    this.host.feedCatalogue();
  }

  /** A data folder for a shop that is enrolled here: `serveAgent(readAgentConfig(folder))` runs it. */
  addShop(id: string, parent = 'authority', parentUrl = this.url): string {
    const folder = join(this.folder, id);
    const location: LocationInput = {
      id,
      name: id,
      kind: 'store',
      keeper: id,
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
    };
    if (parent === 'authority') this.put('location', id, location);
    return this.addReplica(
      id,
      parent === 'authority' ? 'store' : 'terminal',
      parent,
      parentUrl,
      parent === 'authority' ? id : parent,
      folder,
    );
  }

  /** A region `eu` that keeps a depot itself. @returns its folder */
  addKeepingRegion(): string {
    const body = { kind: 'warehouse', keeper: 'eu', timeZone: 'Europe/Berlin', currency: 'EUR' };
    this.put('location', 'depot', { id: 'depot', name: 'Depot', ...body });
    return this.addReplica('eu', 'region', 'authority', this.url, null);
  }

  addReplica(
    id: string,
    kind: 'store' | 'terminal' | 'warehouse' | 'region',
    parent: string,
    parentUrl: string,
    location: string | null,
    folder = join(this.folder, id),
  ): string {
    mkdirSync(folder, { recursive: true });
    const key = Buffer.from(openIdentity(join(folder, 'identity.pem')).publicKey).toString('base64');
    this.put('replica', id, { id, kind, parent, location, publicKey: key, status: 'enrolled' });
    const settings = settingsSchema.parse({
      // As long as may be: whoever waits in vain is told so by the tree, and not by the clock.
      sellWaitMs: 10_000,
      link: { resendMs: 100 },
      times: { retryMsMin: 10, retryMsMax: 50 },
      auth: { signIn: 'off' },
    });
    writeAgentFile(folder, { replica: id, kind, location, parentUrl, port: 0, settings });
    return folder;
  }

  async stop(): Promise<void> {
    await this.#app.close();
    await this.host.stop();
    this.journal.close();
    this.catalogue.close();
    this.remove();
  }

  /** Its files, and those of all that were added to it; for a process that ends without a word. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Polls until a condition holds: for events of other processes and sockets that nobody announces. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > 25_000) throw new Error(`Waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** On a port that was ours before: somebody else's connection may have it for a moment. */
export async function onceFree<T>(open: () => Promise<T>): Promise<T> {
  let opened: T | undefined;
  await until(async () => {
    try {
      opened = await open();
      return true;
    } catch (error) {
      if (/EADDRINUSE| is taken/.test(String(error))) return false;
      throw error;
    }
  }, 'the port is free');
  return opened as T;
}
