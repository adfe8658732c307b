import type { ReplicaId } from '@tallystick/crdt';
import {
  type Catalogue as CatalogueFrame,
  type CatalogueItem,
  ITEM_BODY_BYTES_MAX,
} from '@tallystick/crdt/wire';
import { expect, test } from 'vitest';
import { CatalogueFeed } from './feed.ts';

const TILL = 'till' as ReplicaId;

const item = (version: number, kind = 'product'): CatalogueItem => ({
  kind,
  id: `item-${version}`,
  version,
  body: '{}',
});

function feedOf(items: readonly CatalogueItem[], version: number) {
  const sent: CatalogueFrame[] = [];
  const feed = new CatalogueFeed(
    {
      version: () => version,
      since: (after, limit) => items.filter((one) => one.version > after).slice(0, limit),
      send: (_to, frame) => sent.push(frame),
      forChild: (_child, one) => (one.kind === 'credential' ? undefined : one),
    },
    1_000,
  );
  return { feed, sent };
}

/** As a child does: whatever comes is confirmed, and the confirmation is a reason to look again. */
async function confirmAll({ feed, sent }: ReturnType<typeof feedOf>): Promise<void> {
  await feed.evaluate(0);
  for (let i = 0; i < sent.length && i < 10; i += 1) {
    feed.seen(TILL, sent[i]?.to ?? 0);
    await feed.evaluate(0);
  }
}

test('an item that no child could read is left out, and holds up none of the others', async () => {
  const large = { ...item(2), body: JSON.stringify('€'.repeat(ITEM_BODY_BYTES_MAX / 2)) };
  const shop = feedOf([item(1), large, item(3)], 3);
  shop.feed.opened(TILL, 0);
  await confirmAll(shop);
  expect(shop.sent.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(['item-1', 'item-3']);
  expect(shop.sent.at(-1)?.to).toBe(3);
});

test('a copy whose newest versions were of items that are not for it passes them on as seen, and then rests', async () => {
  const shop = feedOf([item(1), item(2)], 5);
  shop.feed.opened(TILL, 0);
  await confirmAll(shop);
  expect(shop.sent.map(({ from, to, items }) => [from, to, items.length])).toEqual([[0, 5, 2]]);
});

test('items that are not for a child are left out, and its copy counts on', async () => {
  const region = feedOf([item(1), item(2, 'credential'), item(3)], 3);
  region.feed.opened(TILL, 0);
  await confirmAll(region);
  expect(region.sent.map(({ to, items }) => [to, items.map(({ version }) => version)])).toEqual([
    [3, [1, 3]],
  ]);
});

test('many items come a piece at a time, and the last piece reaches the version of the copy', async () => {
  const items = Array.from({ length: 2_500 }, (_, i) => item(i + 1));
  const region = feedOf(items, 2_600);
  region.feed.opened(TILL, 0);
  await confirmAll(region);
  expect(region.sent.map(({ from, to }) => [from, to])).toEqual([
    [0, 1_000],
    [1_000, 2_000],
    [2_000, 2_600],
  ]);
});

test('a copy that is up to date is told so once', async () => {
  const shop = feedOf([item(1)], 4);
  shop.feed.opened(TILL, 4);
  await confirmAll(shop);
  expect(shop.sent).toEqual([{ kind: 'catalogue', from: 4, to: 4, items: [] }]);
});
