/** `tallystick up`: a whole fleet on one machine, from nothing to ready with one command. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type AgentSettings,
  ConfigError,
  readOptions,
  stopSignal,
  wholeNumber,
} from '@tallystick/store-agent';
import { LAB_VARIABLE, LINKS_VARIABLE } from '../../region/region.ts';
import { startAlone } from '../fleet/alone.ts';
import { FleetProcess } from '../fleet/child-process.ts';
import { type FleetCredential, fleetCredentials, tokenFrom } from '../fleet/credentials.ts';
import { Fleet, type FleetPlan, type FleetReplica, untilItWorks } from '../fleet/fleet.ts';
import { checkFleetFolder, emptyFleetFolder } from '../fleet/folder.ts';
import { unlessThere } from '../fleet/operator.ts';
import { providerProgram } from '../fleet/program.ts';
import { waitForPorts } from '../fleet/wait-for-ports.ts';
import { logLevel } from '../log-level.ts';
import { Lab } from './lab/lab.ts';
import { clientIdOf, type FleetPeople, fleetPeople, PEOPLE, PEOPLE_FILE } from './provider/people.ts';
import { CASHIERS_TEXT, openingStock, SAMPLE_CASHIERS, SAMPLE_CATALOGUE } from './sample-catalogue.ts';

const DEFAULT_DATA = '.tallystick';
const DEFAULT_PORT_BASE = 7400;

const BERLIN_OFFSET = 2;
const LAB_OFFSET = 12;

/** A shop's day at the machine: what a visitor does within minutes should already move rights. */
const POLICY = { policy: { halfLifeMs: 3_600_000, horizonMs: 600_000 } } as const;
/** Who tries things out on one machine for a day wants one token. Elsewhere they last ten minutes. */
const AUTH = { signIn: 'required', tokenSeconds: 43_200, audience: 'tallystick', awayHours: 72 } as const;
const PROVIDER_OFFSET = 13;

const providerUrl = (portBase: number) => `http://127.0.0.1:${portBase + PROVIDER_OFFSET}`;

/** People sign in at the provider that runs beside the fleet. */
function authOf(id: string, kind: FleetReplica['kind'], portBase: number): AgentSettings['auth'] {
  if (kind !== 'region') return AUTH;
  const people = {
    issuer: providerUrl(portBase),
    clientId: clientIdOf(id),
    scope: 'openid',
    roleClaim: 'roles',
    roles: Object.fromEntries(PEOPLE.map((name) => [name, name])),
    sessionMinutes: 480,
    idleMinutes: 60,
    recheckMinutes: 15,
  };
  return { ...AUTH, people };
}

/** The web shop of eu sells what the shop in Berlin has as well. */
const SOURCING: Readonly<Record<string, object>> = { eu: { sourcing: ['rotterdam', 'berlin', 'memphis'] } };
/** Pages of one's own that call a region: those that Vite serves, while they are written and when they were built. */
const PAGES = [5173, 4173].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]);
/** What is in a cart is set aside for ten minutes. */
const CARTS = { carts: { holdMs: 600_000, abandonedMs: 3_600_000 } } as const;

export function upPlan(dataDir: string, portBase: number): FleetPlan {
  const replica = (
    id: string,
    kind: FleetReplica['kind'],
    parent: string,
    location: string | null,
    offset: number,
  ): FleetReplica => ({
    id,
    kind,
    parent,
    location,
    port: portBase + offset,
    settings: {
      ...POLICY,
      auth: authOf(id, kind, portBase),
      ...(kind === 'region' ? { ...CARTS, cors: { origins: PAGES } } : {}),
      ...SOURCING[id],
    } as never,
  });
  return {
    dataDir,
    authorityPort: portBase + 10,
    postgresPort: portBase + 11,
    replicas: [
      replica('eu', 'region', 'authority', null, 0),
      replica('us', 'region', 'authority', null, 1),
      replica('berlin', 'store', 'eu', 'berlin', BERLIN_OFFSET),
      replica('rotterdam', 'warehouse', 'eu', 'rotterdam', 5),
      replica('memphis', 'warehouse', 'us', 'memphis', 6),
      replica('berlin-till-1', 'terminal', 'berlin', 'berlin', 3),
      replica('berlin-till-2', 'terminal', 'berlin', 'berlin', 4),
    ],
    catalogue: SAMPLE_CATALOGUE,
    // A receiver to try them with runs beside it.
    authorityArgs: ['--webhooks-to-loopback'],
    // With a key of this start: the lab's port is as near to any page in a browser as a region's.
    env: {
      [LINKS_VARIABLE]: `ws://127.0.0.1:${portBase + BERLIN_OFFSET}`,
      [LAB_VARIABLE]: `http://127.0.0.1:${portBase + LAB_OFFSET}#${randomBytes(32).toString('base64url')}`,
    },
  };
}

