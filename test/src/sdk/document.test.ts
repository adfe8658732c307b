/** The SDK fits the document that regions serve. */
import { readFileSync } from 'node:fs';
import { openApiDocument } from '@tallystick/server/test-kit';
import { expect, test } from 'vitest';
import { GENERATED, generateTypes } from './generate.ts';

/**
 * Calls that make something and take no name for it, and why the SDK may still send them again after a lost answer.
 * Those that give out a secret say so in the document (`x-gives-secret`), and it never does.
 */
const REPEATABLE: Readonly<Record<string, string>> = {
  '/v1/products/import': 'the same file again changes nothing',
  '/v1/products/{sku}/discontinue': 'done twice is done once',
  '/v1/shape': 'it only reads: the clauses of a subset are in its body',
  '/v1/orders/batch': 'each order has its own id',
  '/v1/holds/{id}/release': 'done twice is done once',
  '/v1/customers/{id}/erase': 'done twice is done once',
  '/v1/carts': 'an empty cart that nobody knows of goes by itself',
  '/v1/carts/{id}/merge': 'done twice is done once',
  '/v1/carts/{id}/checkout': 'the order’s id follows from the cart’s',
};
interface Posted {
  readonly post?: {
    readonly 'x-gives-secret'?: boolean;
    readonly parameters: readonly { readonly in: string; readonly name: string }[];
  };
}

test('its types are those that the generator makes now: else run `npm run sdk:types`', async () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(await generateTypes());
}, 60_000);

test('of every call that makes something it is known whether it may be sent again', () => {
  const { paths } = openApiDocument() as { paths: Record<string, Posted> };
  const nameless = Object.entries(paths).filter(
    ([, { post }]) =>
      post !== undefined &&
      post['x-gives-secret'] !== true &&
      !post.parameters.some(({ name }) => name === 'Idempotency-Key'),
  );
  expect(nameless.map(([path]) => path).sort()).toEqual(Object.keys(REPEATABLE).sort());
});
