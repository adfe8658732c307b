/** History: what happened at the authority of one seed, in order. */
import type { DocumentKind, LineId, OrderId, PoolId, ReplicaId, WriterId, Writes } from '@tallystick/crdt';
import type { Taken } from '../disk.ts';

export type Question =
  | { readonly about: 'document'; readonly kind: DocumentKind; readonly id: string }
  | { readonly about: 'entry'; readonly writer: WriterId; readonly seq: number }
  | { readonly about: 'progress'; readonly orderId: OrderId; readonly lineId: LineId }
  | { readonly about: 'writer'; readonly writer: WriterId; readonly afterSeq: number };

/** What the core asked of its journal, and what the simulated one answered, as text. */
export interface Asked {
  readonly kind: 'asked';
  readonly question: Question;
  readonly answer: string;
}

/** All that a machine does to its replica. */
export const CALLS = [
  'beginLife',
  'becomeNewWriter',
  'registryChanged',
  'childUp',
  'childDown',
  'retire',
  'say',
  'execute',
  'frame',
  'endTurn',
  'keep',
  'putBack',
] as const;
export type CallName = (typeof CALLS)[number];

export interface Call {
  readonly kind: 'call';
  readonly name: CallName;
  readonly args: readonly unknown[];
}

/** A process began with what was stored: as text, and in which order it got it, for the core goes by that. */
export interface Restart {
  readonly kind: 'restart';
  readonly stored: readonly string[];
  readonly order: {
    readonly streams: readonly { readonly writer: WriterId; readonly pools: readonly PoolId[] }[];
    readonly holds: readonly string[];
  };
}

/** The books are an earlier state of themselves: that after their first so many turns (F6). */
export interface PutBackTo {
  readonly kind: 'put back';
  readonly turns: number;
  readonly taken: Taken;
}

/** The parent of each replica, as the authority has heard of it when the next call comes (F3a). */
export type Parents = ReadonlyMap<ReplicaId, ReplicaId>;

export type Happened =
  | Call
  | Asked
  | Restart
  | PutBackTo
  | { readonly kind: 'registry'; readonly parents: Parents }
  /** A turn became durable. */
  | { readonly kind: 'turn'; readonly writes: Writes }
  /** A turn was refused by the disk, or went with the power before it was on it. */
  | { readonly kind: 'lost'; readonly writes: Writes };

export interface History {
  readonly happened: readonly Happened[];
  /** What made each life unique, in order. */
  readonly nonces: readonly string[];
}

/** The answer of somebody who has nothing. */
export const NOTHING = 'nothing';
