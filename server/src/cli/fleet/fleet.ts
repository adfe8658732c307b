/**
 * Fleet: an authority and its tree of replicas on one machine, each a process of its own or
 * a part of its parent's.
 *
 * The first start makes the books, enrols every replica with a one-time code and
 * loads catalogue and opening stock; later starts bring up what is there.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ReplicaId } from '@tallystick/crdt';
import {
  type AgentConfig,
  type AgentSettings,
  ConfigError,
  enrol,
  makeFolder,
  moveAgent,
  openIdentity,
  readAgentConfig,
  type Served,
  serveAgent,
  settingsSchema,
  writeAgentFile,
} from '@tallystick/store-agent';
import { FleetProcess, type Listening } from './child-process.ts';
import { MARK } from './folder.ts';
import { type CatalogueEntry, type NewReplica, Operator } from './operator.ts';
import { agentProgram, authorityProgram, regionProgram } from './program.ts';

export interface FleetReplica extends NewReplica {
  readonly port: number;
  readonly settings?: Partial<AgentSettings>;
  /** Its parent, where that one's program runs this replica too: a shop's computer that serves its tills. */
  readonly runsIn?: string;
}

export interface FleetPlan {
  readonly dataDir: string;
  readonly authorityPort: number;
  readonly postgresPort: number;
  /** Parents stand before their children. */
  readonly replicas: readonly FleetReplica[];
  readonly catalogue: readonly CatalogueEntry[];
  /** Where a child reaches its parent; by default directly. A replay puts its faulty network between. */
  readonly linkUrl?: (child: string, parent: string, parentPort: number) => string;
  /** More options for the authority's process. */
  readonly authorityArgs?: readonly string[];
  readonly logLevel?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface FleetEvents {
  step(message: string): void;
  restarted(name: string, why: string, wasKilled: boolean): void;
}

const SETTLE_MS = 60_000;

export interface AuthorityUp extends Listening {
  readonly operatorToken: string;
  readonly databaseUrl: string;
}

export class Fleet {
  readonly plan: FleetPlan;
  /** By replica; those that run in one program have one. */
  readonly processes = new Map<string, FleetProcess>();
  readonly #events: FleetEvents;
  authority!: AuthorityUp;
  operator!: Operator;
  isFirstStart = false;
  #isStopping = false;

  constructor(plan: FleetPlan, events: FleetEvents) {
    this.plan = plan;
    this.#events = events;
  }

  url(replica: string): string {
    const found = this.plan.replicas.find(({ id }) => id === replica);
    if (found === undefined) throw new Error(`No replica is called ${replica}.`);
    return `http://127.0.0.1:${found.port}`;
  }

  /** Brings everything up. @throws ConfigError; what was started is stopped again. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { plan } = this;
    makeFolder(join(plan.dataDir, 'logs'), 0o755);
    this.isFirstStart = !existsSync(join(plan.dataDir, MARK));
    this.#events.step(
      this.isFirstStart
        ? 'starting the books (Postgres) for the first time'
        : 'starting the books (Postgres)',
    );
    const authority = this.#process('authority', authorityProgram(...this.#authorityArgs()));
    this.processes.set('authority', authority);
    this.authority = (await authority.start()) as AuthorityUp;
    this.operator = new Operator(this.authority.url, this.authority.operatorToken);
    if (this.isFirstStart) {
      this.#events.step(`loading the catalogue: ${plan.catalogue.length} items`);
      await this.operator.putCatalogue(plan.catalogue);
    }
    for (const level of this.#programs()) {
      const names = level.flat().map(({ id }) => id);
      this.#events.step(`${this.isFirstStart ? 'enrolling and starting' : 'starting'} ${names.join(', ')}`);
      if (this.isFirstStart) for (const program of level) await this.#enrolAll(program);
      await Promise.all(level.map((program) => this.#startProgram(program)));
    }
    await Promise.all(plan.replicas.map(({ id }) => this.ready(id)));
  }

  #authorityArgs(): string[] {
    const { dataDir, authorityPort, postgresPort, logLevel, authorityArgs } = this.plan;
    const args = ['--data', join(dataDir, 'authority'), '--port', String(authorityPort)];
    return [
      ...args,
      '--postgres-port',
      String(postgresPort),
      '--log',
      logLevel ?? 'info',
      ...(authorityArgs ?? []),
      '--json',
    ];
  }

  /** @throws ConfigError where the fleet was stopped meanwhile: a start that is broken off starts nothing more. */
  #process(name: string, args: readonly string[]): FleetProcess {
    if (this.#isStopping) throw new ConfigError(`The fleet was stopped before ${name} was started.`);
    const started = new FleetProcess({
      name,
      args,
      logFile: join(this.plan.dataDir, 'logs', `${name}.log`),
      ...(this.plan.env === undefined ? {} : { env: this.plan.env }),
      onRestart: (who, why, wasKilled) => this.#events.restarted(who, why, wasKilled),
    });
    return started;
  }

  #linkUrl(replica: FleetReplica): string {
    const parentPort = this.#portOf(replica.parent);
    return this.plan.linkUrl?.(replica.id, replica.parent, parentPort) ?? `ws://127.0.0.1:${parentPort}/link`;
  }

