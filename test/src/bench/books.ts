/** The Postgres of a bench: the project's own embedded server, durable as in production, for the books and for the peers. */
import { join } from 'node:path';
import { openPool, startEmbedded } from '@tallystick/server/test-kit';
import type { Place } from './bench.ts';
import { SCHEMA } from './pg-statements.ts';
import { OPENING_UNITS, skuNames, type Trade } from './trade.ts';

/** As the wiki's tuning page has it for a small machine: memory, and checkpoints far apart. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  max_connections: '200',
};
const PRINTED = ['server_version', 'synchronous_commit', 'fsync', 'shared_buffers'];

export interface Books {
  /** For a region's authority. */
  readonly url: string;
  /** For the peers. */
  readonly peersUrl: string;
  /** What the server itself says of its version and settings. */
  readonly note: string;
}

export interface BooksServer {
  readonly url: string;
  readonly pid: number;
  /** What the server itself says of its version and settings. */
  readonly note: string;
}

export async function openServer(place: Place): Promise<BooksServer> {
  const server = await startEmbedded({ folder: join(place.folder, 'postgres'), settings: SETTINGS });
  place.atEnd(() => server.stop());
  const admin = await openPool(server.url, { connectionsMax: 1 });
  const said: string[] = [];
  for (const name of PRINTED) {
    const { rows } = await admin.query<Record<string, string>>(`show ${name}`);
    said.push(name === 'server_version' ? `Postgres ${rows[0]?.[name]}` : `${name} ${rows[0]?.[name]}`);
  }
  await admin.end();
  return { url: server.url, pid: server.pid, note: said.join(', ') };
}

export async function openBooks(place: Place, trade: Trade): Promise<Books> {
  const server = await openServer(place);
  const admin = await openPool(server.url, { connectionsMax: 1 });
  await admin.query('create database peers');
  await admin.end();
  const peersUrl = server.url.replace(/\/[^/]*$/, '/peers');
  const pool = await openPool(peersUrl, { connectionsMax: 1 });
  await pool.query(SCHEMA);
  await pool.query('insert into stock select unnest($1::text[]), $2', [skuNames(trade), OPENING_UNITS]);
  await pool.query('vacuum analyze stock');
  await pool.end();
  return { url: server.url, peersUrl, note: server.note };
}
