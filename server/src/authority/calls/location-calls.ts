/** Locations, written at the books alone. */
import { isLocationId } from '@tallystick/crdt';
import { locationInput } from '@tallystick/store-agent';
import { z } from 'zod';
import { type Change, outdated, type StoredItem } from '../catalogue-changes.ts';
import { requestKey, served } from './call.ts';
import { changeOne, createOnce, isSame, patched } from './change-one.ts';

type Location = z.output<typeof locationInput>;

export const LOCATION_CALLS = {
  'location.create': served({
    schema: z.strictObject({ call: z.literal('location.create'), location: locationInput, key: requestKey }),
    serve: (authority, { location, key }) => createOnce(authority, key, 'location', location.id, location),
  }),
  'location.patch': served({
    schema: z.strictObject({
      call: z.literal('location.patch'),
      id: z.string().refine(isLocationId, 'must be lower-case letters, digits and dashes'),
      patch: z.record(z.string(), z.unknown()),
      version: z.number().int().min(0).nullable(),
    }),
    serve: (authority, { id, patch, version }) =>
      changeOne(authority, 'location', id, (stored) => changedLocation(stored, patch, version)),
  }),
};

function changedLocation(stored: StoredItem | undefined, patch: unknown, version: number | null): Change {
  if (stored === undefined) return { refuse: 'unknown_location', message: 'No location has this id.' };
  const late = outdated(stored, version);
  if (late !== undefined) return late;
  const before = stored.body as Location;
  const location = patched(locationInput, before, patch);
  // Goods, rights and sales are written down under these; another keeper is a move of its own.
  for (const field of ['id', 'kind', 'keeper', 'currency'] as const) {
    if (location[field] === before[field]) continue;
    const message = `The ${field} of ${before.id} cannot be patched: it is ${before[field]}.`;
    return { refuse: 'invalid_request', message, pointer: `/${field}` };
  }
  return isSame(before, location) ? { keep: stored } : { write: location };
}
