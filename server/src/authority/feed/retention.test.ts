/** What is deleted in many pieces ends where the process is asked to stop. */
import type pg from 'pg';
import { expect, test } from 'vitest';
import { forgetCustomers } from '../forget-customers.ts';
import { retention } from './retention.ts';

const LOG = { warn: () => {} } as never;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('old events, and customers, are deleted until there are no more, or until it is to stop', async () => {
  let pieces = 0;
  const many = {
    query: async () => {
      await turn();
      pieces += 1;
      return { rowCount: 5_000 };
    },
  };
  const duty = retention(many as unknown as pg.Pool, LOG, 14);
  duty.start(undefined as never);
  while (pieces < 3) await turn();
  await duty.stop();

  let erased = 0;
  const rows = Array.from({ length: 200 }, (_, i) => ({ id: `c${i}` }));
  const erase = async () => {
    await turn();
    erased += 1;
  };
  const people = forgetCustomers({ query: async () => ({ rows }) } as never, { erase } as never, LOG, 30);
  people.start(undefined as never);
  while (erased < 250) await turn();
  await people.stop();
  expect(erased).toBeLessThan(255);
});
