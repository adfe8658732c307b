/** Waits until it is known whether a cart was ordered: a page that has just opened may not have heard of it. */
import type { CartSnapshot, LiveCart } from '@tallystick/client-sdk';

/** A shopper who is offline goes on with what this device knows. */
const WAIT_MS = 1_500;

/** @returns the order that it became, as far as anybody could say in time */
export function orderOf(
  cart: Pick<LiveCart, 'subscribe' | 'getSnapshot'>,
  waitMs = WAIT_MS,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isKnown = ({ order, state, error }: CartSnapshot) =>
      order !== undefined || state === 'saved' || error !== undefined;
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve(cart.getSnapshot().order);
    };
    const stop = cart.subscribe(() => {
      if (isKnown(cart.getSnapshot())) end();
    });
    if (isKnown(cart.getSnapshot())) end();
    else timer = setTimeout(end, waitMs);
  });
}
