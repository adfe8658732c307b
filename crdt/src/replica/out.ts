/** What leaves a replica once a turn is durable, and whom it is for. */
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Frame } from '../wire/frames.ts';
import type { Answer } from './command.ts';
import type { Ticket } from './waiting.ts';

/** No replica is called so: a child of that name would be heard as the parent. */
export const PARENT = '.parent';
export type Peer = ReplicaId | typeof PARENT;

/** What may leave once the turn is durable. */
export interface Out {
  readonly answers: readonly { readonly ticket: Ticket; readonly answer: Answer }[];
  readonly frames: readonly { readonly to: Peer; readonly frame: Frame }[];
  /** Links that must be closed, with the reason for the peer. */
  readonly hangUps: readonly { readonly peer: Peer; readonly message: string }[];
  /** This replica began a new life in this turn: its link must be opened anew. */
  readonly newLife: WriterId | undefined;
}
