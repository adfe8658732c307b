/** Figures that the books themselves know, for `GET /metrics`: counted now and then, however often somebody asks. */

import type { Figure } from '@tallystick/store-agent';
import type pg from 'pg';
import { TEST_EVENT_TYPE } from '../webhooks/test-event.ts';

/** The door asks nobody who they are: whoever asks all day counts no more than this. */
const COUNT_EVERY_MS = 10_000;

export class BooksFigures {
  readonly #pool: pg.Pool;
  #counted: readonly Figure[] = [];
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The last that were counted, where the books cannot be read now. */
  async read(nowMs: number): Promise<readonly Figure[]> {
    if (nowMs - this.#atMs < COUNT_EVERY_MS) return this.#counted;
    this.#atMs = nowMs;
    try {
      this.#counted = await count(this.#pool);
    } catch {
      // What keeps the books from being read is said where they are used; a figure that stands still says it too.
    }
    return this.#counted;
  }
}

async function count(pool: pg.Pool): Promise<readonly Figure[]> {
  const { rows } = await pool.query<{ quarantined: number; failed: number; disabled: number }>({
    name: 'books_figures',
    text: `select (select count(*)::int from tallystick.quarantine) as quarantined,
      (select count(*)::int from tallystick.webhook_deliveries join tallystick.webhook_endpoints using (log)
        where state = 'failed' and type <> '${TEST_EVENT_TYPE}') as failed,
      (select count(*)::int from tallystick.webhook_endpoints
        where not is_enabled and disabled_because is not null) as disabled`,
  });
  const [found] = rows as [(typeof rows)[number]];
  const gauge = (name: string, value: number, help: string): Figure => ({ name, help, kind: 'gauge', value });
  return [
    gauge('quarantined_entries', found.quarantined, 'Entries that were put aside as evidence.'),
    gauge('failed_deliveries', found.failed, 'Webhook deliveries that were given up: dead letters.'),
    gauge('disabled_endpoints', found.disabled, 'Webhook endpoints that were disabled because they failed.'),
  ];
}
