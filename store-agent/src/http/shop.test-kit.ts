/** A shop behind its own door, under a root that knows it, with requests in one line each. */
import { readAgentConfig } from '../config.ts';
import { SqliteJournal } from '../journal/journal.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { type Served, serveAgent } from '../serve.ts';
import { type Said, said } from './said.test-kit.ts';

export class TestShop {
  readonly root: TestRoot;
  served: Served;
  /** The shop's own, so that a test can fill its disk and make room again. */
  journal: SqliteJournal;

  private constructor(root: TestRoot, served: Served, journal: SqliteJournal) {
    this.root = root;
    this.served = served;
    this.journal = journal;
  }

  /** A shop called berlin, ready to sell. */
  static async start(): Promise<TestShop> {
    const root = new TestRoot();
    await root.start();
    const { served, journal } = await serve(root.addShop('berlin'));
    const shop = new TestShop(root, served, journal);
    await until(() => shop.agent.unready() === undefined, 'the shop is ready');
    return shop;
  }

  get agent() {
    return this.served.agent;
  }

  get url(): string {
    return this.served.url;
  }

  async restart(): Promise<void> {
    await this.served.stop();
    Object.assign(this, await serve(`${this.root.folder}/berlin`));
  }

  async stop(): Promise<void> {
    await this.served.stop();
    await this.root.stop();
  }

  async get(path: string): Promise<Said> {
    return said(await fetch(`${this.url}${path}`));
  }

  async send(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Said> {
    const all = { 'content-type': 'application/json', ...headers };
    return said(await fetch(`${this.url}${path}`, { method: 'POST', headers: all, body }));
  }

  async put(path: string, body: unknown): Promise<Said> {
    const headers = { 'content-type': 'application/json' };
    return said(await fetch(`${this.url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) }));
  }

  post(path: string, body: unknown): Promise<Said> {
    return this.send(path, JSON.stringify(body));
  }

  receive(id: string, quantity: number): Promise<Said> {
    return this.post('/v1/receipts', { id, lines: [{ sku: 'LAMP', quantity }] });
  }

  sell(line: unknown, more: object = {}): Promise<Said> {
    return this.post('/v1/sales', { waitMs: 0, ...more, lines: [line] });
  }
}

async function serve(folder: string): Promise<{ served: Served; journal: SqliteJournal }> {
  const opened: SqliteJournal[] = [];
  const served = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), undefined, (at) => {
    const journal = SqliteJournal.open({ folder: at });
    opened.push(journal);
    return journal;
  });
  return { served, journal: opened[0] as SqliteJournal };
}
