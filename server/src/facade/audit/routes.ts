/** The trail: read from the books, checked there, against what this region remembers. */
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority } from '../ask-authority.ts';
import { fromCursor, noSuchCursor, page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';
import { RememberedHeads } from './remembered-heads.ts';

/** Half a million entries take less than a tenth of this. */
const VERIFY_WAIT_MS = 60_000;

export function auditRoutes(app: FastifyInstance, agent: Agent): void {
  const remembered = new RememberedHeads(agent);
  const stop = remembered.start();
  app.addHook('onClose', (_app, done) => {
    stop();
    done();
  });

  route(app, ops.listAudit, async ({ query: { limit, cursor, order, ...filter }, request, reply }) => {
    const after = seqOf(cursor);
    const asked = {
      call: 'audit.list',
      filter,
      order,
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    };
    const { items } = (await askAuthority(agent, asked)) as {
      items: { seq: number; hash: string; entry: string }[];
    };
    const found = page(items, limit, ({ seq }) => String(seq), request, reply);
    return { ...found, items: found.items.map(entryJson) };
  });

  route(app, ops.verifyAudit, async () => {
    const anchors = remembered.all;
    const report = await askAuthority(agent, { call: 'audit.verify', anchors }, VERIFY_WAIT_MS);
    await remembered.look();
    return report;
  });
}

function entryJson({ seq, hash, entry }: { seq: number; hash: string; entry: string }): ops.AuditEntryJson {
  const { at, actor, from, via, action, kind, id, what } = JSON.parse(entry) as ops.AuditEntryJson;
  return { seq, hash, at, actor, from, via, action, kind, id, what, entry };
}

/** @throws Problem where this list never gave out such a cursor */
function seqOf(cursor: string | undefined): number | undefined {
  const place = fromCursor(cursor);
  if (place === '') return undefined;
  if (/^\d{1,15}$/.test(place)) return Number(place);
  throw noSuchCursor();
}
