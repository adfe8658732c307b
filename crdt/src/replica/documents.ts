/**
 * Documents: what makes "twice" visible (T8).
 *
 * Every command becomes at most one entry, known by its kind and the id that its
 * client gave it. The pair is written in the commit of the entry; a repeat finds
 * it and gets the first answer.
 */
import type { EntryBody } from '../entry/entry.ts';

export const DOCUMENT_KINDS = [
  'order',
  'hold',
  'extension',
  'capture',
  'release',
  'hold-end',
  'cancellation',
  'receipt',
  'return',
  'shipment',
  'count',
  'loss',
  'reclaim',
  /** Not brought by a command: see `copies.ts`. */
  'order-copy',
  'copy-cancellation',
  /** An order's marks, each once: their id is the order's. */
  'processing',
  'delivered',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export interface DocumentName {
  readonly kind: DocumentKind;
  readonly id: string;
}

/** The documents that an entry brings into the world: none for what replicas tell each other. */
export function documentsOf(body: EntryBody, docId: string): readonly DocumentName[] {
  switch (body.type) {
    case 'sold':
      return [{ kind: 'order', id: docId }];
    case 'confirmed':
      return [
        { kind: 'order', id: docId },
        { kind: 'hold-end', id: body.holdId },
      ];
    case 'held':
      return [{ kind: 'hold', id: docId }];
    case 'extended':
      return [{ kind: 'extension', id: docId }];
    case 'capturing':
      return [{ kind: 'capture', id: docId }];
    case 'released':
      return [
        { kind: 'release', id: docId },
        { kind: 'hold-end', id: body.holdId },
      ];
    case 'cancelled':
      return [{ kind: 'cancellation', id: docId }];
    case 'received':
      return [{ kind: 'receipt', id: docId }];
    case 'returned':
      return [{ kind: 'return', id: docId }];
    case 'shipped':
      return [{ kind: 'shipment', id: docId }];
    case 'counted':
      return [{ kind: 'count', id: docId }];
    case 'lost':
      return [{ kind: 'loss', id: docId }];
    case 'reclaimed':
      return [{ kind: 'reclaim', id: docId }];
    case 'marked':
      return [{ kind: body.mark, id: docId }];
    case 'life':
    case 'reparented':
    case 'took':
    case 'sent':
    case 'repaid':
    case 'checkpoint':
    case 'fenced':
      return [];
    default:
      return body satisfies never;
  }
}
