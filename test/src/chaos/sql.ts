/**
 * The two databases as they are, without any of our code between: plain SQL only.
 *
 * The drivers are dependencies of the server and the store agent; they are loaded as those
 * packages have them, so that a check reads with the very version that wrote.
 */
import { createRequire } from 'node:module';

type Row = Record<string, unknown>;

export interface Books {
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface JournalFile {
  query(sql: string, ...parameters: readonly unknown[]): Row[];
  close(): void;
}

interface PgModule {
  Client: new (options: {
    connectionString: string;
  }) => {
    connect(): Promise<void>;
    query(sql: string, parameters: readonly unknown[]): Promise<{ rows: Row[] }>;
    end(): Promise<void>;
  };
}

type SqliteModule = new (
  path: string,
  options: { readonly: boolean },
) => { prepare(sql: string): { all(...parameters: readonly unknown[]): Row[] }; close(): void };

const driver = {
  server: createRequire(new URL('../../../server/package.json', import.meta.url)),
  agent: createRequire(new URL('../../../store-agent/package.json', import.meta.url)),
};

export async function openBooks(url: string): Promise<Books> {
  const { Client } = driver.server('pg') as PgModule;
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    query: async (sql, parameters = []) => (await client.query(sql, parameters)).rows,
    close: () => client.end(),
  };
}

/** Its replica must be down: a journal belongs to one process. */
export function openJournalFile(path: string): JournalFile {
  const Sqlite = driver.agent('better-sqlite3') as SqliteModule;
  const file = new Sqlite(path, { readonly: true });
  return {
    query: (sql, ...parameters) => file.prepare(sql).all(...parameters),
    close: () => file.close(),
  };
}
