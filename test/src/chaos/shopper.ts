/**
 * The customers of one seller, one after the other: sales of one or two lines, holds that
 * become sales or are let go, orders taken back, goods brought back. Every act goes into the
 * ledger before it is asked, and its answer after.
 */
import type { Prng } from '../sim/prng.ts';
import type { Client } from './client.ts';
import type { Answer } from './http.ts';
import type { ClientLedger, Line, Outcome, Sale } from './ledger.ts';
import { PLACES, PLENTY, type Replica, SKUS, WAREHOUSE } from './tree.ts';

const THINK_MS_MAX = 220;
/** Longer than any outage of one process, short enough that all holds end before the checkers look. */
const HOLD_MS = 8_000;
/** Refusals that a customer may hear when nothing is wrong. */
const FAIR: readonly string[] = [
  'insufficient_stock',
  'hold_ended',
  'unknown_hold',
  'already_cancelled',
  'already_departed',
];

export class Shopper {
  readonly client: Client;
  readonly #replica: Replica;
  readonly #ledger: ClientLedger;
  readonly #prng: Prng;
  readonly #onTrouble: (story: string) => void;
  #count = 0;
  /** Sales that may still be taken back here. */
  #recent: Sale[] = [];
  #pause: Promise<void> | undefined;
  #resume: (() => void) | undefined;
  #idle: Promise<void> = Promise.resolve();
  /** As fast as it goes, of what there is plenty: to fill a disk. */
  isHurried = false;

  constructor(
    replica: Replica,
    client: Client,
    ledger: ClientLedger,
    prng: Prng,
    onTrouble: (story: string) => void,
  ) {
    this.#replica = replica;
    this.client = client;
    this.#ledger = ledger;
    this.#prng = prng;
    this.#onTrouble = onTrouble;
  }

  async run(closing: AbortSignal): Promise<void> {
    while (!closing.aborted) {
      await this.#pause;
      this.#idle = this.#serve();
      await this.#idle;
      const thinkMs = this.isHurried ? 0 : this.#prng.between(20, THINK_MS_MAX);
      await new Promise((resolve) => setTimeout(resolve, thinkMs));
    }
  }

  /** Resolves when the customer at the counter has an answer; nobody is served until `resume`. */
  async pause(): Promise<void> {
    this.#pause = new Promise((resolve) => {
      this.#resume = resolve;
    });
    await this.#idle;
  }

  resume(): void {
    this.#pause = undefined;
    this.#resume?.();
  }

  async #serve(): Promise<void> {
    const { kind } = this.#replica;
    if (this.isHurried) return this.#sell();
    const fate = this.#prng.below(100);
    if (fate < 10) return this.#holdAndDecide();
    if (fate < 20 && kind === 'region') return this.#takeBack();
    if (fate < 30 && kind === 'store') return this.#bringBack();
    return this.#sell();
  }

  async #sell(): Promise<void> {
    const sale = this.#ask();
    const path = this.#replica.kind === 'region' ? '/v1/orders' : '/v1/sales';
    this.#settle(sale, await this.client.ask(path, bodyOf(sale)));
  }

  /** A region has no counter and no holds of its own door. */
  async #holdAndDecide(): Promise<void> {
    if (this.#replica.kind === 'region') return this.#sell();
    const id = this.#id('hold');
    const lines = this.#lines();
    const wanted = lines.map(({ sku, location, quantity }) => ({ sku, quantity, locationId: location }));
    const held = await this.client.ask('/v1/holds', { id, ttlMs: HOLD_MS, lines: wanted });
    if (held === undefined || outcomeOf(held) !== 'acked') return this.#fair('/v1/holds', held);
    if (this.#prng.chance(0.3)) {
      return this.#fair('release', await this.client.ask(`/v1/holds/${id}/release`, {}));
    }
    const sale = this.#ask(lines);
    this.#settle(sale, await this.client.ask(`/v1/holds/${id}/confirm`, bodyOf(sale)));
  }

  /** An order of this region that has not left yet. */
  async #takeBack(): Promise<void> {
    const sale = this.#recent.shift();
    if (sale === undefined) return this.#sell();
    this.#ledger.askCancel(sale);
    const answer = await this.client.ask(`/v1/orders/${sale.id}/cancel`, { reason: 'changed my mind' });
    if (answer === undefined) return;
    const outcome = outcomeOf(answer);
    this.#ledger.answerCancel(sale, outcome);
    if (outcome === 'refused') this.#onTrouble(`${sale.id} could not be cancelled: ${words(answer)}`);
  }

  /** Goods that were sold here over the counter. */
  async #bringBack(): Promise<void> {
    const sale = this.#recent.shift();
    if (sale === undefined) return this.#sell();
    const line = this.#ledger.askReturn(sale);
    const { lineId, sku, location, quantity } = line;
    const answer = await this.client.ask('/v1/returns', {
      id: `return-${sale.id}`,
      orderId: sale.id,
      lines: [{ lineId, sku, quantity, locationId: location, sold: quantity }],
    });
    if (answer === undefined) return;
    sale.comeBack = outcomeOf(answer);
    if (sale.comeBack === 'refused')
      this.#onTrouble(`${sale.id} could not be brought back: ${words(answer)}`);
  }

  #ask(lines = this.#lines()): Sale {
    return this.#ledger.ask(this.#id('sale'), this.#replica.id, lines);
  }

  #settle(sale: Sale, answer: Answer | undefined): void {
    if (answer === undefined) return;
    if (outcomeOf(answer) === 'refused') {
      sale.outcome = 'refused';
      return this.#fair(sale.id, answer);
    }
    this.#ledger.acked(sale);
    const [first] = sale.lines;
    if (this.#replica.kind === 'region' || first?.location === this.#replica.location)
      this.#recent.push(sale);
    if (this.#recent.length > 50) this.#recent.shift();
  }

  #fair(what: string, answer: Answer | undefined): void {
    if (answer === undefined || outcomeOf(answer) === 'acked') return;
    if (!FAIR.includes(String(answer.body.code))) {
      this.#onTrouble(`${this.#replica.id} refused ${what}: ${words(answer)}`);
    }
  }

  #lines(): Line[] {
    const count = this.#prng.chance(0.3) ? 2 : 1;
    const skus = new Set(Array.from({ length: count }, () => this.#sku()));
    return [...skus].map((sku, i) => {
      return { lineId: String(i + 1), sku, location: this.#place(), quantity: this.#prng.between(1, 3) };
    });
  }

  #sku(): string {
    return this.isHurried || this.#prng.chance(0.1) ? PLENTY : this.#prng.pick(SKUS);
  }

  #place(): string {
    const { location, kind } = this.#replica;
    if (location !== null) return this.isHurried || this.#prng.chance(0.85) ? location : WAREHOUSE;
    return kind === 'region' && this.#prng.chance(0.5) ? WAREHOUSE : this.#prng.pick(PLACES);
  }

  #id(what: string): string {
    this.#count += 1;
    return `${what}-${this.#replica.id}-${this.#count}`;
  }
}

function bodyOf({ id, lines }: Sale) {
  return { id, lines: lines.map(({ location, ...line }) => ({ ...line, locationId: location })) };
}

export function outcomeOf(answer: Answer): Outcome {
  return answer.status < 300 ? 'acked' : 'refused';
}

export function words({ status, body }: Answer): string {
  return `${status} ${body.code} ${body.detail}`;
}
