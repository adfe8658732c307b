/**
 * Card terminals: what a till asks of one. The only driver so far is a simulator, which says so: no card is charged.
 * A driver of a real one goes beside it.
 */
import type { Money } from '../ui/words.ts';

export type Charged =
  | { readonly outcome: 'approved'; readonly reference: string }
  | { readonly outcome: 'declined' }
  /** Nobody knows whether it was charged: it is asked again under the same reference, or voided. */
  | { readonly outcome: 'timed-out' };

export interface CardTerminal {
  readonly name: string;
  charge(amount: Money, reference: string): Promise<Charged>;
}

/** Somebody at the screen decides what the card does. */
export class CardSimulator implements CardTerminal {
  readonly name = 'Card terminal (simulator: no card is charged)';
  #decide: ((outcome: Charged['outcome']) => void) | undefined;

  charge(_amount: Money, reference: string): Promise<Charged> {
    return new Promise((resolve) => {
      this.#decide = (outcome) => resolve(outcome === 'approved' ? { outcome, reference } : { outcome });
    });
  }

  decide(outcome: Charged['outcome']): void {
    this.#decide?.(outcome);
    this.#decide = undefined;
  }
}
