/** Replicas as operators see them. */
import { isReplicaId } from '@tallystick/crdt';
import { documentId, LINES_MAX, locationId, quantity, sku } from '@tallystick/store-agent';
import { z } from 'zod';

export const replicaIdSchema = z
  .string()
  .refine(isReplicaId, 'must be lower-case letters, digits and dashes')
  .meta({ description: 'Lower-case letters, digits and dashes.', examples: ['berlin'] });

const KINDS = ['region', 'store', 'warehouse', 'terminal', 'channel'] as const;

const fields = {
  id: z.string(),
  kind: z.enum(KINDS),
  parent: z.string(),
  location: z.string().nullable(),
  status: z.enum(['expected', 'enrolled', 'retired']),
  link: z
    .enum(['up', 'down', 'unknown'])
    .meta({ description: 'To its parent, as the parent says; unknown where that one cannot be asked.' }),
  settledEntries: z.int().meta({ description: 'How many of its facts stand in the books.' }),
  fenced: z.string().optional().meta({ description: 'Why its newest life was shut out.' }),
  createdAt: z.iso.datetime(),
  codeExpiresAt: z.iso
    .datetime()
    .optional()
    .meta({ description: 'While an enrolment code waits to be used.' }),
};

export const replicaSchema = z.object(fields).meta({ id: 'Replica' });

export const replicaDetailsSchema = z
  .object({
    ...fields,
    children: z.array(z.string()),
    lives: z
      .array(z.object({ writer: z.string(), entries: z.int(), fenced: z.string().optional() }))
      .meta({ description: 'Oldest first; a restored replica goes on as a new one.' }),
    lag: z
      .object({
        unsentEntries: z.int().meta({ description: 'Written down there and not at its parent.' }),
        unsettledEntries: z.int().meta({ description: 'Written down there and not in the books.' }),
      })
      .nullable()
      .meta({ description: 'Null where the replica cannot be asked.' }),
  })
  .meta({ id: 'ReplicaDetails' });

const count = (description: string) => z.int().meta({ description });

const sales = {
  sold: count('Sales.'),
  soldAtOnce: count('Of those: from rights that the seller held, with no question to anybody.'),
  refused: count('Sales that were refused for want of goods.'),
  refusedFalsely: count('Of those: seconds later it was still said that there were enough somewhere.'),
};
const since = z.iso.datetime().meta({
  description:
    'When the process at the books that answers began to count. Sums with another `since` cannot be compared.',
});
const salesSchema = z.object(sales).meta({ id: 'FleetSales' });

export const fleetHistorySchema = z
  .object({ since, items: z.array(z.object({ at: z.iso.datetime(), ...sales })) })
  .meta({ id: 'FleetHistory' });

export const fleetSchema = z
  .object({
    at: z.iso.datetime(),
    books: z.object({ entries: count('Entries in the books.') }),
    since,
    sums: salesSchema.meta({ description: 'Over all replicas, since then.' }),
    items: z.array(
      z.object({
        ...fields,
        lag: replicaDetailsSchema.shape.lag,
        lives: count(
          'How many lives it has had: one that was put back to an earlier state goes on as a new one.',
        ),
        sales: salesSchema.nullable().meta({
          description: 'Since it was started. Null where the replica cannot be asked.',
        }),
      }),
    ),
  })
  .meta({ id: 'Fleet' });

export const rightsSchema = z
  .object({
    sku: z.string(),
    locationId: z.string(),
    free: z.int().meta({ description: 'Units that it may sell without asking.' }),
    onHold: z.int(),
    owed: z.int().meta({ description: 'Units handed over without a right to them.' }),
    underWay: z.int().meta({ description: 'Sent to it and not yet taken.' }),
  })
  .meta({ id: 'ReplicaRights' });

export const newReplica = z
  .strictObject({
    id: replicaIdSchema,
    kind: z.enum(KINDS),
    parent: replicaIdSchema.meta({ description: 'Under whom it stands; `authority` for a region.' }),
    location: locationId.nullable().default(null),
    codeTtlMinutes: z.int().min(1).max(43_200).default(60),
  })
  .meta({ id: 'NewReplica' });

export const enrolmentSchema = z
  .object({
    id: z.string(),
    code: z.string().meta({ description: 'To be typed into the device, once. It is shown here alone.' }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Enrolment' });

export const retirementBody = z
  .strictObject({
    id: documentId.optional(),
    counted: z
      .array(z.strictObject({ sku, locationId, quantity }))
      .max(LINES_MAX)
      .default([])
      .meta({ description: 'What surely was not sold of what it held: only that is taken back.' }),
    withChildren: z
      .boolean()
      .default(false)
      .meta({ description: 'True where all below it are lost with it: a shop with its tills.' }),
  })
  .meta({ id: 'NewRetirement' });

const sum = z.object({ units: z.int(), pools: z.int() });

export const retirementSchema = z
  .object({
    id: z.string(),
    replica: z.string(),
    reclaimed: sum.meta({ description: 'What others may sell now.' }),
    left: sum.meta({ description: 'What it may still hold or have sold; `rights` says of which products.' }),
  })
  .meta({ id: 'Retirement' });
