/** What needs somebody's eyes: goods that are owed and not there, and entries that were put aside as evidence. */
import { type PoolId, parsePoolId } from '@tallystick/crdt';
import { z } from 'zod';
import { served } from './call.ts';

const after = z.string().max(600);
const limit = z.int().min(1).max(251);

export const TROUBLE_CALLS = {
  'shortage.list': served({
    schema: z.strictObject({ call: z.literal('shortage.list'), after, limit }),
    serve: async ({ pool }, asked) => {
      const { rows } = await pool.query<{ pool: PoolId; onHand: number; available: number; low: boolean }>(
        `select s.pool, s.on_hand::float8 as "onHand", s.available::float8 as available, s.is_low as low
          from tallystick.stock_levels s
          where (s.available < 0 or s.is_low) and s.pool > $1 order by s.pool limit $2`,
        [asked.after, asked.limit],
      );
      return {
        items: rows.map(({ pool: id, low, ...level }) => {
          const { sku, location } = parsePoolId(id);
          return { sku, locationId: location, ...level, short: Math.max(0, -level.available), isLow: low };
        }),
      };
    },
  }),
  'quarantine.list': served({
    schema: z.strictObject({ call: z.literal('quarantine.list'), after, limit }),
    serve: async ({ pool }, asked) => {
      const { rows } = await pool.query(
        `select writer, seq::float8 as seq, encode(hash, 'hex') as hash, reason,
            octet_length(bytes) as bytes, position::float8 as position
          from tallystick.quarantine
          where writer || ' ' || lpad(seq::text, 16, '0') || ' ' || encode(hash, 'hex') > $1 collate "C"
          order by writer || ' ' || lpad(seq::text, 16, '0') || ' ' || encode(hash, 'hex') collate "C" limit $2`,
        [asked.after, asked.limit],
      );
      return { items: rows };
    },
  }),
};
