/** What a cart costs, once that is of what is in it now: the region says prices a moment after an edit. */
import type { CartSnapshot } from '@tallystick/client-sdk';
import type { Money } from '../ui/words.ts';

/** @returns undefined while nobody could press "order" and mean it */
export function totalOf({ lines, total }: Pick<CartSnapshot, 'lines' | 'total'>): Money | undefined {
  if (total === undefined || total === null) return undefined;
  let sum = 0;
  for (const { quantity, hint } of lines) {
    if (hint === undefined || hint.unitPrice === null) return undefined;
    sum += hint.unitPrice.amountMinor * quantity;
  }
  // Tax may come on top, and is of the same moment as the prices; less than them it never is.
  return total.amountMinor < sum ? undefined : total;
}
