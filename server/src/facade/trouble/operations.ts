/** What needs somebody's eyes: goods that are owed and not there, and entries that no chain has a place for. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';

const common = {
  method: 'GET',
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'read',
  query: z.strictObject(pageQuery),
  problems: ['authority_unreachable'],
} as const;

const shortageSchema = z
  .object({
    sku: z.string(),
    locationId: z.string(),
    onHand: z.int(),
    available: z.int().meta({ description: 'Below zero where more is owed than there is.' }),
    short: z.int().meta({ description: 'Units that are owed and nobody can cover.' }),
    isLow: z.boolean().meta({ description: 'At or below the threshold that was set for it.' }),
  })
  .meta({ id: 'Shortage' });

export const listShortages = operation({
  ...common,
  id: 'listShortages',
  tag: 'Inventory',
  access: shared('inventory:explain'),
  path: '/v1/shortages',
  summary: 'List products that are short or low, by place',
  description: 'As last told by `stock.shortage` and `stock.low`, from the books.',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(shortageSchema).meta({ id: 'ShortagePage' }),
      headers: ['link'],
    },
  },
  examples: { first: { summary: 'The first fifty', status: 200 } },
});

const quarantinedSchema = z
  .object({
    writer: z.string().meta({ description: 'The life of a replica that it claims to be of.' }),
    seq: z.int(),
    hash: z.string(),
    reason: z.string(),
    bytes: z.int().meta({ description: 'Its size; the bytes themselves stay in the books.' }),
    position: z.int().meta({ description: 'How many entries the books had when it came.' }),
  })
  .meta({ id: 'QuarantinedEntry' });

export const listQuarantine = operation({
  ...common,
  id: 'listQuarantine',
  tag: 'Audit',
  access: shared('audit:read'),
  path: '/v1/quarantine',
  summary: 'List entries that were put aside as evidence',
  description:
    'Entries that are in no place of their writer’s chain: of a database that was put back, or of somebody who pretends. They ' +
    'count for nothing and are kept for ever.',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(quarantinedSchema).meta({ id: 'QuarantinePage' }),
      headers: ['link'],
    },
  },
  examples: { first: { summary: 'The first fifty', status: 200 } },
});

export const TROUBLE_OPERATIONS: readonly Operation[] = [listShortages, listQuarantine];
