/** What the SDK weighs in a page. */
import { expect, test } from 'vitest';
import { bundle } from './bundle.ts';

const sum = (parts: readonly { gzipped: number }[]) => parts.reduce((n, { gzipped }) => n + gzipped, 0);

test('calls, events, stock and carts together stay within 60 kB gzipped', async () => {
  const parts = await bundle(
    `import { createClient } from '@tallystick/client-sdk'; globalThis.make = createClient;`,
  );
  expect(sum(parts)).toBeLessThan(60_000);
  // Yjs and its friends are loaded by the first cart, and not by a page that has none.
  expect(parts[0]?.gzipped).toBeLessThan(15_000);
  expect(parts.length).toBeGreaterThan(1);
});

test('who uses a part of it pays for that part', async () => {
  const parts = await bundle(
    `import { TallystickError } from '@tallystick/client-sdk'; globalThis.made = TallystickError;`,
  );
  // What a first cart would load is made as a file, and never asked for.
  expect(sum(parts.filter(({ name }) => !name.startsWith('/cart-link')))).toBeLessThan(5_000);
});
