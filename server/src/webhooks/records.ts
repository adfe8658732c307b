/** Records of deliveries: many of a moment in one write, and how far each endpoint has come with them. */
import type pg from 'pg';
import type { Query } from '../authority/feed/session.ts';
import type { Endpoint } from './endpoints.ts';
import type { Posted } from './post.ts';

export interface Attempt {
  readonly at: string;
  readonly kind: 'delivery' | 'redelivery' | 'test';
  readonly status: number | null;
  readonly error?: string;
  readonly durationMs: number;
}

export interface Delivered {
  /** Of the endpoint. */
  readonly log: string;
  readonly eventId: string;
  readonly type: string;
  readonly state: 'delivered' | 'retrying' | 'failed';
  readonly attempt: Attempt;
}

export interface Place {
  /** Of the endpoint. */
  readonly log: string;
  /** Of the endpoint as whoever writes this knew it: of another one they do not know when its next attempt is due. */
  readonly version: number;
  readonly cursor: number;
  readonly attempts: number;
  readonly nextAt: Date;
}

export function attemptOf(posted: Posted, kind: Attempt['kind'], at: Date): Attempt {
  const { status, error, durationMs } = posted;
  return { at: at.toISOString(), kind, status, ...(error === undefined ? {} : { error }), durationMs };
}

/** Of a pool, or of the session that leads. */
interface Books {
  query(query: Query): Promise<unknown>;
}

export async function noteDeliveries(
  books: Books,
  delivered: readonly Delivered[],
  places: readonly Place[],
): Promise<void> {
  // One row a delivery: a statement may change each only once.
  const rows = new Map<string, Record<string, unknown> & { attempts: Attempt[] }>();
  for (const { log, eventId, type, state, attempt } of delivered) {
    const key = `${log} ${eventId}`;
    const attempts = [...(rows.get(key)?.attempts ?? []), attempt];
    rows.set(key, { log, event_id: eventId, type, state, attempts, last_at: attempt.at });
  }
  await books.query({
    name: 'note_deliveries',
    text: 'select tallystick.note_deliveries($1, $2)',
    values: [
      JSON.stringify([...rows.values()]),
      JSON.stringify(
        places.map(({ log, version, cursor, attempts, nextAt }) => ({
          log,
          version,
          cursor,
          attempts,
          next_at: nextAt.toISOString(),
        })),
      ),
    ],
  });
}

/** Gathers what several endpoints have to say, so that thousands of deliveries a second are a few writes. */
export class Records {
  readonly #books: Books;
  #delivered: Delivered[] = [];
  #places = new Map<string, Place>();
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(books: Books) {
    this.#books = books;
  }

  /** Resolves when it is written, together with what others added while the write before was under way. */
  add(delivered: readonly Delivered[], place: Place): Promise<void> {
    this.#delivered.push(...delivered);
    this.#places.set(place.log, place);
    this.#next ??= this.#afterLast();
    return this.#next;
  }

  async #afterLast(): Promise<void> {
    await this.#last;
    this.#next = undefined;
    const writing = this.#write();
    this.#last = writing.catch(() => {});
    await writing;
  }

  async #write(): Promise<void> {
    const delivered = this.#delivered;
    const places = [...this.#places.values()];
    this.#delivered = [];
    this.#places = new Map();
    await noteDeliveries(this.#books, delivered, places);
  }

  /**
   * Unless it was changed since: what an address said that was corrected meanwhile says nothing of the new one.
   * @param restart where it goes on once somebody enables it, if not behind its cursor
   */
  async disable({ id, version }: Endpoint, because: string, restart?: number): Promise<void> {
    await this.#books.query({
      text: `update tallystick.webhook_endpoints
        set is_enabled = false, disabled_because = $2, version = version + 1, cursor = coalesce($3, cursor)
        where id = $1 and is_enabled and version = $4`,
      values: [id, because, restart ?? null, version],
    });
  }
}

export interface DeliveryJson {
  readonly eventId: string;
  readonly type: string;
  readonly state: Delivered['state'];
  readonly attempts: readonly Attempt[];
  readonly lastAt: string;
}

/** Newest first; `after` is the last one of the page before. */
export async function listDeliveries(
  pool: pg.Pool,
  log: string,
  wanted: {
    readonly state?: Delivered['state'] | undefined;
    readonly after?: { readonly lastAt: string; readonly eventId: string } | undefined;
    readonly limit: number;
  },
): Promise<DeliveryJson[]> {
  const { rows } = await pool.query<DeliveryJson>(
    `select event_id as "eventId", type, state, attempts,
        to_char(last_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastAt"
      from tallystick.webhook_deliveries
      where log = $1 and ($2::text is null or state = $2)
        and ($3::timestamptz is null or (last_at, event_id) < ($3, $4))
      order by last_at desc, event_id desc limit $5`,
    [log, wanted.state ?? null, wanted.after?.lastAt ?? null, wanted.after?.eventId ?? '', wanted.limit],
  );
  return rows;
}
