/**
 * The books with nothing installed: a real Postgres server under a data folder.
 *
 *   const server = await startEmbedded({ folder: '.tallystick/postgres', port: 0 });
 *   …use server.url…
 *   await server.stop();
 *
 * It listens on loopback alone, with a password of its own that is kept in the
 * folder. It runs in a process group of its own, so that Ctrl-C reaches us and not
 * it: we stop it when we have drained.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type Binaries, findBinaries, foldersOf } from './binaries.ts';
import { DATABASE, OWNER_FILE, PASSWORD_FILE, prepareCluster, USER } from './cluster.ts';
import { isAlive, isPostgres, POLL_MS, readPostmaster, readText, waitForEnd } from './postmaster.ts';
import { giveTo, type RunAs, spawnable, unprivilegedUser } from './unprivileged.ts';

export interface EmbeddedOptions {
  /** The cluster's own folder. It is made where it does not exist. */
  readonly folder: string;
  /** On 127.0.0.1; 0 chooses a free one. */
  readonly port?: number;
  /** Settings that replace the ones below. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
  /** Told when the server ends without having been stopped here. */
  readonly onExit?: () => void;
}

export interface EmbeddedServer {
  /** With the password: not for a log. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends sessions, writes a checkpoint, and waits until the server is gone. */
  stop(): Promise<void>;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Loopback with a password is enough, and a path in a deep folder may be too long for a socket.
  unix_socket_directories: '',
  wal_level: 'logical',
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  max_connections: '100',
  // New books grow from nothing to thousands of orders within the minute that Postgres waits for by itself.
  autovacuum_naptime: '10s',
  timezone: 'UTC',
};

/** Recovery after a crash replays up to a gigabyte of log. */
const START_WAIT_MS = 60_000;
const STOP_WAIT_MS = 30_000;
/** Somebody may take a free port between our look and the server's start. */
const PORT_TRIES = 3;

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = resolve(options.folder);
  const binaries = await findBinaries();
  const as = unprivilegedUser();
  await endOrphan(folder, binaries, as);
  await prepareCluster(binaries, folder, as);
  writeOwner(folder, as);
  for (let tries = 1; ; tries += 1) {
    const port = options.port || (await freePort());
    try {
      const child = await run(binaries, folder, as, port, options);
      const password = readFileSync(join(folder, PASSWORD_FILE), 'utf8').trim();
      const server = new Server(child, folder, binaries, port, password);
      await createDatabase(server);
      if (options.onExit !== undefined) server.watch(options.onExit);
      return server;
    } catch (error) {
      if (!(error instanceof PortInUse) || options.port || tries === PORT_TRIES) throw error;
    }
  }
}

class PortInUse extends Error {}

/** A server whose owner died goes on by itself. It is stopped cleanly, for its port and settings were another's. */
async function endOrphan(folder: string, binaries: Binaries, as: RunAs): Promise<void> {
  const found = readPostmaster(folder);
  if (found === undefined) return;
  if (!isPostgres(found.pid)) {
    // Left by a crash. Postgres checks this itself, but not that the number now belongs to another program.
    if (isAlive(found.pid)) rmSync(join(folder, 'postmaster.pid'), { force: true });
    return;
  }
  const owner = userOf(folder);
  if (owner !== undefined) {
    throw new Error(
      `The database in ${folder} is in use by process ${owner}. Stop that one, or choose another data folder.`,
    );
  }
  shutDown(found.pid, folder, binaries, as);
  if (await waitForEnd(found.pid, STOP_WAIT_MS)) return;
  throw new Error(
    `A Postgres server (process ${found.pid}) still runs in ${folder} and does not stop. Stop it by hand.`,
  );
}

/** The process, still alive, whose server runs in the folder. */
export function userOf(folder: string): number | undefined {
  const found = readPostmaster(folder);
  if (found === undefined || !isPostgres(found.pid)) return undefined;
  const owner = Number(readText(join(folder, OWNER_FILE)));
  return owner > 0 && isAlive(owner) ? owner : undefined;
}

