/** A flood: many want the same product at once, at every door of the fleet. */
import type { Fleet } from '../../fleet/fleet.ts';

/** Sales asked for, over all doors. */
const ASKED = 300;
const AT_ONCE = 24;

export interface Flooded {
  readonly asked: number;
  readonly sold: number;
  /** For want of goods. */
  readonly refused: number;
  /** No answer, or another one: a door that was cut off or killed meanwhile. */
  readonly failed: number;
}

/** @param token for the regions' doors */
export async function flood(fleet: Fleet, token: string, sku: string): Promise<Flooded> {
  const doors = fleet.plan.replicas
    .filter(({ kind }) => kind === 'region' || kind === 'terminal')
    .map(({ id, kind }) => ({ id, path: kind === 'region' ? '/v1/orders' : '/v1/sales' }));
  const sum = { asked: 0, sold: 0, refused: 0, failed: 0 };
  const buy = async ({ id, path }: (typeof doors)[number]) => {
    const response = await fetch(new URL(path, fleet.url(id)), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ lines: [{ sku, quantity: 1 }], waitMs: 300 }),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.status === 201) sum.sold += 1;
    else if (response?.status === 409) sum.refused += 1;
    else sum.failed += 1;
  };
  const work = async () => {
    while (sum.asked < ASKED) {
      const door = doors[sum.asked % doors.length] as (typeof doors)[number];
      sum.asked += 1;
      await buy(door);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sum;
}
