/** What an engine tells the host around it. */
import type { Peer } from '../replica/out.ts';
import type { Writes } from '../replica/writes.ts';
import type { Frame } from '../wire/frames.ts';

export interface EngineEvents {
  /** What a durable turn lets out. */
  send(to: Peer, frame: Frame): void;
  hangUp(peer: Peer, message: string): void;
  newLife(): void;
  /** A commit failed: nothing is decided until `resume` (D3). */
  failed(error: unknown): void;
  /** The journal refused what this peer, or a command where it is undefined, would have done: what became of that. */
  refused?(by: Peer | undefined, outcome: string, error: unknown): void;
  /** After each durable turn. */
  turned?(writes: Writes): void;
  /** After each turn, also one without writes: what others say of this replica is none. */
  ended?(): void;
}
