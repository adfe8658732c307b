/** What happened to the stock of a product, as the books have it. */
import { isLocationId, isSku } from '@tallystick/crdt';
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { MOVEMENT_TYPES } from '../movements-of.ts';
import { served } from './call.ts';

const whole = z.int().min(0);
const location = z.string().refine(isLocationId, 'must be a location');

export const MOVEMENT_CALLS = {
  'inventory.history': served({
    schema: z.strictObject({
      call: z.literal('inventory.history'),
      sku: z.string().refine(isSku, 'must be a SKU'),
      locationId: location.optional(),
      type: z.enum(MOVEMENT_TYPES).optional(),
      fromMs: whole.optional(),
      toMs: whole.optional(),
      after: z.strictObject({ atMs: whole, position: whole, locationId: location }).optional(),
      limit: z.int().min(1).max(251),
    }),
    serve: async (authority, { call: _, limit, ...wanted }) => {
      if (authority.catalogue.product(wanted.sku) === undefined)
        throw new Problem('unknown_sku', `No product has SKU ${wanted.sku}.`);
      return { items: await authority.movements.list(wanted, limit) };
    },
  }),
};
