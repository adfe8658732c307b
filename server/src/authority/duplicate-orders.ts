/**
 * Duplicate orders: one id that two owners accepted, for a client that failed over (T8).
 * The first to settle stands. Every other owner is asked to cancel its copy, until it has:
 * it may be cut off for days. Asking again changes nothing.
 */
import type { ReplicaId } from '@tallystick/crdt';
import { replicaOf, type WriterId } from '@tallystick/crdt';
import type { CallResult } from '@tallystick/crdt/host';
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';

/** How often the books are asked for copies that stand. */
const LOOK_MS = 2_000;
/** Looked at in one go; the next look goes on behind them, so that owners who are cut off hold up nobody. */
const COPIES_MAX = 100;
/** Copies that are known to be past cancelling; forgotten all at once, and asked about again, beyond this. */
const REFUSED_MAX = 10_000;
const OWNER_WAIT_MS = 5_000;

interface Copy {
  readonly id: string;
  readonly writer: WriterId;
}

export interface DuplicateOrdersPorts {
  readonly pool: pg.Pool;
  readonly log: Log;
  call(target: ReplicaId, body: object, waitMs: number): Promise<CallResult>;
}

export class DuplicateOrders {
  readonly #ports: DuplicateOrdersPorts;
  /** Copies whose owner said for good that nothing is left to cancel, as of goods that left over a counter. */
  readonly #refused = new Set<string>();
  /** The last copy that was looked at. */
  #after: Copy | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(ports: DuplicateOrdersPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const copies = await standingCopies(this.#ports.pool, this.#after);
      this.#after = copies.length < COPIES_MAX ? undefined : copies.at(-1);
      await Promise.all(copies.map((copy) => this.#cancel(copy)));
    } catch (error) {
      this.#ports.log.warn({ err: error }, 'duplicate orders could not be looked for');
    }
  }

  async #cancel({ id, writer }: Copy): Promise<void> {
    if (this.#refused.has(`${id} ${writer}`)) return;
    const reason = 'the order was placed twice; the other one stands';
    const command = { type: 'cancel', id, orderId: id, actor: 'system:authority', reason };
    const result = await this.#ports.call(replicaOf(writer), { call: 'command', command }, OWNER_WAIT_MS);
    if (result.ok) {
      this.#ports.log.info({ order: id, owner: replicaOf(writer) }, 'a copy of an order was cancelled');
    } else if (result.code === 'already_departed' || result.code === 'already_cancelled') {
      if (this.#refused.size >= REFUSED_MAX) this.#refused.clear();
      this.#refused.add(`${id} ${writer}`);
    }
  }
}

/** Orders of other owners under an id that was settled before, of which no line was cancelled yet, behind one of them. */
async function standingCopies(pool: pg.Pool, after: Copy | undefined): Promise<Copy[]> {
  const { rows } = await pool.query<Copy>({
    name: 'standing_copies',
    text: `select d.id, d.writer from tallystick.duplicates d
        join tallystick.orders o on o.order_id = d.id
       where d.kind = 'order' and split_part(d.writer, '.', 1) <> split_part(o.writer, '.', 1)
         and (d.id, d.writer) > ($1, $2)
         and not exists (select from tallystick.writers w where w.writer = d.writer and w.fence_seq is not null)
         and not exists (
           select from tallystick.documents c where c.kind = 'copy-cancellation'
              and c.id >= d.id || ' ' and c.id < d.id || '!'
              and right(c.id, length(d.writer) + 1) = ' ' || d.writer)
       order by d.id, d.writer limit ${COPIES_MAX}`,
    values: [after?.id ?? '', after?.writer ?? ''],
  });
  return rows;
}
