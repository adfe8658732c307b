/** Goods on their way, as the books have them: what is expected where, and what of it came. */
import { isSku, QUANTITY_MAX } from '@tallystick/crdt';
import { documentId, locationId, Problem, type Transfer, words } from '@tallystick/store-agent';
import { z } from 'zod';
import type { Change, StoredItem } from '../catalogue-changes.ts';
import { served } from './call.ts';
import { changeOne, isSame } from './change-one.ts';

/** Lines, and receipts, of one transfer: every region keeps it whole. */
export const TRANSFER_LINES_MAX = 250;
const RECEIPTS_MAX = 250;

const lines = z
  .array(
    z.strictObject({
      sku: z.string().refine(isSku, 'must be 1 to 64 visible characters'),
      quantity: z.int().min(1).max(QUANTITY_MAX),
    }),
  )
  .max(TRANSFER_LINES_MAX)
  .refine((all) => new Set(all.map(({ sku }) => sku)).size === all.length, 'must name each SKU once');

const announced = z.strictObject({
  id: documentId,
  from: locationId.optional(),
  to: locationId,
  lines,
  expectedAt: z.iso.datetime({ offset: true }).optional(),
  reference: words(200, 800).min(1).optional(),
});

export const TRANSFER_CALLS = {
  'transfer.get': served({
    schema: z.strictObject({ call: z.literal('transfer.get'), id: documentId }),
    serve: async ({ pool }, { id }) => {
      const { rows } = await pool.query<{ body: Transfer }>(
        "select body from tallystick.catalogue where kind = 'transfer' and id = $1 and body is not null",
        [id],
      );
      return { transfer: rows[0]?.body ?? null };
    },
  }),
  'transfer.create': served({
    schema: z.strictObject({ call: z.literal('transfer.create'), transfer: announced }),
    serve: (authority, { transfer }) =>
      changeOne(authority, 'transfer', transfer.id, (stored) => {
        if (stored === undefined) return { write: opened(transfer) };
        if (isAnnouncement(stored.body as Transfer, transfer)) return { keep: stored };
        return { refuse: 'document_differs', message: `${transfer.id} is another transfer.` };
      }),
  }),
  'transfer.receive': served({
    schema: z.strictObject({
      call: z.literal('transfer.receive'),
      id: documentId,
      receipt: documentId,
      lines,
    }),
    serve: (authority, { id, receipt, lines: came }) =>
      changeOne(authority, 'transfer', id, (stored) => received(stored, receipt, came)),
  }),
  'transfer.cancel': served({
    schema: z.strictObject({ call: z.literal('transfer.cancel'), id: documentId }),
    serve: (authority, { id }) => changeOne(authority, 'transfer', id, cancelled),
  }),
};

function opened({ lines: all, ...rest }: z.output<typeof announced>): Transfer {
  const waiting = all.map((line) => ({ ...line, received: 0 }));
  return { ...rest, lines: waiting, status: 'expected', receipts: [] } as Transfer;
}

/** Whether a transfer was announced in these words, whatever came of it since. */
export function isAnnouncement(transfer: Transfer, asked: object): boolean {
  const { status: _, receipts: __, lines: all, ...rest } = transfer;
  const said = { ...rest, lines: all.map(({ sku, quantity }) => ({ sku, quantity })) };
  return isSame(said, asked);
}

/** The goods stand there already, so that whatever else happened meanwhile it is written down that they came. */
function received(
  stored: StoredItem | undefined,
  receipt: string,
  came: readonly { readonly sku: string; readonly quantity: number }[],
): Change {
  const transfer = known(stored);
  if (transfer.receipts.includes(receipt)) return { keep: stored as StoredItem };
  if (transfer.receipts.length >= RECEIPTS_MAX)
    return { refuse: 'invalid_request', message: `A transfer is received in at most ${RECEIPTS_MAX} parts.` };
  const units = new Map(came.map(({ sku, quantity }) => [sku, quantity]));
  const after = transfer.lines.map((line) => ({
    ...line,
    received: line.received + (units.get(line.sku) ?? 0),
  }));
  const isAll = after.every((line) => line.received >= line.quantity);
  const status = isAll ? 'received' : transfer.status;
  return { write: { ...transfer, lines: after, status, receipts: [...transfer.receipts, receipt] } };
}

function cancelled(stored: StoredItem | undefined): Change {
  const transfer = known(stored);
  if (transfer.status === 'cancelled') return { keep: stored as StoredItem };
  if (transfer.status === 'received')
    return { refuse: 'status_move_refused', message: 'All of it was received: nothing is left to cancel.' };
  return { write: { ...transfer, status: 'cancelled' } };
}

/** @throws Problem */
function known(stored: StoredItem | undefined): Transfer {
  if (stored === undefined) throw new Problem('unknown_transfer', 'No transfer has this id.');
  return stored.body as Transfer;
}
