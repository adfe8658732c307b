/** Dispatcher: a worker for each endpoint that is enabled, as the books say it now. Runs where the feed is led. */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Every } from '../authority/feed/every.ts';
import type { Duty, Term } from '../authority/feed/leader.ts';
import type { Tail } from '../events/tail.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { forgetDeliveries } from './forget.ts';
import type { Poster } from './post.ts';
import { Records } from './records.ts';
import { Worker, type WorkerPorts } from './worker.ts';

/** How soon a change of an endpoint is followed. */
const LOOK_EVERY_MS = 500;
const FORGET_EVERY_MS = 600_000;

export interface DispatcherPorts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly tail: Tail;
  readOlder: WorkerPorts['readOlder'];
  readonly poster: Poster;
  readonly endpoints: Endpoints;
  /** How long it is known what became of a delivery. */
  readonly keepDays: number;
}

export function dispatcher(ports: DispatcherPorts): Duty {
  let dispatch: Dispatch | undefined;
  return {
    start: (term) => {
      dispatch = new Dispatch(ports, term);
    },
    stop: async () => dispatch?.stop(),
  };
}

/** Of one term: of what it began, nothing outlives it. */
class Dispatch {
  readonly #endpoints: Endpoints;
  readonly #ports: WorkerPorts;
  readonly #workers = new Map<string, Worker>();
  readonly #stopping = new Set<string>();
  /** Since the list was asked for that is looked at now: it may say of them how far they had come before. */
  readonly #ended = new Set<string>();
  readonly #acts: readonly Every[];
  #isEnded = false;

  constructor({ pool, log, tail, readOlder, poster, endpoints, keepDays }: DispatcherPorts, term: Term) {
    this.#endpoints = endpoints;
    this.#ports = {
      tail,
      readOlder,
      poster,
      records: new Records(term),
      maySend: () => term.isSure,
      log,
      now: () => new Date(),
      random: Math.random,
    };
    this.#acts = [
      new Every(LOOK_EVERY_MS, log, 'webhook endpoints could not be read', () => this.#look()),
      new Every(FORGET_EVERY_MS, log, 'old deliveries could not be forgotten', (stopping) =>
        forgetDeliveries(pool, keepDays, stopping),
      ),
    ];
    for (const act of this.#acts) act.start();
  }

  async #look(): Promise<void> {
    this.#ended.clear();
    const endpoints = await this.#endpoints.list();
    if (this.#isEnded) return;
    const wanted = new Map(endpoints.filter(({ isEnabled }) => isEnabled).map((e) => [e.id, e]));
    for (const [id, worker] of this.#workers) {
      const now = wanted.get(id);
      if (isSame(now, worker.endpoint) || this.#stopping.has(id)) continue;
      this.#stopping.add(id);
      // One at a time, for the order: its successor begins once it has written down how far it came. Of an address
      // that nobody wants any more the answer is not waited for.
      void worker.stop(now?.url !== worker.endpoint.url).then(() => {
        this.#workers.delete(id);
        this.#stopping.delete(id);
        this.#ended.add(id);
      });
    }
    for (const [id, endpoint] of wanted)
      if (!this.#workers.has(id) && !this.#ended.has(id))
        this.#workers.set(id, new Worker(endpoint, this.#ports));
  }

  async stop(): Promise<void> {
    this.#isEnded = true;
    // Before anything is waited for: attempts under way are broken off and not counted, the next leader makes them again.
    const stopped = [...this.#workers.values()].map((worker) => worker.stop(true));
    await Promise.all([...this.#acts.map((act) => act.stop()), ...stopped]);
  }
}

/** One that was removed and made again has the name of the other, and a secret that was replaced ends by the clock. */
function isSame(now: Endpoint | undefined, known: Endpoint): boolean {
  if (now === undefined || now.version !== known.version) return false;
  return now.secrets.join() === known.secrets.join() && now.createdAt.getTime() === known.createdAt.getTime();
}