function writeOwner(folder: string, as: RunAs): void {
  const path = join(folder, OWNER_FILE);
  writeFileSync(path, String(process.pid), { mode: 0o600 });
  giveTo(path, as);
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolvePort(port));
    });
  });
}

async function run(
  binaries: Binaries,
  folder: string,
  as: RunAs,
  port: number,
  options: EmbeddedOptions,
): Promise<ChildProcess> {
  const settings = Object.entries({ ...SETTINGS, ...options.settings, port: String(port) });
  const flags = ['-D', folder, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const start = spawnable(binaries.postgres, flags, as, [...foldersOf(binaries), folder]);
  const child = spawn(start.command, start.args, {
    ...start.as,
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let failed: Error | undefined;
  child.once('error', (error) => {
    failed = error;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
    for (const line of text.split('\n')) if (line !== '') options.log?.(line);
  });
  for (let leftMs = START_WAIT_MS; leftMs > 0; leftMs -= POLL_MS) {
    if (failed !== undefined || child.exitCode !== null || child.signalCode !== null) {
      throw startFailure(folder, port, failed?.message ?? said);
    }
    const found = readPostmaster(folder);
    if (found?.pid === child.pid && found?.isReady) {
      // The server must not keep this process alive, nor its log.
      child.unref();
      (child.stderr as unknown as { unref?: () => void })?.unref?.();
      return child;
    }
    await new Promise((wait) => setTimeout(wait, POLL_MS));
  }
  child.kill('SIGQUIT');
  throw startFailure(folder, port, `not ready after ${START_WAIT_MS / 1000} s\n${said}`);
}

function startFailure(folder: string, port: number, said: string): Error {
  if (/address already in use/i.test(said)) {
    return new PortInUse(
      `Port ${port} on 127.0.0.1 is in use. Choose another port for the database, or 0 for a free one.`,
    );
  }
  if (/permission denied/i.test(said)) {
    return new Error(`Postgres may not use ${folder}. Give the folder to the user who runs this.\n${said}`);
  }
  if (/no space left on device/i.test(said))
    return new Error(`Postgres did not start: the disk of ${folder} is full. Make room, then start again.`);
  const lines = said.trim().split('\n');
  const why = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1);
  return new Error(`Postgres did not start in ${folder}. It said: ${why}`);
}

/** SIGINT is Postgres' fast shutdown; Windows has no signals, so its own tool asks there. */
function shutDown(pid: number, folder: string, binaries: Binaries, as: RunAs): void {
  if (process.platform === 'win32') {
    spawnSync(binaries.pgCtl, ['stop', '-D', folder, '-m', 'fast', '-W'], { ...as, stdio: 'ignore' });
  } else if (isAlive(pid)) {
    process.kill(pid, 'SIGINT');
  }
}

async function createDatabase(server: EmbeddedServer): Promise<void> {
  const url = new URL(server.url);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

class Server implements EmbeddedServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #shutDown: () => void;
  #isStopping = false;

  constructor(child: ChildProcess, folder: string, binaries: Binaries, port: number, password: string) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid as number;
    this.url = `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
    this.#shutDown = () => shutDown(this.pid, folder, binaries, {});
    process.once('exit', this.#shutDown);
  }

  watch(onExit: () => void): void {
    const ended = () => {
      process.off('exit', this.#shutDown);
      if (!this.#isStopping) onExit();
    };
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) ended();
    else this.#child.once('exit', ended);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    process.off('exit', this.#shutDown);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise<void>((resolveEnd) => {
      this.#child.once('exit', () => resolveEnd());
    });
    this.#child.ref();
    this.#shutDown();
    const late = setTimeout(() => this.#child.kill('SIGQUIT'), STOP_WAIT_MS);
    await ended;
    clearTimeout(late);
  }
}
