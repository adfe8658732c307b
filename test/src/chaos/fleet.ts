/** The whole tree as real processes: the authority with its Postgres, and every replica behind a line of its own. */
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReplicaId } from '@tallystick/crdt';
import { enrol, openIdentity, writeAgentFile } from '@tallystick/store-agent';
import { Prng } from '../sim/prng.ts';
import { catalogueItems } from './catalogue.ts';
import { getJson, request } from './http.ts';
import { type LineCounts, LinkProxy } from './link-proxy.ts';
import { PostgresProcess } from './postgres-process.ts';
import { Program } from './program.ts';
import { AUTHORITY, type Replica, TREE } from './tree.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const SERVER = join(ROOT, 'server/dist/cli/main.js');
export const AGENT = join(ROOT, 'store-agent/dist/cli/main.js');

/** Minutes stand for days here: what a shop waits seconds for takes less, and policy looks back half a minute. */
const POLICY = { halfLifeMs: 30_000, horizonMs: 5_000, spreadEveryMs: 500, recallMs: 500, debtAskMs: 2_000 };
const SETTINGS = {
  sellWaitMs: 400,
  overrideUnitsMax: 0,
  auth: { signIn: 'off' as const },
  times: { retryMsMin: 20, retryMsMax: 500, handshakeMs: 2_000 },
  policy: POLICY,
};
const UP_MS = 60_000;

/** What one look at `/v1/status` tells. */
export interface Status {
  readonly state: string;
  readonly writer: string | null;
  readonly unsettled: number;
  readonly openHolds: number;
}

export class Fleet {
  readonly dataDir: string;
  readonly programs = new Map<string, Program>();
  readonly lines = new Map<string, LinkProxy>();
  readonly lineCounts: LineCounts = { frames: 0, lost: 0, doubled: 0, delayed: 0 };
  readonly postgres: PostgresProcess;
  readonly #seed: number;
  readonly #ports = new Map<string, number>();
  readonly #onCrash: (name: string, why: string) => void;
  databaseUrl = '';

  constructor(dataDir: string, seed: number, onCrash: (name: string, why: string) => void) {
    this.dataDir = dataDir;
    this.postgres = new PostgresProcess(join(dataDir, AUTHORITY));
    this.#seed = seed;
    this.#onCrash = onCrash;
    for (const path of [SERVER, AGENT]) {
      if (!existsSync(path)) throw new Error('There is no built code to run: npm run build first.');
    }
  }

  port(replica: string): number {
    return this.#ports.get(replica) as number;
  }

  folder(replica: string): string {
    return join(this.dataDir, replica);
  }

  program(name: string): Program {
    return this.programs.get(name) as Program;
  }

  /** Starts everything for the first time: books, catalogue, enrolment, parents before children. */
  async start(say: (line: string) => void): Promise<void> {
    mkdirSync(join(this.dataDir, 'logs'), { recursive: true });
    const ports = await freePorts(TREE.length + 2);
    for (const [i, id] of [AUTHORITY, 'postgres', ...TREE.map((replica) => replica.id)].entries()) {
      this.#ports.set(id, ports[i] as number);
    }
    say('starting the books');
    const authority = await this.#add(AUTHORITY, SERVER, AUTHORITY, [
      ...['--postgres-port', String(this.port('postgres'))],
      ...['--policy', JSON.stringify(POLICY)],
    ]).start();
    this.databaseUrl = String(authority.databaseUrl);
    const token = String(authority.operatorToken);
    await this.#operator(token, '/v1/catalogue', { items: catalogueItems() });
    for (const replica of TREE) {
      const line = new LinkProxy(
        this.port(replica.parent),
        new Prng(this.#seed, `line ${replica.id}`),
        this.lineCounts,
      );
      this.lines.set(replica.id, line);
      const parentUrl = `ws://127.0.0.1:${await line.start()}/link`;
      await this.#enrol(replica, parentUrl, token);
      const [file, verb] = replica.kind === 'region' ? [SERVER, 'region'] : [AGENT, 'run'];
      await this.#add(replica.id, file, verb, []).start();
      say(`started ${replica.id}`);
    }
    for (const { id } of TREE) await this.ready(id);
  }

  #add(name: string, file: string, verb: string, more: readonly string[]): Program {
    const args = [file, verb, '--data', this.folder(name), '--port', String(this.port(name)), ...more];
    const program = new Program({
      name,
      args: ['--max-semi-space-size=4', ...args, '--log', 'info', '--json'],
      logFile: join(this.dataDir, 'logs', `${name}.log`),
      onCrash: this.#onCrash,
    });
    this.programs.set(name, program);
    return program;
  }

  async #operator(token: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await request(this.port(AUTHORITY), 'POST', path, body, UP_MS, headers);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async #enrol(replica: Replica, parentUrl: string, token: string): Promise<void> {
    const { id, kind, parent, location } = replica;
    const folder = this.folder(id);
    mkdirSync(folder, { recursive: true });
    const { code } = await this.#operator(token, '/v1/replicas', { id, kind, parent, location });
    const identity = openIdentity(join(folder, 'identity.pem'));
    const direct = `ws://127.0.0.1:${this.port(parent)}/link`;
    await untilItWorks(`${id} enrols`, UP_MS, () => enrol(direct, id as ReplicaId, String(code), identity));
    writeAgentFile(folder, {
      replica: id,
      kind,
      location,
      parentUrl,
      port: this.port(id),
      settings: SETTINGS,
    });
  }

  /** Resolves once it can sell. */
  async ready(replica: string): Promise<void> {
    await untilItWorks(`${replica} is ready`, UP_MS, async () => {
      const { status, body } = await request(this.port(replica), 'GET', '/readyz', undefined, 2_000);
      if (status !== 200) throw new Error(JSON.stringify(body));
    });
  }

  /** Undefined while it does not answer. */
  async status(replica: string): Promise<Status | undefined> {
    return (await getJson(this.port(replica), '/v1/status')) as Status | undefined;
  }

  /** Children first: what they sold reaches the books if it still can. */
  async stopReplicas(): Promise<void> {
    const depths = new Map<string, number>([[AUTHORITY, 0]]);
    for (const { id, parent } of TREE) depths.set(id, (depths.get(parent) as number) + 1);
    for (const depth of [3, 2, 1]) {
      const level = TREE.filter(({ id }) => depths.get(id) === depth);
      await Promise.all(level.map(({ id }) => this.programs.get(id)?.stop()));
    }
  }

  async stop(): Promise<void> {
    await this.stopReplicas();
    await this.programs.get(AUTHORITY)?.stop();
    // Left behind where the authority was killed or could not stop it.
    this.postgres.kill();
    for (const line of this.lines.values()) line.stop();
  }
}

export async function untilItWorks<T>(what: string, boundMs: number, attempt: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() - startedMs > boundMs) {
        throw new Error(`Waited ${boundMs / 1000} s in vain until ${what}: ${(error as Error).message}`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** All different: held open together, then let go. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
