/** `tallystick authority`: the root replica with its books, on your Postgres or on one that it starts. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEFAULT_LINK } from '@tallystick/crdt';
import {
  type AgentSettings,
  ConfigError,
  createApp,
  createLog,
  DoorTls,
  listen,
  makeFolder,
  openLinkDoor,
  readOptions,
  settingsSchema,
  startTracing,
  stopSignal,
  wayOut,
  wholeNumber,
} from '@tallystick/store-agent';
import { Authority } from '../authority/authority.ts';
import { keepRunning } from '../authority/postgres/kept-running.ts';
import { readRetention } from '../authority/retention-rule.ts';
import { operatorRoutes } from '../authority/routes.ts';
import { Vault } from '../authority/vault.ts';
import { logLevel } from './log-level.ts';

const DEFAULT_PORT = 7410;
export const TOKEN_FILE = 'operator-token';
export const DATABASE_URL_FILE = 'database-url';

export async function runAuthority(args: readonly string[]): Promise<number> {
  const values = readOptions(args, {
    data: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    'postgres-port': { type: 'string' },
    'resend-ms': { type: 'string' },
    'gather-ms': { type: 'string' },
    policy: { type: 'string' },
    retention: { type: 'string' },
    'webhooks-to-loopback': { type: 'boolean' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    'tls-clients': { type: 'string' },
    log: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (values.data === undefined) throw new ConfigError('Name the data folder with --data DIR.');
  const dataDir = resolve(values.data);
  const host = values.host ?? '127.0.0.1';
  const port = wholeNumber('--port', values.port ?? String(DEFAULT_PORT), 0, 65_535);
  const level = logLevel(values.log);
  const resendMs = wholeNumber('--resend-ms', values['resend-ms'] ?? '1000', 10, 60_000);
  const { gatherMs: usual } = DEFAULT_LINK;
  const gatherMs = wholeNumber('--gather-ms', values['gather-ms'] ?? String(usual), 0, 1_000);
  const postgresPort = wholeNumber('--postgres-port', values['postgres-port'] ?? '0', 0, 65_535);
  const policy = values.policy === undefined ? {} : { policy: readPolicy(values.policy) };
  const retention = values.retention === undefined ? {} : { retention: readRetention(values.retention) };
  const tls = doorTls(values);
  const log = createLog('authority', level);
  const sendSpans = await startTracing('authority', log);
  const signal = stopSignal();
  const token = operatorToken(dataDir);
  const own = process.env.DATABASE_URL;
  const electric = electricUrl(process.env.TALLYSTICK_ELECTRIC_URL);
  const embedded =
    own === undefined
      ? await keepRunning({
          folder: join(dataDir, 'postgres'),
          port: postgresPort,
          log: (line) => log.debug(line),
          onLost: () => log.error('the Postgres server ended by itself and is started again'),
          onGivenUp: (err) => {
            log.fatal({ err }, 'the Postgres server cannot be started again');
            process.exit(1);
          },
        }).catch(sayPlainly)
      : undefined;
  try {
    const databaseUrl = own ?? (embedded?.url as string);
    const authority = await Authority.open({
      databaseUrl,
      dataDir,
      log,
      resendMs,
      gatherMs,
      vault: Vault.open(dataDir, process.env.TALLYSTICK_MASTER_KEYS, (line) => log.warn(line)),
      allowLoopbackWebhooks: values['webhooks-to-loopback'] === true,
      // Whoever watches over this process starts it again; `up` does.
      onFatal: () => setTimeout(() => process.exit(1), 500),
      ...policy,
      ...electric,
      ...retention,
    });
    const app = createApp(log, { tls });
    operatorRoutes(app, authority, token);
    openLinkDoor(app, authority.host, tls);
    try {
      await listen(app, host, port);
      authority.start();
      const address = app.server.address();
      const url = `${tls === undefined ? 'http' : 'https'}://${host}:${typeof address === 'object' && address !== null ? address.port : port}`;
      writeFileSync(join(dataDir, 'url'), `${url}\n`);
      // With the password, for `verify` beside a running fleet: only its owner can read it.
      writeFileSync(join(dataDir, DATABASE_URL_FILE), `${databaseUrl}\n`, { mode: 0o600 });
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ event: 'listening', id: 'authority', url, operatorToken: token, databaseUrl })}\n`
          : `ready authority ${url}\n`,
      );
      await signal;
    } finally {
      await app.close();
      await authority.stop();
      await sendSpans();
    }
  } finally {
    await embedded?.stop();
  }
  return 0;
}

/** Whatever keeps a Postgres server of ours from starting is about this machine, and says what to do. */
export function sayPlainly(error: NodeJS.ErrnoException): never {
  // What the system says of a file has no way out in it; the command line adds one.
  if (error.syscall !== undefined && error.path !== undefined) throw error;
  throw new ConfigError(error.message, { cause: error });
}

/** In the environment, for it may hold a secret. @throws ConfigError */
function electricUrl(text: string | undefined): { electricUrl?: string } {
  if (text === undefined || text === '') return {};
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ConfigError('TALLYSTICK_ELECTRIC_URL must be a URL such as http://127.0.0.1:3000/v1/shape.');
  return { electricUrl: text };
}

/** Paths are as seen from where the command is given. @throws ConfigError */
function doorTls(values: Readonly<Record<string, unknown>>): DoorTls | undefined {
  const { 'tls-cert': cert, 'tls-key': key, 'tls-clients': linkClientsCa } = values as Record<string, string>;
  if (cert === undefined && key === undefined && linkClientsCa === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new ConfigError('--tls-cert and --tls-key go together: name the certificate and its key.');
  return new DoorTls('.', { cert, key, ...(linkClientsCa === undefined ? {} : { linkClientsCa }) });
}

/** @throws ConfigError */
function readPolicy(text: string): AgentSettings['policy'] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new ConfigError('--policy must be JSON.');
  }
  const parsed = settingsSchema.shape.policy.safeParse(policy);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`--policy: ${issue?.path.join('.')} ${issue?.message}`);
}

/** The operator's token lies in a file that only its owner can read. @throws ConfigError */
export function operatorToken(dataDir: string): string {
  const path = join(dataDir, TOKEN_FILE);
  try {
    makeFolder(dataDir, 0o755);
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT')
      throw new ConfigError(`The data folder ${dataDir} cannot be used. ${wayOut(code)}`);
  }
  const token = randomBytes(32).toString('base64url');
  try {
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`The data folder ${dataDir} cannot be written (${code}). ${wayOut(code)}`);
  }
  return token;
}
