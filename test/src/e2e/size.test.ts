/** What a shopper’s phone and a till have to load: all of it, also what is loaded when it is needed first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUILT } from './built.ts';
import { scriptBytes } from './weight.ts';

const BYTES_MAX = 150_000;

for (const page of ['shop', 'till'] as const)
  test(`the scripts of the ${page} are below 150 kB, compressed`, ({ skip }) => {
    skip(!existsSync(join(BUILT, 'parts.json')), 'The screens are not built here: npm run build');
    const bytes = scriptBytes(BUILT, page);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(BYTES_MAX);
  });
