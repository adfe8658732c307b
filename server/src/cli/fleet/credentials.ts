/** The first credentials of a fleet on one machine: made once, and kept in a file that only its owner can read. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@tallystick/store-agent';
import { z } from 'zod';
import { type Operator, unlessThere } from './operator.ts';

const fileSchema = z.strictObject({
  /** A region's, where they get their tokens. */
  url: z.url(),
  credentials: z.array(z.strictObject({ id: z.string(), role: z.string(), secret: z.string() })),
});
type FleetCredentials = z.output<typeof fileSchema>;
export type FleetCredential = FleetCredentials['credentials'][number];

const NAMES: Readonly<Record<string, string>> = {
  integrator: 'For trying things out on this machine',
  operator: 'The operator of this machine',
  // A page in a shopper's browser: of orders it sees those of this client, and there are none.
  client: 'The web shop of this machine',
};
const CLIENT = { id: 'web-shop', name: 'The web shop', status: 'active' };

const pathIn = (dataDir: string) => join(dataDir, 'credentials.json');

/** Makes what is not there yet; a fleet of an older release gets its own too. */
export async function fleetCredentials(
  dataDir: string,
  url: string,
  operator: Operator,
): Promise<FleetCredentials> {
  const known = readFile(dataDir);
  const missing = Object.keys(NAMES).filter((role) => !known?.credentials.some((one) => one.role === role));
  if (known !== undefined && known.url === url && missing.length === 0) return known;
  const made = await Promise.all(missing.map((role) => make(operator, role)));
  const credentials = [...(known?.credentials ?? []), ...made];
  const file = { url, credentials };
  writeFileSync(pathIn(dataDir), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  return file;
}

async function make(operator: Operator, role: string): Promise<FleetCredential> {
  const isClient = role === 'client';
  if (isClient) await operator.request('POST', '/v1/clients', CLIENT).catch(unlessThere);
  const body = { name: NAMES[role], role, ...(isClient ? { client: CLIENT.id } : {}) };
  const ask = (id: string) => operator.request('POST', '/v1/credentials', { ...body, id });
  // Where the file was lost, and the secret with it, the books still have the name.
  const made = ((await ask(role).catch(unlessThere)) ?? (await ask(`${role}-${Date.now()}`))) as {
    id: string;
    secret: string;
  };
  return { id: made.id, role, secret: made.secret };
}

/** @throws ConfigError where there are none */
export function readCredentials(dataDir: string): FleetCredentials {
  const known = readFile(dataDir);
  if (known !== undefined) return known;
  throw new ConfigError(
    `There are no credentials in ${dataDir}. \`tallystick up\` makes them; name its folder with --data DIR.`,
  );
}

function readFile(dataDir: string): FleetCredentials | undefined {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(pathIn(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** @param scope to have less than the credential may @throws ConfigError with what the region said */
export async function tokenFrom(
  url: string,
  { id, secret }: FleetCredential,
  scope?: string,
): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
    ...(scope === undefined ? {} : { scope }),
  });
  const response = await fetch(new URL('/oauth/token', url), { method: 'POST', body }).catch(() => undefined);
  if (response === undefined) throw new ConfigError(`The region at ${url} does not answer. Is it running?`);
  const said = (await response.json()) as { access_token?: string; error_description?: string };
  if (said.access_token !== undefined) return said.access_token;
  throw new ConfigError(said.error_description ?? `The region answered ${response.status}.`);
}
