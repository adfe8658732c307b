/** Connections to the books: bounded in number and in time. */
import pg from 'pg';

export interface PoolOptions {
  /** Connections at once: a few, for one commit goes at a time and reads are short. */
  readonly connectionsMax?: number;
  /** What the server's own log and `pg_stat_activity` call us. */
  readonly name?: string;
  /** Told of a connection that broke while nobody used it; the next use opens another. */
  readonly onIdleError?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** The largest turn takes well under a second; what takes this long is stuck. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** DATABASE_URL is wrong, or nobody answers there. The message never holds the password. */
export class DatabaseUnreachable extends Error {
  override readonly name = 'DatabaseUnreachable';
}

/** Every bigint of this schema is at most 2^53−1 by a check constraint, so it fits a number. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** @throws DatabaseUnreachable when no connection can be made now. */
export async function openPool(url: string, options: PoolOptions = {}): Promise<pg.Pool> {
  const where = describeDatabase(url);
  try {
    await tryOnce(clientConfig(url, options.name));
  } catch (error) {
    throw new DatabaseUnreachable(
      `The database ${where} cannot be reached: ${reasonOf(error as pg.DatabaseError)}`,
      {
        cause: error,
      },
    );
  }
  const pool = new pg.Pool({
    ...clientConfig(url, options.name),
    max: options.connectionsMax ?? 10,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
  });
  // Without a listener a broken idle connection would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  // A connection that breaks inside a transaction fails its query; unheard, the event would end the process as well.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * With a connection that is ended whatever comes of it. The driver's pool leaves one open for which it has no password
 * to send: the server waits a minute for it, and lets nobody make or drop a database meanwhile.
 */
async function tryOnce(config: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
}

export function clientConfig(url: string, name = 'tallystick'): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    types,
  };
}

/** Host, port and name of a database, as a log may show them. */
function describeDatabase(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new DatabaseUnreachable(
      'DATABASE_URL is not a URL. Write it as postgres://user:password@host:5432/database.',
    );
  }
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') {
    throw new DatabaseUnreachable(
      `DATABASE_URL begins with ${parsed.protocol}// where postgres:// is needed.`,
    );
  }
  return `${parsed.hostname}:${parsed.port || '5432'}${parsed.pathname}`;
}

function reasonOf(error: Error & { code?: string | undefined }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there. Start Postgres, or correct the host and port in DATABASE_URL.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known. Correct the host in DATABASE_URL.';
    case '28P01':
    case '28000':
      return 'the user or the password is refused. Correct them in DATABASE_URL.';
    case '3D000':
      return 'there is no database of that name. Create it, or correct the name in DATABASE_URL.';
    case '53300':
      return 'it has no connection left. Raise max_connections, or stop what uses them.';
    default:
      if (/timeout/i.test(error.message)) {
        return `no answer within ${CONNECT_TIMEOUT_MS / 1000} s. Look at the network and the firewall in between.`;
      }
      // The driver's own error: the server asked, and the URL has nothing to answer with.
      if (/password must be a/.test(error.message))
        return 'it asks for a password. Write it into DATABASE_URL: postgres://user:password@host:5432/database.';
      return `${error.message}. Look at DATABASE_URL and at the server's log.`;
  }
}
