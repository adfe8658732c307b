/** A till's copy of the catalogue, whatever comes down to it. */
import { TillCatalogue, tillDatabase } from '@tallystick/client-sdk/test-kit';
import type { CatalogueItem } from '@tallystick/crdt/wire';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';

Object.assign(globalThis, { IDBKeyRange });

const product = (sku: string, status = 'active'): CatalogueItem => ({
  kind: 'product',
  id: sku,
  version: 1,
  body: JSON.stringify({
    sku,
    names: { en: `A lamp, ${sku}` },
    baseUnit: 'piece',
    prices: { EUR: 1_000 },
    status,
  }),
});
const frame = (from: number, to: number, items: CatalogueItem[]) =>
  ({ kind: 'catalogue', from, to, items }) as const;

test('what cannot be read is taken in not at all, and not half', async () => {
  const database = await tillDatabase(new IDBFactory() as never, 'kasse');
  const catalogue = await TillCatalogue.open(database);
  for (const broken of [
    { kind: 'product', id: 'B', version: 2, body: '{' },
    { kind: 'location', id: 'berlin', version: 2, body: 'null, really' },
  ] as const)
    await expect(catalogue.apply(frame(0, 3, [product('A'), broken, product('C')]), 1)).rejects.toThrow();
  const again = await TillCatalogue.open(database);
  expect([again.version, await again.product('A')]).toEqual([0, undefined]);
  await again.apply(frame(0, 3, [product('A'), product('C')]), 1);
  expect((await again.product('C'))?.sku).toBe('C');
});

test('a search finds as many as it was asked for, those that are not sold any more left out', async () => {
  const catalogue = await TillCatalogue.open(await tillDatabase(new IDBFactory() as never, 'kasse'));
  const old = Array.from({ length: 20 }, (_, i) => product(`A-${i}`, 'discontinued'));
  await catalogue.apply(frame(0, 1, [...old, product('B'), product('C')]), 1);
  const found = async () => (await catalogue.find('lamp', 20)).map(({ sku }) => sku);
  expect(await found()).toEqual(['B', 'C']);
  await catalogue.apply(frame(1, 2, [product('A-3'), product('B', 'discontinued')]), 2);
  expect((await found()).sort()).toEqual(['A-3', 'C']);
});
