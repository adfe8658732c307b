/** The document that an entry is; entries without one are talk between replicas. */
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
