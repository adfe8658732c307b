/** History: what happened at the authority of one seed, in the order in which it became durable. */
import type { DocumentKind, LineId, OrderId, WriterId, Writes } from '@tallystick/crdt';

/** What the core asked of its journal, as text; and what the simulated one answered. */
export interface Asked {
  readonly question: Question;
  readonly answer: string;
}

export type Question =
  | { readonly about: 'document'; readonly kind: DocumentKind; readonly id: string }
  | { readonly about: 'entry'; readonly writer: WriterId; readonly seq: number }
  | { readonly about: 'progress'; readonly orderId: OrderId; readonly lineId: LineId }
  | { readonly about: 'writer'; readonly writer: WriterId; readonly afterSeq: number };

export type Happened =
  /** A turn became durable. `asked` was asked since the one before it. */
  | { readonly kind: 'turn'; readonly writes: Writes; readonly asked: readonly Asked[] }
  /** A turn was refused by the disk, or went with the power before it was on it. */
  | { readonly kind: 'lost'; readonly writes: Writes }
  /** The process began again with what is stored, told as text. */
  | { readonly kind: 'restart'; readonly stored: readonly string[] };

export type History = readonly Happened[];

/** The answer of somebody who has nothing. */
export const NOTHING = 'nothing';
