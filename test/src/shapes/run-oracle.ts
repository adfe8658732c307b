/**
 * The oracle of shapes over real processes: an authority and a Postgres of its own, both killed and restarted
 * while the stock client reads. Each of its rounds ends with every client's rows equal to what SQL says.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Oracle, openPool, startEmbedded } from '@tallystick/server/test-kit';
import { Program } from '../chaos/program.ts';

const ENTRY = join(import.meta.dirname, '../../../server/src/cli/main.ts');
const LOADER = ['--conditions=tallystick-source', '--import=tsx'];
const READY_WAIT_MS = 60_000;

export interface OracleTally {
  readonly seed: number;
  readonly rounds: number;
  /** Rows of SQL's answers that were compared, and what clients had at an `up-to-date`. */
  readonly rows: number;
  readonly sightings: number;
  readonly refetches: number;
}

/** @param rounds each with the next disturbance, of which there are thirteen @throws Error where a client is wrong */
export async function runOracle(
  seed: number,
  rounds: number,
  shapes: number,
  say: (line: string) => void = () => {},
): Promise<OracleTally> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-oracle-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const postgres = { folder: join(folder, 'postgres'), settings: { shared_buffers: '32MB' } };
    let server = await startEmbedded(postgres);
    ends.push(() => server.stop());
    const pool = await openPool(server.url, { connectionsMax: 2 });
    ends.push(() => pool.end());
    const startPostgres = async () => {
      server = await startEmbedded({ ...postgres, port: server.port });
    };
    const port = await freePort();
    mkdirSync(join(folder, 'logs'));
    const authority = new Program({
      name: 'authority',
      args: [
        ...LOADER,
        ENTRY,
        'authority',
        '--data',
        join(folder, 'authority'),
        '--port',
        `${port}`,
        '--json',
      ],
      env: { DATABASE_URL: server.url },
      logFile: join(folder, 'logs', 'authority.log'),
      onCrash: (_name, why) => say(`the authority ended by itself: ${why}`),
    });
    ends.push(() => authority.stop());
    const { operatorToken } = await authority.start();
    const url = `http://127.0.0.1:${port}/v1/shape`;
    const headers = { authorization: `Bearer ${operatorToken}` };
    // Whoever writes waits for Postgres; whoever reads does so by itself.
    const query = async (sql: string) => (await pool.query(sql)).rows as Record<string, unknown>[];
    const untilUp = async () => {
      for (const untilMs = performance.now() + READY_WAIT_MS; ; ) {
        try {
          return await query('select 1');
        } catch (error) {
          if (performance.now() > untilMs) throw error;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    const oracle = await Oracle.begin({ seed, shapes, url, headers, query });
    ends.push(() => oracle.stop());
    const disturbances = Object.entries({
      'the server is killed': async () => {
        authority.kill();
      },
      'Postgres is stopped at once': async () => {
        process.kill(server.pid, 'SIGQUIT');
        await server.stop();
        await startPostgres();
        await untilUp();
      },
      'the server is restarted': async () => {
        await authority.stop();
        await authority.startPatiently();
      },
      'Postgres is restarted': async () => {
        await server.stop();
        await startPostgres();
        await untilUp();
      },
      'the replication connection breaks': () =>
        query(
          'select pg_terminate_backend(active_pid) from pg_replication_slots where database = current_database()',
        ),
      ...oracle.tableChanges,
    });
    for (let round = 0; round < rounds; round += 1) {
      const [what, disturb] = disturbances[round % disturbances.length] as (typeof disturbances)[0];
      await oracle.round(`round ${round} (${what})`, disturb);
      say(`round ${round}: ${what}; ${oracle.sightings} sightings, ${oracle.refetches} refetches`);
    }
    const [wrong] = oracle.errors;
    if (wrong !== undefined) throw wrong;
    const { rows, sightings, refetches } = oracle;
    return { seed, rounds, rows, sightings, refetches };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