export async function up(args: readonly string[]): Promise<number> {
  const values = readOptions(args, {
    data: { type: 'string' },
    'port-base': { type: 'string' },
    fresh: { type: 'boolean' },
    json: { type: 'boolean' },
    log: { type: 'string' },
  });
  const dataDir = resolve(values.data ?? DEFAULT_DATA);
  const portBase =
    values['port-base'] === undefined
      ? DEFAULT_PORT_BASE
      : wholeNumber('--port-base', values['port-base'], 1, 65_500);
  const isJson = values.json === true;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const signal = stopSignal();
  const plan = {
    ...upPlan(dataDir, portBase),
    ...(values.log === undefined ? {} : { logLevel: logLevel(values.log) }),
  };
  const fleet = new Fleet(plan, {
    step: (message) => say(`  ${message}`),
    restarted: (name, why) => say(`  ${name} ended (${why}); starting it again`),
  });
  let lab: Lab | undefined;
  const provider = signInProcess(plan, portBase, say);
  const isFresh = values.fresh === true && existsSync(dataDir);
  const started = startAlone(dataDir, async (again) => {
    await startFleet(fleet, say, portBase, isFresh ? again : undefined);
    await provider.start();
    if (fleet.isFirstStart) {
      await fillShelves(fleet);
      for (const cashier of SAMPLE_CASHIERS)
        await fleet.operator.request('POST', '/v1/cashiers', cashier).catch(unlessThere);
      // Only now: a first start that was broken off is a first start again.
      fleet.markMade();
    }
    const { credentials } = await fleetCredentials(dataDir, fleet.url('eu'), fleet.operator);
    const tokens = await tokensOf(fleet.url('eu'), credentials);
    lab = new Lab(fleet, credentials);
    await lab.start(plan.env?.[LAB_VARIABLE] as string);
    const { people } = await fleetPeople(dataDir);
    return { clients: credentials, tokens, people };
  });
  // Stopping breaks off a start that is under way: that is no error then.
  started.catch(() => undefined);
  try {
    const ready = await Promise.race([started, signal.then(() => undefined)]);
    if (ready !== undefined) {
      process.stdout.write(isJson ? `${JSON.stringify(readyObject(fleet, ready))}\n` : readyText(fleet));
      await signal;
    }
  } finally {
    await lab?.stop();
    if (fleet.processes.size > 0) say('stopping, children first …');
    await provider.stop();
    await fleet.stop();
  }
  say('stopped; everything that was sold is on disk');
  return 0;
}

function signInProcess(plan: FleetPlan, portBase: number, say: (line: string) => void): FleetProcess {
  const regions = plan.replicas.filter(({ kind }) => kind === 'region');
  const named = regions.flatMap(({ id, port }) => ['--region', `${id}=http://127.0.0.1:${port}`]);
  const port = String(portBase + PROVIDER_OFFSET);
  return new FleetProcess({
    name: 'sign-in provider',
    args: providerProgram('--data', plan.dataDir, '--port', port, ...named),
    logFile: join(plan.dataDir, 'logs', 'sign-in.log'),
    onRestart: (name, why) => say(`  ${name} ended (${why}); starting it again`),
  });
}

/**
 * @param emptied where the folder is to be emptied first: is called once that is done
 * @throws ConfigError where a port is somebody else's: before anything was made, or emptied
 */
