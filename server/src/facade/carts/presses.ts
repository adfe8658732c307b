/**
 * Presses: "order" pressed in the document, maybe on several devices that were cut off, answered once they
 * are here: by one order, or by word of why there is none. What the shopper saw is asked of a press as of
 * any checkout, so a price that changed meanwhile orders nothing until somebody presses again.
 */
import { fieldsOf, type Press, type Refused, withdrawPresses } from '@tallystick/crdt/cart';
import { type ErrorCode, errorKind } from '@tallystick/crdt/wire';
import { Problem } from '@tallystick/store-agent';
import type { Carts } from '../../live/carts.ts';
import type { Checkouts } from './checkout.ts';

type Total = Refused['total'];

export interface PressesPorts {
  readonly carts: Carts;
  readonly checkouts: Checkouts;
  /** What the cart costs now. */
  totalOf(id: string): Promise<Total>;
  /** It could not be answered, and is tried again. */
  waits(id: string, error: unknown): void;
}

export class Presses {
  readonly #ports: PressesPorts;
  readonly #underWay = new Set<string>();
  /** Pressed again while the one before was answered. */
  readonly #again = new Set<string>();

  constructor(ports: PressesPorts) {
    this.#ports = ports;
    ports.carts.whenPressed((id) => void this.#look(id));
  }

  async #look(id: string): Promise<void> {
    if (this.#underWay.has(id)) {
      this.#again.add(id);
      return;
    }
    this.#underWay.add(id);
    try {
      do {
        this.#again.delete(id);
        await this.#answer(id);
      } while (this.#again.has(id));
    } catch (error) {
      this.#ports.waits(id, error);
    } finally {
      this.#underWay.delete(id);
      this.#again.delete(id);
    }
  }

  async #answer(id: string): Promise<void> {
    const { carts, checkouts } = this.#ports;
    const { presses = [], order, mergedInto } = await checkouts.settled(id);
    if (presses.length === 0) {
      carts.notPressed(id);
      return;
    }
    const isOpen = order === undefined && mergedInto === undefined;
    const refused = isOpen ? await this.#press(id, presses) : undefined;
    await carts.edit(id, (doc) => {
      withdrawPresses(doc, presses);
      if (refused === undefined) fieldsOf(doc).delete('refused');
      else fieldsOf(doc).set('refused', refused);
    });
  }

  /** @returns why nothing was ordered @throws Problem where it may be ordered a moment later */
  async #press(id: string, presses: readonly Press[]): Promise<Refused | undefined> {
    const total = await this.#ports.totalOf(id);
    const isSeen = ({ amountMinor, currency }: Press) =>
      total?.amountMinor === amountMinor && total.currency === currency;
    const { amountMinor, currency } = presses.find(isSeen) ?? (presses[0] as Press);
    const code = await this.#ports.checkouts
      .press(id, { total: { amountMinor, currency } }, `shopper:${id}`)
      .then((answer) => (answer.ok ? undefined : answer.code))
      .catch((error: unknown): ErrorCode => {
        if (error instanceof Problem) return error.code;
        throw error;
      });
    if (code === undefined) return undefined;
    if (errorKind(code).retryable) throw new Problem(code, errorKind(code).sentence);
    return { code, total: await this.#ports.totalOf(id) };
  }
}
