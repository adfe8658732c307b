/** Deliveries to one place: a little less than is asked for, so that the last units are fought over. */
import type { Prng } from '../sim/prng.ts';
import type { Client } from './client.ts';
import type { ClientLedger } from './ledger.ts';
import { outcomeOf, words } from './shopper.ts';
import { PLENTY, SKUS } from './tree.ts';

const EVERY_MS = 900;
const OPENING_UNITS = 20;
/** More than the till at that place sells in the busiest minute. */
const PLENTY_UNITS = 3_000;

export class Lorry {
  readonly #place: string;
  readonly #client: Client;
  readonly #ledger: ClientLedger;
  readonly #prng: Prng;
  readonly #onTrouble: (story: string) => void;
  #count = 0;

  constructor(
    place: string,
    client: Client,
    ledger: ClientLedger,
    prng: Prng,
    onTrouble: (story: string) => void,
  ) {
    this.#place = place;
    this.#client = client;
    this.#ledger = ledger;
    this.#prng = prng;
    this.#onTrouble = onTrouble;
  }

  async open(): Promise<void> {
    const lines = SKUS.map((sku) => ({ sku, quantity: OPENING_UNITS }));
    await this.#deliver([...lines, { sku: PLENTY, quantity: PLENTY_UNITS }]);
  }

  async run(closing: AbortSignal): Promise<void> {
    while (!closing.aborted) {
      await new Promise((resolve) => setTimeout(resolve, this.#prng.between(EVERY_MS / 2, EVERY_MS * 1.5)));
      const skus = new Set(Array.from({ length: 3 }, () => this.#prng.pick(SKUS)));
      const lines = [...skus].map((sku) => ({ sku, quantity: this.#prng.between(1, 10) }));
      await this.#deliver([...lines, { sku: PLENTY, quantity: 20 }]);
    }
  }

  async #deliver(lines: readonly { sku: string; quantity: number }[]): Promise<void> {
    this.#count += 1;
    const id = `delivery-${this.#place}-${this.#count}`;
    // On the shelf first: whoever sells it a moment later sells what is there.
    const receipt = this.#ledger.shelve({ id, location: this.#place, lines });
    const body = { id, lines: lines.map((line) => ({ ...line, locationId: this.#place })) };
    const answer = await this.#client.ask('/v1/receipts', body);
    if (answer === undefined) return;
    receipt.outcome = outcomeOf(answer);
    if (receipt.outcome === 'refused') this.#onTrouble(`${id} was refused: ${words(answer)}`);
  }
}
