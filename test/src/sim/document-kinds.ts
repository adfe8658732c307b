/** The document that an entry is, and what it is about; entries without one are talk between replicas. */
import type { DocumentKind, Entry } from '@tallystick/crdt';

const KINDS: Readonly<Partial<Record<Entry['body']['type'], DocumentKind>>> = {
  sold: 'order',
  confirmed: 'order',
  held: 'hold',
  extended: 'extension',
  capturing: 'capture',
  released: 'release',
  cancelled: 'cancellation',
  received: 'receipt',
  returned: 'return',
  shipped: 'shipment',
  counted: 'count',
  lost: 'loss',
  reclaimed: 'reclaim',
};

export function documentKindOf(body: Entry['body']): DocumentKind | undefined {
  return body.type === 'marked' ? body.mark : KINDS[body.type];
}

/** Which goods a document is about, without how a writer paid for them. */
export function goodsOf(body: Entry['body']): string {
  if (!('lines' in body)) return body.type;
  const units = (line: (typeof body.lines)[number]) =>
    'quantityBase' in line ? line.quantityBase : 'n' in line ? line.n : 0;
  return body.lines.map((line) => `${units(line)} ${line.pool}`).join();
}
