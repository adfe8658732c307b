/**
 * Returns: what came back at this till. The keeper of the place writes returns down, and entries travel up only: the till would
 * not hear of its own, and would offer to take the same goods back again.
 */
import { FACTS } from './database.ts';
import { completionOf, type Database, resultOf } from './indexed-db.ts';
import type { NewReturn } from './terminal-types.ts';

const KEPT = 'returns';
/** The oldest are forgotten where there are more: the keeper still knows them, and refuses what is too many. */
const RETURNS_MAX = 2_000;

/** Of returns whose answer did not come; the oldest are forgotten where there are more. */
const UNANSWERED_MAX = 100;

export interface TakenBack {
  readonly sale: string;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

export class Returns {
  readonly #database: () => Database;
  #kept: ReadonlyMap<string, TakenBack>;
  /** By what was asked for: the id that it was asked for under. */
  readonly #unanswered = new Map<string, string>();

  static async open(database: Database): Promise<ReadonlyMap<string, TakenBack>> {
    const facts = database.transaction([FACTS], 'readonly').objectStore(FACTS);
    return new Map(Object.entries(((await resultOf(facts.get(KEPT))) ?? {}) as Record<string, TakenBack>));
  }

  /** @param kept as `open` read it */
  constructor(kept: ReadonlyMap<string, TakenBack>, database: () => Database) {
    this.#kept = kept;
    this.#database = database;
  }

  /** Whoever heard no answer, and asks for the same again, means the same return: it keeps its id. */
  idOf({ sale, lines }: NewReturn, newId: () => string): string {
    const asked = JSON.stringify([sale, lines.map(({ lineId, sku, quantity }) => [lineId, sku, quantity])]);
    const id = this.#unanswered.get(asked) ?? newId();
    this.#unanswered.delete(asked);
    this.#unanswered.set(asked, id);
    if (this.#unanswered.size > UNANSWERED_MAX)
      this.#unanswered.delete(this.#unanswered.keys().next().value as string);
    return id;
  }

  /** Once under each id. Where it cannot be written down it is known until a reload: the keeper has it, and that is what counts. */
  async add(id: string, { sale, lines }: TakenBack): Promise<void> {
    for (const [asked, known] of this.#unanswered) if (known === id) this.#unanswered.delete(asked);
    if (this.#kept.has(id)) return;
    const slim = { sale, lines: lines.map(({ lineId, quantity }) => ({ lineId, quantity })) };
    this.#kept = new Map([...this.#kept, [id, slim] as const].slice(-RETURNS_MAX));
    await this.#write().catch(() => undefined);
  }

  async #write(): Promise<void> {
    const transaction = this.#database().transaction([FACTS], 'readwrite', { durability: 'strict' });
    transaction.objectStore(FACTS).put(Object.fromEntries(this.#kept), KEPT);
    await completionOf(transaction);
  }

  /** Base units of a line that came back here. */
  of(sale: string, lineId: string): number {
    let sum = 0;
    for (const back of this.#kept.values())
      if (back.sale === sale) for (const line of back.lines) if (line.lineId === lineId) sum += line.quantity;
    return sum;
  }
}
