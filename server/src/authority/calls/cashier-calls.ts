/** Cashiers, written at the books: who may sign in where, with which PIN. */
import { type Cashier, cashierSchema, Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import type { Authority } from '../authority.ts';
import { putCatalogue } from '../catalogue.ts';
import { outdated } from '../catalogue-changes.ts';
import { served } from './call.ts';
import { changeOne, isSame } from './change-one.ts';

const { id, role, locations, pinHash } = cashierSchema.shape;
const cashier = z.strictObject({ id, role, locations, pinHash });

export const CASHIER_CALLS = {
  'cashier.create': served({
    schema: z.strictObject({ call: z.literal('cashier.create'), cashier }),
    serve: async (authority, asked) => {
      checkPlaces(authority, asked.cashier.locations);
      return changeOne(authority, 'cashier', asked.cashier.id, (stored) =>
        stored === undefined
          ? { write: asked.cashier }
          : {
              refuse: 'already_exists',
              message: 'There is a cashier by this name. Give them a new PIN, or take another name.',
            },
      );
    },
  }),
  'cashier.patch': served({
    schema: z.strictObject({
      call: z.literal('cashier.patch'),
      id,
      patch: z.strictObject({ role, locations, pinHash }).partial(),
      version: z.int().min(0).nullable(),
    }),
    serve: async (authority, asked) => {
      if (asked.patch.locations !== undefined) checkPlaces(authority, asked.patch.locations);
      return changeOne(authority, 'cashier', asked.id, (stored) => {
        if (stored === undefined) return { refuse: 'not_found', message: 'No cashier has this id.' };
        const late = outdated(stored, asked.version);
        if (late !== undefined) return late;
        const after = Object.assign({ ...(stored.body as Cashier) }, asked.patch);
        return isSame(stored.body, after) ? { keep: stored } : { write: after };
      });
    },
  }),
  'cashier.remove': served({
    schema: z.strictObject({ call: z.literal('cashier.remove'), id }),
    serve: async (authority, asked) => {
      if (authority.catalogue.body('cashier', asked.id) === undefined)
        throw new Problem('not_found', 'No cashier has this id.');
      const version = await putCatalogue(authority.pool, [{ kind: 'cashier', id: asked.id, body: null }]);
      await authority.refreshCatalogue();
      return { version, body: { id: asked.id }, was: 'changed' };
    },
  }),
};

/** @throws Problem */
function checkPlaces({ catalogue }: Authority, places: readonly string[]): void {
  const unknown = places.find((place) => catalogue.location(place) === undefined);
  if (unknown !== undefined) throw new Problem('unknown_location', `No location is called ${unknown}.`);
}
