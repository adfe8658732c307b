/** What can be asked of the trail. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';

const common = {
  tag: 'Audit',
  access: shared('audit:read'),
  cacheControl: 'no-store',
  needs: 'authority',
} as const;
const name = z.string().min(1).max(256);

const entrySchema = z
  .object({
    seq: z.int(),
    hash: z.string().meta({ description: 'SHA-256 of `entry`, in hex.' }),
    at: z.iso.datetime(),
    actor: z.string().meta({ description: 'Role and credential, as `integrator:erp`.' }),
    from: z.string().nullable().meta({ description: 'The address that it was asked from.' }),
    via: z.string().nullable().meta({ description: 'The replica at whose door.' }),
    action: z.string(),
    kind: z.string(),
    id: z.string(),
    what: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Which fields changed, the new version, a hash of it.' }),
    entry: z.string().meta({ description: 'The very text that was hashed.' }),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryJson = z.output<typeof entrySchema>;

export const listAudit = operation({
  ...common,
  id: 'listAudit',
  method: 'GET',
  path: '/v1/audit',
  summary: 'Who changed what, when and from where',
  description:
    'Products, locations, replicas, clients, credentials, signing keys and customers (without what they say), and the heads of ' +
    'writers as they came in. What happened to goods and orders is told by their own history. `scripts/verify-audit.mjs` checks ' +
    'what `order=asc` gives, from its first page on, without anything of ours.',
  query: z.strictObject({
    ...pageQuery,
    kind: name.optional(),
    id: name.optional().meta({ description: 'Of the thing that changed.' }),
    actor: name.optional(),
    order: z.enum(['asc', 'desc']).default('desc').meta({ description: 'Newest first, or oldest first.' }),
  }),
  routeClass: 'read',
  answers: {
    200: { description: 'A page.', body: pageOf(entrySchema).meta({ id: 'AuditPage' }), headers: ['link'] },
  },
  problems: ['authority_unreachable'],
  examples: {
    whoPriced: { summary: 'Who touched the mugs', query: { kind: 'product', id: 'MUG' }, status: 200 },
  },
});

export const verifyAudit = operation({
  ...common,
  id: 'verifyAudit',
  method: 'GET',
  path: '/v1/audit/verify',
  summary: 'Check the trail and every writer’s chain, from their first entries',
  description:
    'Names what was changed, is missing, was swapped or cut off, also where whole chains were made anew: against the heads in ' +
    'the trail, and the heads of the trail that this region has kept. It reads everything and takes its time.',
  routeClass: 'bulk',
  answers: {
    200: {
      description: 'What was found.',
      body: z
        .object({
          isWhole: z.boolean(),
          trailEntries: z.int(),
          writers: z.int(),
          entries: z.int(),
          problems: z.array(z.string()),
        })
        .meta({ id: 'AuditReport' }),
    },
  },
  problems: ['authority_unreachable', 'overloaded'],
  examples: { whole: { summary: 'Nothing was found', status: 200, answer: { isWhole: true, problems: [] } } },
});

/** In the order in which a newcomer would use them. */
export const AUDIT_OPERATIONS: readonly Operation[] = [listAudit, verifyAudit];
