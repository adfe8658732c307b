/** Hocuspocus with its SQLite extension, as its documentation starts it. Started as a helper of a bench. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { answer } from '../helper.ts';

interface Packages {
  readonly Server: new (
    options: object,
  ) => { listen(): Promise<unknown>; readonly address: { port: number } };
  readonly SQLite: new (options: object) => object;
}

/** @returns its URL */
async function open({ peers, folder }: { peers: string; folder: string }): Promise<string> {
  const load = createRequire(join(peers, 'here.js'));
  const { Server } = load('@hocuspocus/server') as Packages;
  const { SQLite } = load('@hocuspocus/extension-sqlite') as Packages;
  const database = new SQLite({ database: join(folder, 'hocuspocus.db') });
  const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, extensions: [database] });
  await server.listen();
  return `http://127.0.0.1:${server.address.port}`;
}

answer({ open });
