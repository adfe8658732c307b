/**
 * Hocuspocus with its SQLite extension. Started as a helper of a bench.
 *
 * As its documentation starts it, it tells of an edit at once and saves seconds later. Without that delay (`debounce: 0`)
 * it saves each document before it tells of it: the store runs in the microtasks of the edit, and what is told waits
 * for the end of the loop's turn. The extension's own journal (a file that is deleted with each commit) then costs
 * several flushes an edit; a write-ahead log needs one, so that is what it gets.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { answer } from '../helper.ts';

interface Packages {
  readonly Server: new (
    options: object,
  ) => { listen(): Promise<unknown>; readonly address: { port: number } };
  readonly SQLite: new (
    options: object,
  ) => { readonly db?: { pragma(text: string, options: { simple: true }): unknown } };
}

export interface OpenHocuspocus {
  /** Where its packages are. */
  readonly peers: string;
  /** For its database. */
  readonly folder: string;
  /** Whether each edit is on disk before anybody hears of it. */
  readonly isDurable: boolean;
}

/** @returns its URL */
async function open({ peers, folder, isDurable }: OpenHocuspocus): Promise<string> {
  const load = createRequire(join(peers, 'here.js'));
  const { Server } = load('@hocuspocus/server') as Packages;
  const { SQLite } = load('@hocuspocus/extension-sqlite') as Packages;
  const database = new SQLite({ database: join(folder, `hocuspocus-${isDurable}.db`) });
  const options = { port: 0, address: '127.0.0.1', quiet: true, extensions: [database] };
  const server = new Server(isDurable ? { ...options, debounce: 0 } : options);
  await server.listen();
  if (isDurable) {
    set(database.db, 'journal_mode', 'WAL', 'wal');
    set(database.db, 'synchronous', 'FULL', 2);
  }
  return `http://127.0.0.1:${server.address.port}`;
}

/** @throws where it does not become so */
function set(db: InstanceType<Packages['SQLite']>['db'], name: string, value: string, found: unknown): void {
  db?.pragma(`${name} = ${value}`, { simple: true });
  const is = db?.pragma(name, { simple: true });
  if (is !== found) throw new Error(`${name} is ${String(is)} at Hocuspocus, and not ${value}.`);
}

answer({ open });
