/** The document that each kind of entry is; entries without one are talk between replicas. */
import type { DocumentKind, Entry } from '@tallystick/crdt';

export const DOCUMENT_KINDS: Readonly<Partial<Record<Entry['body']['type'], DocumentKind>>> = {
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
