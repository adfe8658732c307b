/** Thresholds: how few of a product at a location are low, so that it is told (`stock.low`). */
import { QUANTITY_MAX } from '@tallystick/crdt';
import { locationId, Problem, sku } from '@tallystick/store-agent';
import { z } from 'zod';
import type { Authority } from '../authority.ts';
import { queryAsAsked } from '../in-one-go.ts';
import { served } from './call.ts';

const place = { sku, locationId };

export const THRESHOLD_CALLS = {
  'threshold.get': served({
    schema: z.strictObject({ call: z.literal('threshold.get'), ...place }),
    serve: async ({ pool }, asked) => {
      const { rows } = await pool.query<{ threshold: number }>(
        'select threshold from tallystick.stock_thresholds where pool = $1',
        [poolOf(asked)],
      );
      if (rows[0] === undefined) throw none(asked);
      return answerOf(asked, rows[0].threshold);
    },
  }),
  'threshold.put': served({
    schema: z.strictObject({
      call: z.literal('threshold.put'),
      ...place,
      threshold: z.int().min(0).max(QUANTITY_MAX),
    }),
    serve: async (authority, { threshold, ...asked }) => {
      checkPlace(authority, asked);
      const { pool } = authority;
      await queryAsAsked(
        pool,
        `insert into tallystick.stock_thresholds (pool, threshold) values ($1, $2)
          on conflict (pool) do update set threshold = excluded.threshold`,
        [poolOf(asked), threshold],
      );
      // It may be as low already, and nothing may move there for days.
      await pool.query('select tallystick.tell_levels($1)', [[poolOf(asked)]]);
      return answerOf(asked, threshold);
    },
  }),
  'threshold.remove': served({
    schema: z.strictObject({ call: z.literal('threshold.remove'), ...place }),
    serve: async ({ pool }, asked) => {
      const { rows } = await queryAsAsked<{ threshold: number }>(
        pool,
        'delete from tallystick.stock_thresholds where pool = $1 returning threshold',
        [poolOf(asked)],
      );
      if (rows[0] === undefined) throw none(asked);
      return answerOf(asked, rows[0].threshold);
    },
  }),
};

interface PlaceAsked {
  readonly sku: string;
  readonly locationId: string;
}

function poolOf({ sku, locationId }: PlaceAsked): string {
  return `${sku}@${locationId}`;
}

function answerOf({ sku, locationId }: PlaceAsked, threshold: number) {
  return { sku, locationId, threshold };
}

function checkPlace({ catalogue }: Authority, { sku, locationId }: PlaceAsked): void {
  if (catalogue.product(sku) === undefined) throw new Problem('unknown_sku', `No product has SKU ${sku}.`);
  if (catalogue.location(locationId) === undefined)
    throw new Problem('unknown_location', `No location is called ${locationId}.`);
}

function none({ sku, locationId }: PlaceAsked): Problem {
  return new Problem('not_found', `No threshold is set for ${sku} at ${locationId}.`);
}
