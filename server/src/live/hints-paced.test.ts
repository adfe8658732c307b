/** How often hints are said: each is heard by a cart's devices, and said once more by each of them. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { Hints } from './hints.ts';
import type { LiveCart } from './live-cart.ts';
import { Presences } from './presences.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Carts with a device each, of which something else is to be said every time. */
function lookedAt(count: number) {
  const heard = new Map<string, number>();
  const carts = new Map(
    Array.from({ length: count }, (_, i) => {
      const id = `c${i}`;
      const device = { send: () => heard.set(id, (heard.get(id) ?? 0) + 1), end: () => {} };
      const cart = {
        id,
        isDirty: false,
        isLoaded: true,
        doc: new Y.Doc(),
        presences: new Presences(),
        listeners: new Set([device]),
      };
      return [id, cart];
    }),
  );
  const hints = new Hints((id) => carts.get(id) as unknown as LiveCart | undefined);
  let total = 0;
  hints.saying(() => {
    total += 1;
    return { total };
  });
  return { carts, hints, heard };
}

test('a cart that changes all the time is told of once a second, however many others do too', () => {
  const { carts, hints, heard } = lookedAt(100);
  for (let ms = 0; ms < 5_000; ms += 5) {
    for (const id of carts.keys()) hints.changed(id);
    vi.advanceTimersByTime(5);
  }
  const times = [...heard.values()];
  expect(times).toHaveLength(100);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(4);
  expect(Math.max(...times)).toBeLessThanOrEqual(5);
  hints.close();
});

test('a cart that is edited all the time is told of every four seconds, and within one when that ends', () => {
  const { hints, heard } = lookedAt(1);
  const editFor = (forMs: number) => {
    for (let ms = 0; ms < forMs; ms += 5) {
      hints.edited('c0');
      vi.advanceTimersByTime(5);
    }
  };
  editFor(17_000);
  expect(heard.get('c0')).toBe(4);
  vi.advanceTimersByTime(1_010);
  expect(heard.get('c0')).toBe(5);
  editFor(5);
  vi.advanceTimersByTime(1_010);
  expect(heard.get('c0')).toBe(6);
  // What others buy is not put off by edits.
  hints.changed('c0');
  editFor(1_010);
  expect(heard.get('c0')).toBe(7);
  hints.close();
});

test('a cart that is being saved when it would be told of is told of when it is durable', () => {
  const { carts, hints, heard } = lookedAt(1);
  const cart = carts.get('c0') as { isDirty: boolean };
  hints.changed('c0');
  cart.isDirty = true;
  vi.advanceTimersByTime(1_500);
  expect(heard.get('c0')).toBeUndefined();
  cart.isDirty = false;
  hints.changed('c0');
  vi.advanceTimersByTime(5);
  expect(heard.get('c0')).toBe(1);
  hints.close();
});
