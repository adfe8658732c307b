/** Event writer: tells levels of stock into the books at an even pace, many in one commit. Started as a helper. */
import pg from 'pg';
import { answer } from '../helper.ts';

export interface Tell {
  readonly databaseUrl: string;
  /** In turn. */
  readonly skus: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Commits a second: as often as the turns of an authority that is busy. */
const COMMITS_PER_SECOND = 100;

/** Where it falls behind, the next commit follows at once. */
async function tell({ databaseUrl, skus, perSecond, seconds }: Tell): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const atOnce = Math.ceil(perSecond / COMMITS_PER_SECOND);
  const commits = Math.ceil((perSecond * seconds) / atOnce);
  const startMs = performance.now();
  for (let commit = 0; commit < commits; commit += 1) {
    const dueMs = startMs + (commit * atOnce * 1_000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    await client.query({
      name: 'tell',
      text: `select tallystick.tell(array_agg(0::bigint), array_agg('stock.level_changed'::text), array_agg(
          jsonb_build_object('sku', 'S' || n % $3, 'locationId', 'depot', 'onHand', n, 'available', n, 'committed', 0)))
        from generate_series($1::bigint, $2::bigint) n`,
      values: [commit * atOnce, (commit + 1) * atOnce - 1, skus],
    });
  }
  await client.end();
}

answer({ tell });
