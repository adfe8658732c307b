/** Session: one connection to the books that may hold the lock of the leader, and never comes back once it is lost. */
import pg from 'pg';
import { clientConfig } from '../postgres/pool.ts';

/** Any number will do, as long as every release uses the same. */
const LOCK = 7_214_012;
/** A farewell that nobody takes is not waited for. */
const END_WAIT_MS = 1_000;

export interface Query {
  readonly text: string;
  readonly values?: unknown[];
  /** Of a statement that is prepared once. */
  readonly name?: string;
}

export interface Session {
  query(query: Query): Promise<unknown>;
  /** Whether this session holds the lock now. */
  takeLock(): Promise<boolean>;
  /** Told once, and why, when the connection is no more. */
  onLost(listener: (because: Error) => void): void;
  /** Never rejects. What is still asked fails. */
  end(): Promise<void>;
}

/** @param silentMs the server ends the session, and frees its lock, where it hears nothing for as long */
export async function openSession(url: string, silentMs: number): Promise<Session> {
  const client = new pg.Client({
    ...clientConfig(url, 'tallystick-leader'),
    keepAliveInitialDelayMillis: silentMs / 3,
    // What takes longer holds up the questions by which a leader knows that it is one.
    statement_timeout: silentMs / 3,
  });
  let because: Error | undefined;
  let listener = (_because: Error): void => {};
  const lose = (error: Error) => {
    if (because !== undefined) return;
    because = error;
    listener(error);
  };
  client.on('error', lose);
  client.on('end', () => lose(new Error('The connection to the books ended.')));
  const end = async () => {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, END_WAIT_MS).unref());
    await Promise.race([client.end().catch(() => {}), timeout]);
  };
  try {
    await client.connect();
    // Where the server knows them: one older than 14 leaves the lock to a frozen process until somebody ends it.
    await client.query(
      `select set_config(name, $1, false) from pg_settings
        where name in ('idle_session_timeout', 'tcp_user_timeout')`,
      [`${silentMs}ms`],
    );
  } catch (error) {
    await end();
    throw error;
  }
  return {
    query: (query) => client.query(query),
    async takeLock() {
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [LOCK]);
      return rows[0]?.got === true;
    },
    onLost(told) {
      listener = told;
      if (because !== undefined) told(because);
    },
    end,
  };
}
