/** What the SDK weighs in a page. */
import { expect, test } from 'vitest';
import { bundle, type Part } from './bundle.ts';

const sum = (parts: readonly { gzipped: number }[]) => parts.reduce((n, { gzipped }) => n + gzipped, 0);

/** The Electric client, which the first shape loads. */
const isOfShapes = ({ text }: Part) => text.includes('electric-offset');

test('calls, events, stock and carts together stay within 60 kB gzipped', async () => {
  const parts = await bundle(
    `import { createClient } from '@tallystick/client-sdk'; globalThis.make = createClient;`,
  );
  expect(sum(parts.filter((part) => !isOfShapes(part)))).toBeLessThan(60_000);
  // Yjs and its friends are loaded by the first cart, and not by a page that has none.
  expect(parts[0]?.gzipped).toBeLessThan(15_000);
  expect(parts.length).toBeGreaterThan(1);
});

test('who uses a part of it pays for that part', async () => {
  const parts = await bundle(
    `import { TallystickError } from '@tallystick/client-sdk'; globalThis.made = TallystickError;`,
  );
  // What a first cart or shape would load is made as a file, and never asked for.
  const loaded = parts.filter((part) => !part.name.startsWith('/cart-link') && !isOfShapes(part));
  expect(sum(loaded)).toBeLessThan(5_000);
});

test('a till stays within 100 kB gzipped, core, catalogue and journal included', async () => {
  const parts = await bundle(
    `import { createTerminal } from '@tallystick/client-sdk/terminal'; globalThis.make = createTerminal;`,
  );
  expect(sum(parts)).toBeLessThan(100_000);
});