async function startFleet(
  fleet: Fleet,
  say: (line: string) => void,
  portBase: number,
  emptied: (() => void) | undefined,
): Promise<void> {
  const { dataDir, authorityPort, postgresPort, replicas } = fleet.plan;
  const others = [authorityPort, postgresPort, portBase + LAB_OFFSET, portBase + PROVIDER_OFFSET];
  const ports = [...replicas.map(({ port }) => port), ...others];
  const waits = (port: number) => say(`  port ${port} is in use; waiting for an earlier fleet to end`);
  // A folder that a fleet was made in may have one that is just ending.
  const taken = await waitForPorts(ports, waits, isNewFolder(dataDir) ? 0 : undefined);
  if (taken !== undefined)
    throw new ConfigError(
      `Port ${taken} is in use by another program. Stop that one, or choose others with --port-base N: N to N+${PROVIDER_OFFSET} are needed.`,
    );
  if (emptied === undefined) checkFleetFolder(dataDir);
  else {
    emptyFleetFolder(dataDir);
    emptied();
  }
  await fleet.start();
}

/** But for the mark of this start. */
function isNewFolder(dataDir: string): boolean {
  return readdirSync(dataDir).length <= 1;
}

/** Goods arrive at each place once: a delivery that is repeated is the same delivery. */
async function fillShelves(fleet: Fleet): Promise<void> {
  for (const location of ['berlin', 'rotterdam', 'memphis']) {
    const response = await fetch(`${fleet.url(location)}/v1/receipts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: `opening-stock-${location}`, lines: openingStock(location) }),
    });
    if (!response.ok) {
      throw new ConfigError(`The opening stock of ${location} was refused: ${await response.text()}`);
    }
  }
}

interface WaysIn {
  readonly clients: readonly FleetCredential[];
  /** One for each role, to be used at once. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly people: FleetPeople['people'];
}

/** A region hears of a new credential a moment after the books have it. */
async function tokensOf(url: string, credentials: readonly FleetCredential[]): Promise<WaysIn['tokens']> {
  const tokens: Record<string, string> = {};
  for (const credential of credentials)
    await untilItWorks(async () => {
      tokens[credential.role] = await tokenFrom(url, credential);
    });
  return tokens;
}

function readyObject(fleet: Fleet, { clients, tokens, people }: WaysIn) {
  const of = (kinds: readonly string[]) =>
    fleet.plan.replicas
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ id, kind, location }) => ({ id, url: fleet.url(id), kind, location }));
  return {
    event: 'ready',
    regions: of(['region']),
    agents: of(['store', 'warehouse', 'terminal']),
    authority: { url: fleet.authority.url, databaseUrl: fleet.authority.databaseUrl },
    credentials: { operatorToken: fleet.authority.operatorToken, clients, tokens, people },
  };
}

function readyText(fleet: Fleet): string {
  const line = fleet.plan.replicas
    .filter(({ kind }) => kind === 'region' || kind === 'store')
    .map(({ id }) => `${id} ${fleet.url(id)}`)
    .join('  ');
  const rest = fleet.plan.replicas
    .filter(({ kind }) => kind !== 'region' && kind !== 'store')
    .map(({ id, kind }) => `  ${kind.padEnd(10)} ${id.padEnd(14)} ${fleet.url(id)}`)
    .join('\n');
  // What is typed next finds this system, wherever it was put.
  const data = fleet.plan.dataDir === resolve(DEFAULT_DATA) ? '' : ` --data '${fleet.plan.dataDir}'`;
  return `ready  ${line}  authority ${fleet.authority.url}
${rest}

  Open the screens:
    ${fleet.url('eu')}/          shop, till and console; nobody is asked to sign in on this machine
                                    but at the till, by PIN: ${CASHIERS_TEXT}
  Sell something:
    curl -s ${fleet.url('eu')}/v1/orders -H 'content-type: application/json' \\
      -H "authorization: Bearer $(npx tallystick token${data})" \\
      -d '{"lines":[{"sku":"MUG-STONE","quantity":2}]}'
  Ask where every unit is:
    npx tallystick why MUG-STONE${data}
  Sign in as a person, with a password out of ${join(fleet.plan.dataDir, PEOPLE_FILE)}:
    ${fleet.url('eu')}/auth/login
  Stop with Ctrl-C.
`;
}
