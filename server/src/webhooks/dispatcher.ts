/** Dispatcher: a worker for each endpoint that is enabled, as the books say it now. Runs where the feed is led. */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Every } from '../authority/feed/every.ts';
import type { Duty } from '../authority/feed/leader.ts';
import type { Read, Tail } from '../events/tail.ts';
import type { Endpoints } from './endpoints.ts';
import type { Poster } from './post.ts';
import { Records } from './records.ts';
import { Worker, type WorkerPorts } from './worker.ts';

/** How soon a change of an endpoint is followed. */
const LOOK_EVERY_MS = 500;
const RETENTION_DAYS = 14;
const FORGET_EVERY_MS = 600_000;

export interface DispatcherPorts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly tail: Tail;
  readOlder(after: number): Promise<Read>;
  readonly poster: Poster;
  readonly endpoints: Endpoints;
}

export function dispatcher({ pool, log, tail, readOlder, poster, endpoints }: DispatcherPorts): Duty {
  const workers = new Map<string, Worker>();
  const stopping = new Set<string>();
  const ports: WorkerPorts = {
    tail,
    readOlder,
    poster,
    records: new Records(pool),
    disable: (id, because, restart) => endpoints.disable(id, because, restart),
    log,
    now: () => new Date(),
    random: Math.random,
  };
  const look = new Every(LOOK_EVERY_MS, log, 'webhook endpoints could not be read', async () => {
    const wanted = new Map(
      (await endpoints.list()).filter(({ isEnabled }) => isEnabled).map((e) => [e.id, e]),
    );
    for (const [id, worker] of workers) {
      if (wanted.get(id)?.version === worker.endpoint.version || stopping.has(id)) continue;
      stopping.add(id);
      // One at a time, for the order: its successor begins once it has written down how far it came.
      void worker.stop().then(() => {
        workers.delete(id);
        stopping.delete(id);
      });
    }
    for (const [id, endpoint] of wanted) if (!workers.has(id)) workers.set(id, new Worker(endpoint, ports));
  });
  const forget = new Every(FORGET_EVERY_MS, log, 'old deliveries could not be forgotten', async () => {
    await pool.query(
      `delete from tallystick.webhook_deliveries where last_at < now() - interval '${RETENTION_DAYS} days'`,
    );
  });
  return {
    start() {
      look.start();
      forget.start();
    },
    async stop() {
      await Promise.all([look.stop(), forget.stop()]);
      const stopped = [...workers.values()].map((worker) => worker.stop());
      // Attempts under way are broken off and not counted: the next leader makes them again.
      poster.close();
      await Promise.all(stopped);
      workers.clear();
    },
  };
}
