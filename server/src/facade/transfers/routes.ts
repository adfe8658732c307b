/**
 * Transfers: goods on their way. What is expected stands in the books and in every region's copy of
 * them; goods leave and come by the keepers of their places, as all goods do. The keeper's act comes first and is
 * known by a name made from the transfer's, so that a request which was cut short is finished by sending it again.
 */
import { type LocationId, type PoolId, poolId, QUANTITY_MAX, type Sku } from '@tallystick/crdt';
import { type Agent, derivedId, Problem, type Transfer } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { isAnnouncement } from '../../authority/calls/transfer-calls.ts';
import { askAuthority } from '../ask-authority.ts';
import { changeItem } from '../change-item.ts';
import { etagOf } from '../etag.ts';
import { byKeepers } from '../keepers.ts';
import { fromCursor, page } from '../page.ts';
import { nameOf, route } from '../route.ts';
import * as ops from './operations.ts';

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export function transferRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.createTransfer, async ({ body, idempotencyKey, principal: { actor }, reply }) => {
    const id = nameOf(body.id, idempotencyKey);
    const asked = { ...body, id, lines: summed(body.lines) };
    if (body.from === body.to) throw bad('/from', 'must be another place than to');
    agent.checkGoods(asked.lines.map(({ sku }) => poolId(sku as Sku, body.to as LocationId)));
    const before = await inBooks(agent, id);
    if (before !== null && !isAnnouncement(before, asked))
      throw new Problem('document_differs', `${id} is another transfer.`);
    if (before === null && body.from !== undefined) {
      const reason = `to ${body.to}`;
      await byKeepers(agent, nameOfAct(id), at(body.from, asked.lines), (name, lines) => [
        { type: 'lose', id: name, actor, cause: 'transfer', reason, lines },
      ]);
    }
    reply.header('location', `/v1/transfers/${encodeURIComponent(id)}`);
    return changeItem<Transfer>(agent, { call: 'transfer.create', transfer: asked }, reply);
  });

  route(app, ops.listTransfers, ({ query, request, reply }) => {
    const bodies = agent.catalogue.bodies('transfer', fromCursor(query.cursor), query.limit + 1);
    const { items, nextCursor } = page(bodies, query.limit, ({ id }) => id, request, reply);
    return { items: items.map(({ body }) => JSON.parse(body) as Transfer), nextCursor };
  });

  route(app, ops.getTransfer, ({ params: { id }, reply }) => {
    const body = agent.catalogue.body('transfer', id);
    if (body === undefined) throw unknown(id);
    reply.header('etag', etagOf(agent.catalogue.versionOf('transfer', id)));
    return JSON.parse(body) as Transfer;
  });

  route(app, ops.receiveTransfer, async ({ params, body, idempotencyKey, principal: { actor }, reply }) => {
    const receipt = nameOf(body.id, idempotencyKey);
    const transfer = await inBooks(agent, params.id);
    if (transfer === null) throw unknown(params.id);
    const lines = body.lines === undefined ? left(transfer, receipt) : summed(body.lines);
    // As the caller has them: lines of one SKU are one only below.
    const stranger = (body.lines ?? lines).findIndex(
      ({ sku }) => !transfer.lines.some((line) => line.sku === sku),
    );
    if (stranger >= 0) throw bad(`/lines/${stranger}/sku`, `is not among what ${params.id} brings`);
    if (!transfer.receipts.includes(receipt)) checkExpected(transfer);
    const cause = transfer.from === undefined ? 'delivery' : 'transfer';
    if (lines.length > 0)
      await byKeepers(agent, nameOfAct(params.id, receipt), at(transfer.to, lines), (name, part) => [
        { type: 'receive', id: name, actor, cause, lines: part },
      ]);
    return changeItem<Transfer>(agent, { call: 'transfer.receive', id: params.id, receipt, lines }, reply);
  });

  route(app, ops.cancelTransfer, ({ params: { id }, reply }) =>
    changeItem<Transfer>(agent, { call: 'transfer.cancel', id }, reply),
  );
}

/** What the books know of it, which may be newer than this region's copy. */
async function inBooks(agent: Agent, id: string): Promise<Transfer | null> {
  return ((await askAuthority(agent, { call: 'transfer.get', id })) as { transfer: Transfer | null })
    .transfer;
}

/** Lines of one SKU are one line. @throws Problem where that is more than a line may have */
function summed(lines: readonly Line[]): Line[] {
  const bySku = new Map<string, number>();
  for (const { sku, quantity } of lines) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  const most = [...bySku].find(([, quantity]) => quantity > QUANTITY_MAX);
  if (most !== undefined)
    throw new Problem(
      'quantity_out_of_range',
      `All lines of ${most[0]} together are more than ${QUANTITY_MAX}.`,
    );
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity }));
}

/** All that has not come. What a receipt that is known has brought, its repeat does not ask again. */
function left({ lines, receipts }: Transfer, receipt: string): Line[] {
  if (receipts.includes(receipt)) return [];
  return lines.flatMap(({ sku, quantity, received }) =>
    quantity > received ? [{ sku, quantity: quantity - received }] : [],
  );
}

/** @throws Problem */
function checkExpected({ id, status }: Transfer): void {
  if (status === 'expected') return;
  const what = status === 'received' ? 'All of it was received' : 'It was cancelled';
  throw new Problem(
    'status_move_refused',
    `${what}: nothing more is expected of ${id}. Receive it by an adjustment.`,
  );
}

function at(location: string, lines: readonly Line[]): { readonly pool: PoolId; readonly n: number }[] {
  return lines.map(({ sku, quantity: n }) => ({ pool: poolId(sku as Sku, location as LocationId), n }));
}

/** Of one transfer and one of its receipts; without one, of what was sent. Two pairs of names never give one. */
function nameOfAct(id: string, receipt = ''): string {
  return derivedId(`${encodeURIComponent(id)}/`, encodeURIComponent(receipt));
}

function bad(pointer: string, message: string): Problem {
  return new Problem('invalid_request', `${pointer} ${message}.`, { errors: [{ pointer, message }] });
}

function unknown(id: string): Problem {
  return new Problem('unknown_transfer', `No transfer is called ${id}.`);
}
