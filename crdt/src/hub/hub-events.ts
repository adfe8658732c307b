/** What a hub tells its replica, and what it answers to a child that says hello. */
import type { PoolId } from '../ids.ts';
import type { Stream } from '../replica/stream.ts';
import type { Welcome } from '../wire/frames.ts';

export interface HubEvents {
  /** A child's words show that this replica itself was rolled back (F1). */
  aheadOfMe(): void;
  /** Units of this pool may have become needed or available: look at it before the turn ends. */
  poolChanged(pool: PoolId): void;
  /** There is more to sell below: whoever waits above should hear of it at once. */
  newStock(): void;
  /** A writer below was shut out. */
  fenced(stream: Stream): void;
}

export type Opened =
  | { readonly ok: true; readonly welcome: Omit<Welcome, 'kind' | 'protocol' | 'channels'> }
  | {
      readonly ok: false;
      readonly code: 'replica_fenced' | 'identity_in_use' | 'forbidden';
      readonly message: string;
    };
