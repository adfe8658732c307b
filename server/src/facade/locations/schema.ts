/** Locations as clients see them. */
import { isLocationId, isReplicaId } from '@tallystick/crdt';
import { currencyCode, words } from '@tallystick/store-agent';
import { z } from 'zod';

export const locationIdSchema = z
  .string()
  .refine(isLocationId, 'must be lower-case letters, digits and dashes')
  .meta({ description: 'Lower-case letters, digits and dashes.', examples: ['berlin'] });

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
  .meta({ description: 'An IANA time zone.', examples: ['Europe/Berlin'] });
const position = z
  .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
  .meta({ description: 'Degrees north and east; sourcing can prefer what is near.' });
const name = words(200, 800).min(1);
const address = words(500, 2_000).min(1);
const taxJurisdiction = words(64, 256).min(1);

export const newLocation = z
  .strictObject({
    id: locationIdSchema,
    name,
    kind: z.enum(['store', 'warehouse']),
    keeper: z.string().refine(isReplicaId, 'must be the id of a replica').meta({
      description: 'The replica that stands where the goods stand: it alone receives, counts and ships.',
    }),
    timeZone,
    currency: currencyCode,
    taxJurisdiction: taxJurisdiction.optional(),
    address: address.optional(),
    position: position.optional(),
  })
  .meta({ id: 'NewLocation' });

export const locationPatch = z
  .strictObject({
    name: name.optional(),
    timeZone: timeZone.optional(),
    taxJurisdiction: taxJurisdiction.nullable().optional(),
    address: address.nullable().optional(),
    position: position.nullable().optional(),
  })
  .meta({ id: 'LocationPatch' });

export const locationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['store', 'warehouse']),
    keeper: z.string(),
    timeZone: z.string(),
    currency: z.string(),
    taxJurisdiction: z.string().optional(),
    address: z.string().optional(),
    position: z.object({ lat: z.number(), lon: z.number() }).optional(),
  })
  .meta({ id: 'Location' });

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
