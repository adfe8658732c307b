/** verify: how long an auditor waits for half a million entries, of the books' chains and of the trail. */
import { openPool, verifyAudit, verifyChains } from '@tallystick/server/test-kit';
import type pg from 'pg';
import type { Bench, Case, Place, Round } from './bench.ts';
import { openServer } from './books.ts';
import { openFamily } from './family.ts';
import type { Target } from './target.ts';

const ENTRIES = 500_000;
const SHOPS = 4;
const SKUS = 1_000;
/** What the trail says in one statement. */
const NOTED_AT_ONCE = 10_000;

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const family = await openFamily(place, server.url, 'verify', { children: SHOPS, skus: SKUS });
  place.say(`verify: making ${ENTRIES} entries of each kind`);
  await family.drain(ENTRIES);
  const pool = await openPool(family.databaseUrl, { connectionsMax: 2 });
  place.atEnd(() => pool.end());
  await putProducts(pool);
  for (let noted = 0; noted < ENTRIES; noted += NOTED_AT_ONCE) await note(pool);
  return [
    {
      name: 'chains',
      note: `sales of ${SHOPS} shops over ${SKUS} SKUs: every hash, and every row folded anew`,
      warmsUp: false,
      round: () => timed(verifyChains(pool)),
    },
    {
      name: 'trail',
      note: 'changes of products: every hash, and what the trail says of the catalogue',
      warmsUp: false,
      round: () => timed(verifyAudit(pool, [])),
    },
  ];
}

/** By the books' own function, as whoever writes them does. */
async function putProducts(pool: pg.Pool): Promise<void> {
  await pool.query(
    `select tallystick.put_catalogue(array_agg('product'::text), array_agg('SKU-' || n),
        array_agg(jsonb_build_object('sku', 'SKU-' || n, 'names', '{"en": "A product"}'::jsonb, 'baseUnit', 'piece')))
       from generate_series(1, $1::integer) n`,
    [NOTED_AT_ONCE],
  );
}

/** As changes of products are noted, by the books' own function; what they became is what stands there. */
async function note(pool: pg.Pool): Promise<void> {
  await pool.query(
    `select tallystick.note(
        array_agg('changed'::text), array_agg(kind), array_agg(id),
        array_agg(jsonb_build_object(
          'version', version, 'fields', '["prices"]'::jsonb, 'bodyHash', tallystick.json_hash(body))))
       from (select * from tallystick.catalogue where kind = 'product' order by id limit $1) products`,
    [NOTED_AT_ONCE],
  );
}

async function timed(verifying: Promise<{ entries: number; problems: readonly string[] }>): Promise<Round> {
  const startMs = performance.now();
  const { entries, problems } = await verifying;
  const tookMs = performance.now() - startMs;
  if (problems.length > 0) throw new Error(`What was just written is not whole: ${problems[0]}`);
  if (entries < ENTRIES) throw new Error(`There are ${entries} entries, not ${ENTRIES}.`);
  return {
    perSecond: (1_000 * entries) / tookMs,
    note: `${entries} entries in ${(tookMs / 1_000).toFixed(1)} s`,
  };
}

function seconds(name: string): Target {
  return {
    text: `seconds for ${ENTRIES} entries: ${name}`,
    bound: 10,
    is: 'at most',
    value: (results) => {
      const perSecond = results.get(name)?.perSecond?.median;
      return perSecond === undefined ? undefined : ENTRIES / perSecond;
    },
  };
}

export const verify: Bench = {
  name: 'verify',
  about: 'the whole of the books read and checked, as `tallystick verify` does',
  rounds: 2,
  seconds: 1,
  open,
  targets: [seconds('chains'), seconds('trail')],
};
