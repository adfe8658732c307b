/** drain: a shop was cut off for a day; how fast do the books get what it sold? */
import type { Bench, Case, Place } from './bench.ts';
import { openServer } from './books.ts';
import { openFamily } from './family.ts';
import { startHelper } from './helper.ts';
import type { PgInsert } from './processes/pg-insert.ts';
import { ratio } from './target.ts';

const SALES = 200_000;
const SKUS = 1_000;
/** Tried with 1,000, 5,000 and 20,000: the more at once the faster, up to here. */
const ROWS_AT_ONCE = 20_000;

async function open(place: Place): Promise<Case[]> {
  const server = await openServer(place);
  const family = await openFamily(place, server.url, 'drain', { children: 1, skus: SKUS });
  const peer = startHelper(place, './processes/pg-insert.ts');
  const insert = (what: PgInsert['what']) => {
    const ask: PgInsert = { databaseUrl: family.databaseUrl, rows: SALES, rowsAtOnce: ROWS_AT_ONCE, what };
    return peer.ask<{ ms: number }>('insert', ask);
  };
  return [
    {
      name: 'drain',
      note: `${SALES} unsent single-line sales of ${SKUS} SKUs, from the line's return until the shop was told that they are settled`,
      warmsUp: false,
      async round() {
        const { ms, bytesUp, bytesDown } = await family.drain(SALES);
        const [up, down] = [bytesUp / SALES, bytesDown / SALES];
        return {
          perSecond: (SALES * 1_000) / ms,
          note: `${up.toFixed(0)} bytes a sale on the wire, and ${down.toFixed(2)} back`,
        };
      },
    },
    {
      name: 'pg-insert',
      note: `the same rows of orders, lines and outbox by insert … select unnest, ${ROWS_AT_ONCE} a transaction; ${server.note}`,
      warmsUp: false,
      round: async () => ({ perSecond: (SALES * 1_000) / (await insert('all')).ms }),
    },
    {
      name: 'pg-insert-bare',
      note: 'the same without the outbox',
      warmsUp: false,
      round: async () => ({ perSecond: (SALES * 1_000) / (await insert('bare')).ms }),
    },
  ];
}

export const drain: Bench = {
  name: 'drain',
  about: 'what one shop sold while it was cut off, until it stands in the books',
  rounds: 2,
  seconds: 1,
  open,
  targets: [ratio('drain', 'pg-insert', 0.5)],
};