  #portOf(replica: string): number {
    if (replica === 'authority') return this.plan.authorityPort;
    return this.plan.replicas.find(({ id }) => id === replica)?.port as number;
  }

  /** The replicas of each program, the host first, by the host's depth in the tree. */
  #programs(): FleetReplica[][][] {
    const { replicas } = this.plan;
    const hosts = levelsOf(replicas).map((level) => level.filter(({ runsIn }) => runsIn === undefined));
    return hosts
      .filter((level) => level.length > 0)
      .map((level) => level.map((host) => [host, ...replicas.filter(({ runsIn }) => runsIn === host.id)]));
  }

  #folder(replica: string): string {
    return join(this.plan.dataDir, replica);
  }

  /** Who enrols in a program that does not run yet does so at a parent that runs here meanwhile. */
  async #enrolAll(program: readonly FleetReplica[]): Promise<void> {
    const served: Served[] = [];
    try {
      for (const replica of program) {
        await this.#enrol(replica);
        const isParent = program.some(({ parent }) => parent === replica.id);
        if (isParent)
          served.push(await serveAgent(readAgentConfig(this.#folder(replica.id), { logLevel: 'silent' })));
      }
    } finally {
      for (const parent of served.toReversed()) await parent.stop();
    }
  }

  async #enrol(replica: FleetReplica): Promise<void> {
    const folder = this.#folder(replica.id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { id, kind, parent, location, port } = replica;
    const code = await this.operator.addReplica({ id, kind, parent, location });
    const identity = openIdentity(join(folder, 'identity.pem'));
    const direct = `ws://127.0.0.1:${this.#portOf(parent)}/link`;
    await this.#untilItWorks(() => enrol(direct, id as ReplicaId, code, identity));
    writeAgentFile(folder, {
      replica: id,
      kind,
      location,
      parentUrl: this.#linkUrl(replica),
      port,
      settings: settingsSchema.parse(replica.settings ?? {}),
    });
  }

  async #startProgram(replicas: readonly FleetReplica[]): Promise<void> {
    const [host] = replicas;
    if (host === undefined) return;
    const args = replicas.flatMap(({ id }) => ['--data', this.#folder(id)]);
    args.push('--log', this.plan.logLevel ?? 'info', '--json');
    if (!this.isFirstStart) for (const replica of replicas) this.#putInPlace(replica);
    const program =
      host.kind === 'region' ? regionProgram(...args) : agentProgram(replicas.length, 'run', ...args);
    const started = this.#process(host.id, program);
    for (const { id } of replicas) this.processes.set(id, started);
    await started.start();
  }

  /**
   * It may have been given another parent since (F3a), and its own file says where it links. Only a fleet
   * that stands at other ports than before, or behind a replay's network, has other addresses.
   */
  #putInPlace(replica: FleetReplica): void {
    const folder = this.#folder(replica.id);
    const { port } = replica;
    const config = readAgentConfig(folder);
    const { people } = replica.settings?.auth ?? {};
    // The provider moves with the fleet's ports; one that somebody else set up stays.
    const isOurs = config.settings.auth.people?.clientId ?? people?.clientId;
    if (people !== undefined && isOurs === people.clientId) signInBy(config, people);
    if (this.plan.linkUrl === undefined && config.port === port) return;
    moveAgent(folder, { port, parentUrl: this.#linkUrl(replica) });
  }

  /** Resolves once a replica can sell. @throws ConfigError where it does not come up in time. */
  async ready(replica: string): Promise<void> {
    await this.#untilItWorks(async () => {
      const response = await fetch(`${this.url(replica)}/readyz`).catch(() => undefined);
      if (response?.ok !== true)
        throw new ConfigError(`${replica} is not ready: see its log in ${this.plan.dataDir}/logs.`);
    });
  }

  #untilItWorks(attempt: () => Promise<unknown>): Promise<void> {
    return untilItWorks(attempt, () => this.#isStopping);
  }

  /** The first start is complete: the next one brings up what is there. */
  markMade(): void {
    writeFileSync(join(this.plan.dataDir, MARK), 'Made by tallystick. --fresh may empty this folder.\n');
  }

  /** Children first, the books last: whatever was sold reaches them if it still can. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.stopReplicas();
    await this.processes.get('authority')?.stop();
  }

  /** All but the authority, which goes on serving the books. */
  async stopReplicas(): Promise<void> {
    for (const level of this.#programs().reverse()) {
      await Promise.all(level.map(([host]) => host && this.processes.get(host.id)?.stop()));
    }
  }
}

function signInBy(config: AgentConfig, people: AgentSettings['auth']['people']): void {
  const { dataDir, logLevel: _, location, settings, ...file } = config;
  if (isDeepStrictEqual(settings.auth.people, people)) return;
  const auth = { ...settings.auth, people };
  writeAgentFile(dataDir, { ...file, location: location ?? null, settings: { ...settings, auth } });
}

/** Replicas by their depth in the tree. */
function levelsOf(replicas: readonly FleetReplica[]): FleetReplica[][] {
  const depth = new Map<string, number>([['authority', 0]]);
  const levels: FleetReplica[][] = [];
  for (const replica of replicas) {
    const at = (depth.get(replica.parent) as number) + 1;
    depth.set(replica.id, at);
    levels[at - 1] ??= [];
    levels[at - 1]?.push(replica);
  }
  return levels;
}

/** Tries again, in growing pauses, for a minute, or until nobody waits for it any more. */
export async function untilItWorks(
  attempt: () => Promise<unknown>,
  isGivenUp: () => boolean = () => false,
): Promise<void> {
  const startedMs = performance.now();
  for (let pauseMs = 25; ; pauseMs = Math.min(500, pauseMs * 2)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (isGivenUp() || performance.now() - startedMs > SETTLE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
