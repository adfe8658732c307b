/** A fleet larger than a machine: what the console is told in place of its region's own, with figures that change each second. */
import type { Page } from 'playwright-core';

export const REPLICAS = 100;
/** One of each product at each place. */
export const POOLS = 1_000;
const LOCATIONS = 10;

type Json = Record<string, unknown>;

export async function largeFleet(page: Page): Promise<void> {
  let round = 0;
  await page.route('**/v1/fleet', async (route) => {
    const answer = await route.fetch();
    const fleet = (await answer.json()) as { items: Json[] };
    round += 1;
    const [region] = fleet.items;
    const items = Array.from({ length: REPLICAS }, (_, i) => ({
      ...region,
      id: i === 0 ? 'eu' : `shop-${i}`,
      kind: i === 0 ? 'region' : i < 20 ? 'store' : 'terminal',
      parent: i === 0 ? 'authority' : i < 20 ? 'eu' : `shop-${1 + (i % 19)}`,
      link: (i + round) % 37 === 0 ? 'down' : 'up',
      lag: { ...(region?.lag as Json | undefined), unsettledEntries: (i * round) % 13 },
      sales: { sold: i * round, soldAtOnce: i * round, refused: round, refusedFalsely: 0 },
    }));
    await route.fulfill({ response: answer, json: { ...fleet, items } });
  });
  await page.route('**/v1/products?*', async (route) => {
    const answer = await route.fetch();
    const found = (await answer.json()) as { items: Json[] };
    const items = Array.from({ length: POOLS / LOCATIONS }, (_, i) => ({
      ...found.items[i % found.items.length],
      ...(i < found.items.length ? {} : { sku: `MORE-${i}` }),
    }));
    await route.fulfill({ response: answer, json: { ...found, items } });
  });
  await page.route('**/v1/inventory/*/explain', async (route) => {
    const answer = await route.fetch();
    const explained = (await answer.json()) as { pools: (Json & { replicas?: Json[] })[] };
    const [pool] = explained.pools;
    const pools = Array.from({ length: LOCATIONS }, (_, at) => ({
      ...pool,
      location: `place-${at}`,
      ...rowsOf(pool, at),
    }));
    await route.fulfill({ response: answer, json: { ...explained, pools } });
  });

  /** Each replica has something to sell at each place, and another amount each second. */
  function rowsOf(pool: Json | undefined, at: number): Json {
    const [name, rows] = Object.entries(pool ?? {}).find(([, value]) => Array.isArray(value)) ?? [];
    const [row] = (rows ?? []) as Json[];
    if (name === undefined || row === undefined) return {};
    return {
      [name]: Array.from({ length: REPLICAS }, (_, i) => ({
        ...row,
        replica: i === 0 ? 'eu' : `shop-${i}`,
        free: (i * 7 + at + round) % 40,
      })),
    };
  }
}
