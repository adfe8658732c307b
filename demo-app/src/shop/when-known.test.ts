/** Whether a cart was ordered: nobody puts things into one that is an order already. */
import type { CartSnapshot } from '@tallystick/client-sdk';
import { expect, test } from 'vitest';
import { orderOf } from './when-known.ts';

const UNREAD: CartSnapshot = {
  id: 'c',
  state: 'offline',
  hasUnsaved: false,
  isLoaded: false,
  isKept: false,
  lines: [],
  isPressed: false,
};

function cart() {
  let now = UNREAD;
  const listeners = new Set<() => void>();
  return {
    set: (next: Partial<CartSnapshot>) => {
      now = { ...now, ...next };
      for (const listener of [...listeners]) listener();
    },
    getSnapshot: () => now,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners,
  };
}

test('a page that has just opened waits until its cart was read, and heard of at the region', async () => {
  const one = cart();
  const found = orderOf(one as never, 60_000);
  one.set({ isLoaded: true });
  one.set({ state: 'saving', hasUnsaved: true });
  one.set({ state: 'saved', order: 'o-1' });
  expect(await found).toBe('o-1');
  expect(one.listeners.size).toBe(0);
  expect(await orderOf(one as never, 60_000), 'known already').toBe('o-1');
});

test('a cart that is no order is none as soon as the region has seen it', async () => {
  const one = cart();
  const found = orderOf(one as never, 60_000);
  one.set({ isLoaded: true, state: 'saved' });
  expect(await found).toBeUndefined();
});

test('a shopper who is offline goes on with what is known here', async () => {
  const one = cart();
  expect(await orderOf(one as never, 1)).toBeUndefined();
  expect(one.listeners.size).toBe(0);
});
