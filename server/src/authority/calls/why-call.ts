/** Why a number is what it is, for a region that was asked. */
import { isSku } from '@tallystick/crdt';
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { served } from './call.ts';

export const whyCall = served({
  schema: z.strictObject({ call: z.literal('why'), sku: z.string().refine(isSku, 'must be a SKU') }),
  serve: async (authority, { sku }) => {
    if (authority.catalogue.product(sku) === undefined)
      throw new Problem('unknown_sku', `No product has SKU ${sku}.`);
    return authority.why(sku);
  },
});
