/** The trail, asked for and checked from afar. */
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { auditHead, listAudit, verifyAudit } from '../audit.ts';
import { verifyChains } from '../verify.ts';
import { served } from './call.ts';

const name = z.string().min(1).max(256);
const seq = z.int().min(0);
/** Heads that a region sends along. */
const ANCHORS_MAX = 1_000;
/** More findings than this help nobody more. */
const PROBLEMS_MAX = 100;

let isVerifying = false;

export const AUDIT_CALLS = {
  'audit.list': served({
    schema: z.strictObject({
      call: z.literal('audit.list'),
      filter: z.strictObject({ kind: name.optional(), id: name.optional(), actor: name.optional() }),
      order: z.enum(['asc', 'desc']),
      after: seq.optional(),
      limit: z.int().min(1).max(251),
    }),
    serve: async ({ pool }, { filter, order, after, limit }) => ({
      items: await listAudit(pool, filter, order, after, limit),
    }),
  }),
  'audit.head': served({
    schema: z.strictObject({ call: z.literal('audit.head') }),
    serve: ({ pool }) => auditHead(pool),
  }),
  'audit.verify': served({
    schema: z.strictObject({
      call: z.literal('audit.verify'),
      anchors: z.array(z.strictObject({ seq, hash: z.string().regex(/^[0-9a-f]{64}$/) })).max(ANCHORS_MAX),
    }),
    serve: async ({ pool }, { anchors }) => {
      // All that was ever written is read: once at a time is enough.
      if (isVerifying)
        throw new Problem('overloaded', 'The books are being verified already. Ask again when that is done.');
      isVerifying = true;
      try {
        const trail = await verifyAudit(pool, anchors);
        const chains = await verifyChains(pool, trail.heads);
        const problems = [...trail.problems, ...chains.problems];
        return {
          isWhole: problems.length === 0,
          trailEntries: trail.entries,
          writers: chains.writers,
          entries: chains.entries,
          problems: problems.slice(0, PROBLEMS_MAX),
        };
      } finally {
        isVerifying = false;
      }
    },
  }),
};
