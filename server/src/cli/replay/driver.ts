/**
 * Driver: carries out the steps of a replay against real replicas, in trading time.
 *
 * Each replica serves its customers one after another; replicas serve at the same
 * time, up to a bound. A cut or its end waits until the shop it hits has answered
 * everybody; a kill waits for nobody.
 */
import type { Fleet } from '../fleet/fleet.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { FleetShape } from './fleet-shape.ts';
import type { Ledger } from './ledger.ts';
import { ShopClient } from './shop-client.ts';
import type { DeliveryStep, ReturnStep, SaleLine, SaleStep, ShrinkageStep, Step } from './steps.ts';

/**
 * Customers served at once over all replicas: enough that half of the shops go on while a computer that serves the other
 * half is started again, few enough to stay in time: half as many as a day has.
 */
const AT_ONCE_MAX = 128;
/** A region's door takes several customers at once, a counter one. */
const REGION_CONNECTIONS = 8;
/** After this many refusals of parts of one sale, something other than stock is wrong. */
const TRIES_MAX = 8;
/** Lines of one delivery document. */
const DELIVERY_LINES_MAX = 2_000;

export interface DriverCounts {
  kills: number;
  cuts: number;
  localLines: number;
  soldLines: number;
  localContended: number;
  soldContended: number;
  sales: number;
}

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export class Driver {
  readonly counts: DriverCounts = {
    kills: 0,
    cuts: 0,
    localLines: 0,
    soldLines: 0,
    localContended: 0,
    soldContended: 0,
    sales: 0,
  };
  readonly #fleet: Fleet;
  readonly #proxy: FaultProxy;
  readonly #shape: FleetShape;
  readonly #ledger: Ledger;
  readonly #clients = new Map<string, ShopClient>();
  readonly #queues = new Map<string, Promise<void>>();
  /** When a shop last asked its region, or a region the authority, for a pool. */
  readonly #askedAtMs = new Map<string, number>();
  readonly #onDone: (step: Step) => void;
  #underWay = 0;
  #waiting: (() => void)[] = [];
  #failure: Error | undefined;

  constructor(
    fleet: Fleet,
    proxy: FaultProxy,
    shape: FleetShape,
    ledger: Ledger,
    onDone: (step: Step) => void,
  ) {
    this.#fleet = fleet;
    this.#proxy = proxy;
    this.#shape = shape;
    this.#ledger = ledger;
    this.#onDone = onDone;
    for (const { id, kind } of shape.replicas) {
      const port = Number(new URL(fleet.url(id)).port);
      this.#clients.set(id, new ShopClient(port, kind === 'region' ? REGION_CONNECTIONS : 1));
    }
  }

  /** For the proxy: a child asked beyond its shop. */
  noteAsked(child: string, pools: readonly string[]): void {
    const nowMs = performance.now();
    for (const pool of pools) this.#askedAtMs.set(`${child} ${pool}`, nowMs);
  }

  /** @throws when a replica gave an answer that no sale should get. */
  async run(steps: Iterable<Step> | AsyncIterable<Step>, signal: AbortSignal): Promise<void> {
    for await (const step of steps) {
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      await this.#take(step);
    }
    await Promise.all(this.#queues.values());
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'sale':
        return this.#queue(step.seller, step, () => this.#sell(step));
      case 'delivery':
        await this.#queue(step.keeper, step, () => this.#deliver(step));
        // Whoever comes after a delivery finds it on the shelf.
        return this.#drain([step.keeper]);
      case 'return':
        return this.#queue(step.keeper, step, () => this.#giveBack(step));
      case 'shrinkage':
        return this.#queue(step.keeper, step, () => this.#shrink(step));
      case 'cut':
        this.#between(step.store, () => {
          this.#proxy.cut(step.store);
          this.counts.cuts += 1;
        });
        return;
      case 'heal':
        this.#between(step.store, () => this.#proxy.heal(step.store));
        return;
      case 'kill':
        // One that is down already is not killed once more.
        if (this.#fleet.processes.get(step.replica)?.kill()) this.counts.kills += 1;
        return;
      default:
        step satisfies never;
    }
  }

  #shop(store: string): string[] {
    return [store, ...this.#shape.terminalsOf(store)];
  }

  /** Between the customers before and those after, in one shop; the others trade on meanwhile. */
  #between(store: string, act: () => void): void {
    const shop = this.#shop(store);
    const done = this.#drain(shop).then(act);
    for (const replica of shop) this.#queues.set(replica, done);
  }

  async #drain(replicas: readonly string[]): Promise<void> {
    await Promise.all(replicas.map((replica) => this.#queues.get(replica)));
  }

  /** Puts work at the end of a replica's queue; waits while too much is under way already. */
  async #queue(replica: string, step: Step, work: () => Promise<void>): Promise<void> {
    while (this.#underWay >= AT_ONCE_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay += 1;
    const before = this.#queues.get(replica) ?? Promise.resolve();
    // A region serves its customers side by side; what they may sell is decided by its turns.
    const start = this.#shape.regions.includes(replica) ? Promise.resolve() : before;
    const done = start
      .then(work)
      .catch((error: Error) => {
        this.#failure ??= error;
      })
      .then(() => {
        this.#underWay -= 1;
        this.#waiting.shift()?.();
        this.#onDone(step);
      });
    this.#queues.set(
      replica,
      this.#shape.regions.includes(replica) ? Promise.all([before, done]).then(() => {}) : done,
    );
  }

  #client(replica: string): ShopClient {
    return this.#clients.get(replica) as ShopClient;
  }

  /** As a cashier would: what cannot be had is struck from the bill, the rest is sold. */
  async #sell(step: SaleStep): Promise<void> {
    const startedMs = performance.now();
    const { saleId } = step;
    let lines = step.lines;
    for (let attempt = 1; lines.length > 0; attempt += 1) {
      if (attempt > TRIES_MAX) throw new Error(`${saleId} was refused ${TRIES_MAX} times.`);
      const path = this.#shape.regions.includes(step.seller) ? '/v1/orders' : '/v1/sales';
      const answer = await this.#client(step.seller).post(path, {
        id: saleId,
        lines: lines.map(({ lineNo, sku, location, quantity }) => {
          return { lineId: String(lineNo), sku, locationId: location, quantity };
        }),
        ...(step.customer === '' ? {} : { customer: step.customer }),
      });
      if (answer.status === 201) {
        this.counts.sales += 1;
        this.#ledger.sold(step, saleId, lines);
        this.#countLocal(step.seller, lines, answer.body.waited === true ? startedMs : undefined);
        return;
      }
      const short = shortLines(answer, lines);
      if (short.size === 0)
        throw new Error(`${saleId} at ${step.seller}: ${answer.status} ${JSON.stringify(answer.body)}`);
      for (const line of short) this.#ledger.refused(line);
      // A refusal wrote nothing, so the same sale goes on under its id without these lines.
      lines = lines.filter((line) => !short.has(line));
    }
  }

  /** Local: decided inside the shop, nothing asked of a region; or, for a region, nothing of the authority. */
  #countLocal(seller: string, lines: readonly SaleLine[], waitedSinceMs: number | undefined): void {
    const shop = this.#shape.stores.find((store) => this.#shop(store).includes(seller)) ?? seller;
    for (const line of lines) {
      const askedAtMs =
        this.#askedAtMs.get(`${shop} ${line.sku}@${line.location}`) ?? Number.NEGATIVE_INFINITY;
      const isLocal = waitedSinceMs === undefined || askedAtMs < waitedSinceMs;
      this.counts.soldLines += 1;
      if (isLocal) this.counts.localLines += 1;
      if (!line.contended) continue;
      this.counts.soldContended += 1;
      if (isLocal) this.counts.localContended += 1;
    }
  }

  async #deliver(step: DeliveryStep): Promise<void> {
    for (let at = 0; at < step.lines.length; at += DELIVERY_LINES_MAX) {
      const lines = step.lines.slice(at, at + DELIVERY_LINES_MAX);
      const id = at === 0 ? step.docId : `${step.docId}.${at}`;
      // On the shelf first: whoever sells it a moment later sells what is there.
      this.#ledger.shelved(step.location, lines);
      await this.#goods(step.keeper, '/v1/receipts', {
        id,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity, locationId: step.location })),
      });
    }
  }

  async #giveBack(step: ReturnStep): Promise<void> {
    for (const [i, part] of this.#ledger.matchReturn(step).entries()) {
      this.#ledger.returned(step.location, step.sku, part.quantity);
      await this.#goods(step.keeper, '/v1/returns', {
        id: `${step.returnId}.${i}`,
        orderId: part.saleId,
        lines: [
          {
            lineId: String(part.lineNo),
            sku: step.sku,
            locationId: step.location,
            quantity: part.quantity,
            sold: part.sold,
          },
        ],
      });
    }
  }

  async #shrink(step: ShrinkageStep): Promise<void> {
    const quantity = this.#ledger.shrink(step);
    if (quantity === 0) return;
    await this.#goods(step.keeper, '/v1/losses', {
      id: step.docId,
      cause: 'shrinkage',
      lines: [{ sku: step.sku, quantity, locationId: step.location }],
    });
  }

  async #goods(keeper: string, path: string, body: unknown): Promise<void> {
    const answer: Answered = await this.#client(keeper).post(path, body);
    if (answer.status === 201) return;
    throw new Error(`${path} at ${keeper}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** Resolves when every replica's last entry is in the books. @returns milliseconds it took. */
  async settle(signal: AbortSignal): Promise<number> {
    const startedMs = performance.now();
    for (let quiet = 0; quiet < 2; ) {
      signal.throwIfAborted();
      const open = await Promise.all(this.#shape.replicas.map(({ id }) => this.#unsettled(id)));
      quiet = open.every((entries) => entries === 0) ? quiet + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return performance.now() - startedMs;
  }

  async #unsettled(replica: string): Promise<number> {
    try {
      const { body } = await this.#client(replica).get('/v1/status');
      return Number(body.unsettled);
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

function shortLines(answer: Answered, lines: readonly SaleLine[]): Set<SaleLine> {
  if (answer.status !== 409 || answer.body.code !== 'insufficient_stock') return new Set();
  const items = answer.body.items as { sku: string; location: string }[];
  return new Set(
    lines.filter((line) => items.some(({ sku, location }) => sku === line.sku && location === line.location)),
  );
}
